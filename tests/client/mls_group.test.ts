/** What a Group promises its owner, and corners of RFC 9420 that a first reading asks about. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Malformed, Writer, concat, decode, encode } from "../../web/client/core/mls/codec.ts";
import { Credential } from "../../web/client/core/mls/credential.ts";
import { Group } from "../../web/client/core/mls/group.ts";
import { newKeyPackage } from "../../web/client/core/mls/key_package.ts";
import type { KeyPackageSecrets } from "../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../web/client/core/mls/lifetime.ts";
import { Unconfirmed } from "../../web/client/core/mls/member_state.ts";
import { RemovedFromGroup } from "../../web/client/core/mls/processing.ts";
import { ClientTwice } from "../../web/client/core/mls/profile.ts";
import { PublicGroup } from "../../web/client/core/mls/public_group.ts";
import {
  MAX_LEAVES,
  NoSuchLeaf,
  ParentNode,
  RatchetTree,
} from "../../web/client/core/mls/ratchet_tree.ts";
import type { Node } from "../../web/client/core/mls/ratchet_tree.ts";
import { Refused } from "../../web/client/core/mls/refused.ts";
import { NodeType } from "../../web/client/core/mls/registry.ts";
import { WrongGroup } from "../../web/client/core/mls/transition.ts";
import { parentHash, rootHash } from "../../web/client/core/mls/tree_hash.ts";
import { TreeKeys } from "../../web/client/core/mls/tree_kem.ts";
import { directPath, leavesBelow, right } from "../../web/client/core/mls/tree_math.ts";
import {
  InvalidTree,
  checkParentHashes,
  checkUnmerged,
} from "../../web/client/core/mls/tree_validation.ts";
import {
  Circle,
  NOW,
  NotAllowed,
  SUITE,
  accept,
  circleOf,
  hex,
  namesIn,
  packageOf,
  replaced,
  utf8,
} from "./support/mls_actors.ts";
import { withNode } from "./support/mls_invite.ts";
import { refused } from "./support/mls_scene.ts";

const SLOW = 1500;

/** Has one member commit and all follow, those removed learning it. */
async function after(
  circle: Circle,
  by: number,
  removes: readonly number[] = [],
  adds: readonly KeyPackageSecrets[] = [],
): Promise<Circle> {
  const packages = adds.map((one) => one.keyPackage);
  const made = await circle.at(by).commit(packages, removes, { now: NOW });
  for (const leaf of removes) {
    await refused(circle.at(leaf).process(made.commit, accept, NOW), RemovedFromGroup);
  }
  const staying = new Circle(circle.groups.filter((one) => !removes.includes(one.leaf)));
  const { tree } = made.group;
  const welcome = made.welcome ?? new Uint8Array();
  const joined = adds.map((one) => Group.join(welcome, one, tree, accept, NOW));
  const { groups } = await staying.after(made.group, made.commit);
  return alike(new Circle([...groups, ...(await Promise.all(joined))]));
}

/** Lets a newcomer in from outside, perhaps in place of a leaf. */
async function fromOutside(
  circle: Circle,
  who: KeyPackageSecrets,
  replaces: number | null,
): Promise<Circle> {
  const info = (await circle.groups[0]?.groupInfo()) ?? new Uint8Array();
  const { commit, group } = await Group.external(info, who, replaces, accept, NOW);
  const others = circle.groups.filter((one) => one.leaf !== replaces);
  const moved = others.map((one) => one.process(commit, accept, NOW));
  return alike(new Circle([group, ...(await Promise.all(moved))]));
}

/** Sees that all agree, after being written down and read again. */
async function alike(circle: Circle): Promise<Circle> {
  const groups = await Promise.all(circle.groups.map((one) => Group.decode(one.encode())));
  const seen = groups.map((one) =>
    [encode(one.state.context), one.authenticator, one.export("review", utf8("x"), 32)].map(hex),
  );
  for (const each of seen) assert.deepEqual(each, seen[0]);
  assert.equal(new Set(groups.map((one) => one.leaf)).size, groups.length);
  assert.equal(groups[0]?.members.length, groups.length);
  return new Circle(groups);
}

test("a group goes on from what its vault kept, byte for byte", async () => {
  const circle = await circleOf(4);

  for (const group of circle.groups) {
    const kept = group.encode();
    const read = await Group.decode(kept);

    assert.deepEqual(read.encode(), kept);
    assert.deepEqual(read.authenticator, group.authenticator);
    assert.equal(read.leaf, group.leaf);
  }
});

