/**
 * What it takes to change a group, to follow a change, or to come in.
 *
 * In one file so that `Group` loads it in one go when it is first needed: whoever only reads
 * and writes carries none of it.
 */

export { makeCommit, makeWelcome, memberIntent } from "./committing.ts";
export { externalPub } from "./extensions.ts";
export { GroupInfo, signGroupInfo, treeExtension } from "./group_info.ts";
export { externalIntent, openWelcome, ourState } from "./joining.ts";
export { LifetimePolicy } from "./lifetime.ts";
export { pack, unpackGroupInfo, unpackPublic, unpackWelcome } from "./message.ts";
export { processCommit } from "./processing.ts";
export { Add, Remove } from "./proposal.ts";
export { describe } from "./transition.ts";
