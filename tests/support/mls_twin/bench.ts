/**
 * Times the TypeScript core at 30 and 100 devices: `node tests/support/mls_twin/bench.ts [repeats]`.
 *
 * The median and the best of so many repeats, as `tests/support/bench_mls.py` has them for
 * Python. The group is one in which everybody has committed once.
 */
import { Credential } from "../../../web/client/core/mls/credential.ts";
import { Group } from "../../../web/client/core/mls/group.ts";
import { newKeyPackage } from "../../../web/client/core/mls/key_package.ts";
import type { KeyPackageSecrets } from "../../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../../web/client/core/mls/lifetime.ts";
import { PublicGroup } from "../../../web/client/core/mls/public_group.ts";
import type { Allow } from "../../../web/client/core/mls/public_state.ts";
import { SUITE_1 } from "../../../web/client/core/mls/suite.ts";

const NOW = Date.UTC(2026, 10, 21, 9);
const SIZES = [30, 100];
const REPEATS = Number(process.argv[2] ?? 20);

/** Judges nothing: policy is not what is timed. */
const accept: Allow = () => {};

async function newcomer(number: number): Promise<KeyPackageSecrets> {
  const name = new TextEncoder().encode(`bench device ${number} `.padEnd(165));
  const key = await SUITE_1.generateSignatureKey();
  return newKeyPackage(SUITE_1, new Credential({ identity: name }), key, Lifetime.starting(NOW));
}

/** Makes a group in which each member has committed a path of its own. */
async function livelyGroup(size: number): Promise<Group[]> {
  const people = Array.from({ length: size }, (_, at) => newcomer(at));
  const [founder, ...invited] = await Promise.all(people);
  if (founder === undefined) throw new Error("a group of nobody");
  const packages = invited.map((each) => each.keyPackage);
  const begun = Group.create(new TextEncoder().encode("bench"), founder);
  const { welcome, group } = await begun.commit(packages, [], { now: NOW });
  if (welcome === null) throw new Error("a commit that adds makes a Welcome");
  let groups = [group];
  for (const each of invited) groups.push(await Group.join(welcome, each, group.tree, accept, NOW));
  for (const turn of groups.keys()) {
    const made = await groups[turn]?.commit([], [], { now: NOW });
    if (made === undefined) throw new Error("a turn of nobody");
    const moved = [];
    for (const [at, each] of groups.entries()) {
      moved.push(at === turn ? made.group : await each.process(made.commit, accept, NOW));
    }
    groups = moved;
  }
  return groups;
}

async function timed(name: string, work: () => unknown): Promise<void> {
  const spent: number[] = [];
  for (let at = 0; at < REPEATS; at += 1) {
    const began = performance.now();
    await work();
    spent.push(performance.now() - began);
  }
  spent.sort((one, other) => one - other);
  const [best = 0, median = 0] = [spent[0], spent[Math.floor(REPEATS / 2)]];
  console.log(`  ${name.padEnd(34)}${median.toFixed(2).padStart(7)} ms, best ${best.toFixed(2)}`);
}

async function figures(size: number): Promise<void> {
  const groups = await livelyGroup(size);
  const [one, other] = [groups[0], groups[Math.floor(size / 2)]];
  if (one === undefined || other === undefined) throw new Error("a group of nobody");
  const guest = await newcomer(size);
  const grown = await one.commit([guest.keyPackage], [], { now: NOW });
  const { commit, group } = await one.commit([], [], { now: NOW });
  const welcome = grown.welcome ?? new Uint8Array();
  const info = await one.groupInfo();
  const service = await PublicGroup.fromGroupInfo(info);
  const kept = one.encode();
  console.log(`${size} devices, tree of ${one.tree.length} bytes, vault of ${kept.length}`);
  await timed("add + Welcome", () => one.commit([guest.keyPackage], [], { now: NOW }));
  await timed("join", () => Group.join(welcome, guest, grown.group.tree, accept, NOW));
  await timed("commit", () => one.commit([], [], { now: NOW }));
  await timed("process", () => other.process(commit, accept, NOW));
  await timed("external join", () => Group.external(info, guest, null, accept, NOW));
  await timed("delivery service, process", () => service.process(commit, accept, NOW));
  await timed("GroupInfo", () => group.groupInfo());
  await timed("encode", () => group.encode());
  await timed("decode", () => Group.decode(kept));
}

async function beginAndJoin(): Promise<void> {
  const [ana, ben] = [await newcomer(0), await newcomer(1)];
  await timed("two: key packages, create, add, join", async () => {
    const [first, second] = [await newcomer(0), await newcomer(1)];
    const begun = Group.create(new TextEncoder().encode("bench"), first);
    const made = await begun.commit([second.keyPackage], [], { now: NOW });
    await Group.join(made.welcome ?? new Uint8Array(), second, made.group.tree, accept, NOW);
  });
  await timed("two: create, add, join", async () => {
    const begun = Group.create(new TextEncoder().encode("bench"), ana);
    const made = await begun.commit([ben.keyPackage], [], { now: NOW });
    await Group.join(made.welcome ?? new Uint8Array(), ben, made.group.tree, accept, NOW);
  });
}

await beginAndJoin();
for (const size of SIZES) await figures(size);