test("a vault that was changed is not believed", async () => {
  const group = (await circleOf(3)).at(1);
  const kept = group.encode();
  const changes: (readonly [Uint8Array, typeof Refused])[] = [
    [kept.with(0, 2), Malformed],
    [kept.slice(0, -1), Malformed],
    [concat(kept, Uint8Array.of(0)), Malformed],
    [concat(kept.slice(0, -32), SUITE.randomSecret()), Malformed],
  ];

  for (const [changed, error] of changes) await refused(Group.decode(changed), error);
  const secret = Buffer.from(kept).indexOf(group.own.secrets.epoch);
  await refused(Group.decode(kept.with(secret, (kept[secret] ?? 0) ^ 1)), Unconfirmed);
  const tree = Buffer.from(kept).indexOf(group.state.context.treeHash);
  await refused(Group.decode(kept.with(tree, (kept[tree] ?? 0) ^ 1)), Malformed);
  for (const key of group.own.keys.private.values()) {
    const at = Buffer.from(kept).indexOf(key);
    // X25519 ignores the lowest bits of a private key, so the lie is in the middle.
    await refused(Group.decode(kept.with(at + 9, (kept[at + 9] ?? 0) ^ 1)), Malformed);
  }
});

test("bytes that are nothing we know are refused, and nothing else happens", async () => {
  const circle = await circleOf(3);
  const [ana, ben] = [circle.at(0), circle.at(1)];
  const zoe = await packageOf("zoe");
  const { commit, welcome, group } = await ana.commit([zoe.keyPackage], [], { now: NOW });
  const info = await ana.groupInfo();

  const uses: (readonly [Uint8Array, (given: Uint8Array) => Promise<unknown>])[] = [
    [commit, (given) => ben.process(given, accept, NOW)],
    [welcome ?? commit, (given) => Group.join(given, zoe, group.tree, accept, NOW)],
    [group.tree, (given) => Group.join(welcome ?? commit, zoe, given, accept, NOW)],
    [info, (given) => Group.external(given, zoe, null, accept, NOW)],
  ];

  for (const [truth, use] of uses) {
    await use(truth);
    for (let at = 0; at < truth.length; at += 11) {
      await assert.rejects(use(truth.with(at, (truth[at] ?? 0) ^ 16)), Refused, `byte ${at}`);
      await assert.rejects(use(truth.slice(0, at)), Refused, `cut at ${at}`);
    }
  }
});

test("a commit leaves the group it was made from as it was", async () => {
  const circle = await circleOf(3);
  const [ana, ben] = [circle.at(0), circle.at(1)];
  const before = ana.encode();

  const one = await ana.commit([], [], { now: NOW });
  const other = await ana.commit([], [2], { now: NOW });

  assert.deepEqual(ana.encode(), before);
  const first = await ben.process(one.commit, accept, NOW);
  const second = await ben.process(other.commit, accept, NOW);
  assert.deepEqual(first.authenticator, one.group.authenticator);
  assert.deepEqual(second.authenticator, other.group.authenticator);
  assert.notDeepEqual(first.authenticator, second.authenticator);
});

test("what would be refused is not committed", async () => {
  const ana = (await circleOf(3)).at(0);
  const ben = await packageOf("ben");
  const stale = (await packageOf("zoe", NOW - 100 * 86_400_000)).keyPackage;

  await refused(ana.commit([], [0], { now: NOW }), Refused);
  await refused(ana.commit([], [5], { now: NOW }), NoSuchLeaf);
  await refused(ana.commit([ben.keyPackage], [], { now: NOW }), Refused);
  await refused(ana.commit([stale], [], { now: NOW }), Refused);
});

test("one who comes in with a key that stands in the tree makes no commit", async () => {
  const ana = (await circleOf(3)).at(0);
  const key = { private: ana.signatureKey, public: ana.state.member(0).signatureKey };
  const credential = new Credential({ identity: utf8("another name") });
  const twin = await newKeyPackage(SUITE, credential, key, Lifetime.starting(NOW));
  const info = await ana.groupInfo();

  await refused(Group.external(info, twin, null, accept, NOW), InvalidTree);
  await refused(Group.external(info, await packageOf("ben"), null, accept, NOW), ClientTwice);
});

