/** Clients for tests of the MLS core: key packages, groups that have lived a little, hooks. */
import { readFileSync } from "node:fs";

import { Credential } from "../../../web/client/core/mls/credential.ts";
import { Group } from "../../../web/client/core/mls/group.ts";
import { newKeyPackage } from "../../../web/client/core/mls/key_package.ts";
import type { KeyPackageSecrets } from "../../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../../web/client/core/mls/lifetime.ts";
import type { Allow } from "../../../web/client/core/mls/public_state.ts";
import { SUITE_1 } from "../../../web/client/core/mls/suite.ts";

export { replace as replaced } from "../../../web/client/core/mls/codec.ts";

export const SUITE = SUITE_1;
export const NOW = Date.UTC(2026, 10, 22, 9, 30);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NAMES = ["ana", "ben", "cleo", "dora", "eve", "fay", "gus", "hal", "ida", "jon"];

/** A row of an official vector; each file has its shape, known to the test that reads it. */
// oxlint-disable-next-line typescript/no-explicit-any -- fifteen shapes of JSON from elsewhere.
export type Row = any;

/** Allows everything: the policy of tests about what comes before policy. */
export const accept: Allow = () => {};

/** What the hook of a test says to what it does not want. */
export class NotAllowed extends Error {}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** The rows of an official vector file. */
export function rows(file: string): Row[] {
  const where = new URL(`../../vectors/mls/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(where, "utf8"));
}

/** Makes a key package for a client with a fresh signature key. */
export async function packageOf(name: string, now = NOW): Promise<KeyPackageSecrets> {
  const key = await SUITE.generateSignatureKey();
  const credential = new Credential({ identity: utf8(name) });
  return newKeyPackage(SUITE, credential, key, Lifetime.starting(now));
}

/** The names of a group's members, by leaf. */
export function namesIn(group: Pick<Group, "members">): string[] {
  return group.members.map((member) => text(member.identity));
}

/** Members of one group in one epoch, by leaf. */
export class Circle {
  readonly groups: readonly Group[];

  constructor(groups: readonly Group[]) {
    this.groups = [...groups].sort((one, other) => one.leaf - other.leaf);
  }

  /** The member at a leaf. */
  at(leaf: number): Group {
    const found = this.groups.find((group) => group.leaf === leaf);
    if (found === undefined) throw new Error("nobody stands there");
    return found;
  }

  /** Has everybody but the committer, whose next state is given, process a commit. */
  async after(committer: Group, commit: Uint8Array): Promise<Circle> {
    const others = this.groups.filter((group) => group.leaf !== committer.leaf);
    const moved = await Promise.all(others.map((group) => group.process(commit, accept, NOW)));
    return new Circle([committer, ...moved]);
  }
}

/**
 * Makes a group that has lived: everybody added at once, then everybody but the last commits.
 *
 * The last member has not committed, so its leaf is still that of its key package.
 */
export async function circleOf(size: number): Promise<Circle> {
  const [first, ...others] = await Promise.all(NAMES.slice(0, size).map((each) => packageOf(each)));
  if (first === undefined) throw new Error("a circle of nobody");
  const begun = Group.create(utf8("a circle"), first);
  const packages = others.map((each) => each.keyPackage);
  const { welcome, group } = await begun.commit(packages, [], { now: NOW });
  if (welcome === null) throw new Error("a circle of one");
  const joined = others.map((each) => Group.join(welcome, each, group.tree, accept, NOW));
  let circle = new Circle([group, ...(await Promise.all(joined))]);
  for (let leaf = 0; leaf < size - 1; leaf += 1) {
    const made = await circle.at(leaf).commit([], [], { now: NOW });
    circle = await circle.after(made.group, made.commit);
  }
  return circle;
}
