/**
 * What it takes to change a channel's group, to follow a change, and to hand the past on.
 *
 * In one file so that it is loaded in one go when it is first needed: whoever only reads and
 * writes carries none of it.
 */

export { BadBundle, Bundle } from "../bundle.ts";
export { Group } from "../mls/group.ts";
export { readTree } from "../mls/group_info.ts";
export { KeyPackageSecrets } from "../mls/key_package.ts";
export { unpackGroupInfo } from "../mls/message.ts";
export { adopt, give, leavesOf } from "./adopt.ts";
export { takeCommit } from "./commits.ts";
export { certificateIn, makePackage, opened } from "./packages.ts";
export { takeHistory } from "./pasts.ts";