test("one who comes in is judged as the others will judge it", async () => {
  const ana = (await circleOf(3)).at(0);
  const [info, back] = [await ana.groupInfo(), await packageOf("cleo")];
  const seen: string[] = [];

  const entering = Group.external(
    info,
    back,
    2,
    (change, state) => {
      assert.equal(state.epoch, ana.epoch);
      const names = [change.added, change.removed].map((members) => namesIn({ members }).join());
      seen.push([change.external, ...names].join(" "));
      if (change.external) throw new NotAllowed();
    },
    NOW,
  );

  await refused(entering, NotAllowed);
  assert.deepEqual(seen, ["false ana,ben,cleo ", "true cleo cleo"]);
});

test("a credential given with a commit takes the place of the old one", async () => {
  const circle = await circleOf(3);
  const credential = new Credential({ identity: utf8("ana, certified anew") });

  const { commit, group } = await circle.at(0).commit([], [], { now: NOW, credential });
  const ben = await circle.at(1).process(
    commit,
    (change) => {
      assert.deepEqual(change.updated[0]?.identity, credential.identity);
    },
    NOW,
  );

  assert.deepEqual(namesIn(ben), ["ana, certified anew", "ben", "cleo"]);
  assert.deepEqual(ben.authenticator, group.authenticator);
});

test("labels, contexts and epochs give different secrets", async () => {
  const { groups } = await circleOf(2);
  const [ana] = groups;
  assert.ok(ana);
  const next = (await ana.commit([], [], { now: NOW })).group;

  const made = [
    ana.export("one", utf8("x"), 32),
    ana.export("two", utf8("x"), 32),
    ana.export("one", utf8("y"), 32),
    next.export("one", utf8("x"), 32),
    ana.authenticator,
  ].map(hex);

  assert.equal(new Set(made).size, made.length);
  assert.equal(ana.export("one", utf8("x"), 77).length, 77);
});

test("a group says nothing secret when it is shown", async () => {
  const group = (await circleOf(2)).at(0);
  const key = Buffer.from(group.signatureKey).toString("hex");

  const shown = [String(group.signatureKey), JSON.stringify(group.own.secrets.epoch)].join();

  assert.ok(!shown.includes(key) && !shown.includes(",1"));
  assert.match(shown, /Secret/);
});

test("a group shrinks to one and grows again", async () => {
  let circle = await after(await circleOf(8), 5, [0, 1, 2, 3, 4, 6, 7]);
  assert.equal(circle.at(5).state.tree.width, 8);

  circle = await after(circle, 5);
  circle = await after(circle, 5, [], [await packageOf("kim"), await packageOf("lou")]);
  circle = await after(circle, 0, [5]);

  assert.equal(circle.at(0).state.tree.width, 2);
  assert.deepEqual(
    circle.groups.map((one) => one.leaf),
    [0, 1],
  );
});

test("a leaf is taken again in the commit that frees it", async () => {
  let circle = await circleOf(7);

  circle = await after(circle, 0, [3, 6], [await packageOf("kim"), await packageOf("dora")]);
  circle = await after(circle, 3, [0], [await packageOf("ana")]);

  assert.equal(circle.at(0).members.length, 7);
  await after(circle, 0);
});

test("one from outside takes a place beyond blanks at the right edge", async () => {
  let circle = await after(await circleOf(8), 0, [4, 5, 6]);

  circle = await fromOutside(circle, await packageOf("hal"), 7);
  assert.equal(circle.at(0).state.tree.width, 8);
  circle = await fromOutside(circle, await packageOf("kim"), null);
  circle = await after(circle, 5);

  assert.deepEqual(
    circle.groups.map((one) => one.leaf),
    [0, 1, 2, 3, 4, 5],
  );
});

test("unmerged leaves come and go under blanks", async () => {
  let circle = await circleOf(8);

  circle = await after(circle, 0, [2, 5]);
  circle = await after(circle, 1, [], [await packageOf("kim")]);
  circle = await after(circle, 7, [], [await packageOf("lou"), await packageOf("max")]);
  circle = await after(circle, 2, [0]);
  circle = await fromOutside(circle, await packageOf("nia"), 1);

  for (const { leaf } of circle.groups) circle = await after(circle, leaf);
});

test("a client may be in two groups by one last resort", async () => {
  const zoe = await packageOf("zoe");

  const circle = await after(await circleOf(3), 1, [], [zoe]);
  const alone = new Circle([Group.create(utf8("another"), await packageOf("ana"))]);
  const other = await after(alone, 0, [], [zoe]);

  assert.notDeepEqual(circle.at(3).authenticator, other.at(1).authenticator);
  const { commit } = await circle.at(3).commit([], [], { now: NOW });
  await refused(other.at(0).process(commit, accept, NOW), WrongGroup);
});

test("a service follows a group from one GroupInfo to the next", async () => {
  const circle = await circleOf(3);
  const service = await PublicGroup.fromGroupInfo(await circle.at(0).groupInfo());
  const { commit, group } = await circle.at(1).commit([], [2], { now: NOW });

  const moved = await service.process(commit, accept, NOW);

  assert.deepEqual(namesIn(moved), ["ana", "ben"]);
  assert.deepEqual(encode(moved.state.context), encode(group.state.context));
  assert.equal(moved.epoch, service.epoch + 1n);
  const again = await PublicGroup.fromGroupInfo(await group.groupInfo());
  assert.deepEqual(encode(again.state.tree), encode(moved.state.tree));
});

test("a tree made to be slow is checked as fast as any", async () => {
  const draft = (await circleOf(2)).at(0).state.tree.member(0);
  const tree = slowTree(draft, 4096);
  rootHash(SUITE, tree);
  const before = performance.now();

  checkUnmerged(tree);
  checkParentHashes(SUITE, tree);

  assert.ok(performance.now() - before < SLOW);
});

test("a tree with a parent where a leaf belongs, or the other way round, is no tree", async () => {
  const { tree } = (await circleOf(3)).at(0).state;
  const [leaf, parent] = [tree.node(0), tree.node(1)];

  const trees = [[parent], [leaf, leaf, leaf], [leaf, parent, parent]];

  for (const nodes of trees) {
    const lie = encode(new RatchetTree(nodes));
    assert.throws(() => decode(RatchetTree.read, lie), Malformed);
  }
});

test("a tree wider than any circle is refused before it is built", async () => {
  const leaf = new Writer().put((await circleOf(2)).at(0).state.tree.member(0)).bytes();
  const present = Uint8Array.of(1, NodeType.LEAF);
  const wide = concat(new Uint8Array(2 * MAX_LEAVES), present, leaf);
  const widest = concat(new Uint8Array(2 * MAX_LEAVES - 2), present, leaf);

  const read = (nodes: Uint8Array) => decode(RatchetTree.read, new Writer().opaque(nodes).bytes());

  assert.throws(() => read(wide), Malformed);
  assert.equal(read(widest).width, MAX_LEAVES);
});

test("an unmerged leaf is listed by every node between", async () => {
  const { keyPackage } = await packageOf("new");
  const [tree] = (await circleOf(7)).at(0).state.tree.add(keyPackage.leafNode);
  const [between, above] = [tree.parentNode(11), tree.parentNode(7)];
  assert.ok(between && above);
  assert.deepEqual([between.unmergedLeaves, above.unmergedLeaves], [[7], [7]]);

  const hidden = withNode(tree, 11, replaced(between, { unmergedLeaves: [] }));

  checkUnmerged(tree);
  assert.throws(() => checkUnmerged(hidden), InvalidTree);
});

test("private keys that are not in order are not read", () => {
  const keys = new Writer();
  for (const place of [2, 1]) keys.uint32(place).opaque(SUITE.randomSecret());

  const kept = new Writer().uint32(1).opaque(keys.bytes()).bytes();

  assert.throws(() => decode(TreeKeys.read, kept), Malformed);
});

/** Lets one member vouch for all above it, and calls all others unmerged everywhere. */
function slowTree(draft: Parameters<typeof RatchetTree.of>[0], width: number): RatchetTree {
  const nodes: (Node | null)[] = Array.from({ length: 2 * width - 1 }, () => null);
  for (let place = 0; place < nodes.length; place += 2) {
    nodes[place] = replaced(draft, { encryptionKey: SUITE.randomSecret() });
  }
  let above: Uint8Array = new Uint8Array();
  for (const place of directPath(0, width).toReversed()) {
    const { start, stop } = leavesBelow(place);
    const all = Array.from({ length: stop - start }, (_, at) => start + at);
    const node = new ParentNode({
      encryptionKey: SUITE.randomSecret(),
      parentHash: above,
      unmergedLeaves: all.filter((leaf) => leaf > 0),
    });
    nodes[place] = node;
    above = parentHash(SUITE, new RatchetTree(nodes), node, right(place));
  }
  return new RatchetTree(nodes.with(0, replaced(draft, { parentHash: above })));
}
