/** What an insider may try on one who joins by Welcome, tree included: each refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Malformed, concat } from "../../web/client/core/mls/codec.ts";
import {
  Extension,
  RequiredCapabilities,
  requiredCapabilities,
} from "../../web/client/core/mls/extensions.ts";
import { Group } from "../../web/client/core/mls/group.ts";
import { signGroupInfo } from "../../web/client/core/mls/group_info.ts";
import { NoTree, NotInTree } from "../../web/client/core/mls/joining.ts";
import { InvalidLeaf, signLeaf } from "../../web/client/core/mls/leaf_node.ts";
import type { LeafNode } from "../../web/client/core/mls/leaf_node.ts";
import { Expired, Lifetime, LivesTooLong } from "../../web/client/core/mls/lifetime.ts";
import { Unconfirmed } from "../../web/client/core/mls/member_state.ts";
import { pack } from "../../web/client/core/mls/message.ts";
import { ClientTwice } from "../../web/client/core/mls/profile.ts";
import { ExternalPskId } from "../../web/client/core/mls/psk.ts";
import type { Allow } from "../../web/client/core/mls/public_state.ts";
import { NoSuchLeaf, ParentNode } from "../../web/client/core/mls/ratchet_tree.ts";
import type { RatchetTree } from "../../web/client/core/mls/ratchet_tree.ts";
import { OutOfProfile, Refused } from "../../web/client/core/mls/refused.ts";
import { ExtensionType } from "../../web/client/core/mls/registry.ts";
import {
  BadKey,
  BadSignature,
  BadTag,
  Secret,
  UnsupportedSuite,
} from "../../web/client/core/mls/suite.ts";
import { InvalidPath, layPath } from "../../web/client/core/mls/tree_kem.ts";
import { InvalidTree } from "../../web/client/core/mls/tree_validation.ts";
import { NotForUs } from "../../web/client/core/mls/welcome.ts";
import {
  DAY,
  HOUR,
  NOW,
  NotAllowed,
  SUITE,
  accept,
  circleOf,
  namesIn,
  packageOf,
  replaced,
  text,
  utf8,
} from "./support/mls_actors.ts";
import { forgedPackage } from "./support/mls_forge.ts";
import { invite, withNode } from "./support/mls_invite.ts";
import type { Invitation, InviteLies } from "./support/mls_invite.ts";
import { refused } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const ROOT = 7;

const circle = await circleOf(5);
const eve = circle.at(4);
const zoe = await packageOf("zoe");
const stranger = await SUITE.generateSignatureKey();
const strangeKey = (await SUITE.generateKeyPair()).public;
const twin = (await packageOf("ben")).keyPackage.leafNode;
const clone = eve.state.tree.member(1);
const nothing = new Uint8Array(32);

/** Has Zoe follow an invitation. */
function join({ welcome, tree }: Invitation, allow: Allow = accept): Promise<Group> {
  return Group.join(welcome, zoe, tree, allow, NOW);
}

function parent(tree: RatchetTree, place: number): ParentNode {
  const node = tree.parentNode(place);
  assert.ok(node, "a parent that is not blank");
  return node;
}

/** A lie about a parent of the tree. */
function withParent(place: number, change: Partial<ParentNode>): InviteLies {
  return { tree: (tree) => withNode(tree, place, replaced(parent(tree, place), change)) };
}

/** A lie about Ben's leaf. */
function withBen(change: (leaf: LeafNode) => LeafNode): InviteLies {
  return { tree: (tree) => withNode(tree, 2, change(tree.member(1))) };
}

/** A group that asks something of its members. */
function requiring(asked: ConstructorParameters<typeof RequiredCapabilities>[0]): InviteLies {
  const extensions = [requiredCapabilities(new RequiredCapabilities(asked))];
  return { context: (context) => replaced(context, { extensions }) };
}

/** A tree whose top key nobody can seal to, laid and signed by Eve. */
async function relaid(): Promise<InviteLies> {
  const { tree } = (await eve.commit([zoe.keyPackage], [], { now: NOW })).group.state;
  const keys = tree.filteredPath(4).map(([place]) => parent(tree, place).encryptionKey);
  const [laid, parentHash] = layPath(SUITE, tree, 4, [...keys.slice(0, -1), nothing]);
  const place = { groupId: eve.groupId, leaf: 4 };
  const leaf = replaced(tree.member(4), { parentHash });
  const signed = await signLeaf(SUITE, leaf, eve.signatureKey, place);
  return { tree: () => laid.replaceLeaf(4, signed) };
}

const key = utf8("key");
const lies: Record<string, readonly [InviteLies, Errors]> = {
  "a GroupInfo that nobody signed": [
    { signed: (info) => replaced(info, { signature: new Uint8Array(64) }) },
    BadSignature,
  ],
  "a GroupInfo that a stranger signed": [
    { signed: (info) => signGroupInfo(SUITE, info, stranger.private) },
    BadSignature,
  ],
  "a GroupInfo in the name of another": [
    { info: (info) => replaced(info, { signer: 0 }) },
    BadSignature,
  ],
  "a GroupInfo of nobody": [{ info: (info) => replaced(info, { signer: 6 }) }, NoSuchLeaf],
  "a GroupInfo of one beyond the tree": [
    { info: (info) => replaced(info, { signer: 2 ** 32 - 1 }) },
    NoSuchLeaf,
  ],
  "a GroupInfo altered after it was signed": [
    {
      signed: (info) =>
        replaced(info, { context: replaced(info.context, { epoch: info.context.epoch - 1n }) }),
    },
    BadSignature,
  ],
  "a wrong confirmation tag": [
    { info: (info) => replaced(info, { confirmationTag: nothing }) },
    Unconfirmed,
  ],
  "a transcript that is not the group's": [
    {
      info: (info) =>
        replaced(info, { context: replaced(info.context, { confirmedTranscriptHash: nothing }) }),
    },
    Unconfirmed,
  ],
  "a Welcome that names us twice": [
    {
      welcome: (given) => replaced(given, { secrets: [...given.secrets, ...given.secrets] }),
    },
    NotForUs,
  ],
  "a Welcome altered on the way": [
    {
      welcome: (given) => {
        const encryptedGroupInfo = given.encryptedGroupInfo.slice();
        encryptedGroupInfo[0] = (encryptedGroupInfo[0] ?? 0) ^ 1;
        return replaced(given, { encryptedGroupInfo });
      },
    },
    BadTag,
  ],
  "a Welcome of another suite": [
    { welcome: (given) => replaced(given, { cipherSuite: 3 }) },
    UnsupportedSuite,
  ],
  "a group of another suite": [
    {
      info: (info) => replaced(info, { context: replaced(info.context, { cipherSuite: 3 }) }),
    },
    OutOfProfile,
  ],
  "a Welcome that asks for keys": [
    {
      secrets: (given) =>
        replaced(given, { psks: [new ExternalPskId({ pskId: key, nonce: nothing })] }),
    },
    OutOfProfile,
  ],
  "a path secret that gives other keys": [
    { secrets: (given) => replaced(given, { pathSecret: new Secret(32) }) },
    InvalidPath,
  ],
  // Zoe could open no commit that is sealed to the nodes above her.
  "a path secret withheld": [
    { secrets: (given) => replaced(given, { pathSecret: null }) },
    InvalidPath,
  ],
  "a group with an extension we do not use": [
    {
      context: (context) =>
        replaced(context, {
          extensions: [
            new Extension({ type: ExtensionType.EXTERNAL_SENDERS, data: Uint8Array.of(0) }),
          ],
        }),
    },
    OutOfProfile,
  ],
  "leaves signed for another group": [
    { context: (context) => replaced(context, { groupId: utf8("another circle") }) },
    BadSignature,
  ],
  "an extension asked for that members lack": [requiring({ extensions: [0xf00d] }), InvalidLeaf],
  "a proposal asked for that members lack": [requiring({ proposals: [0xf00d] }), InvalidLeaf],
  "a credential asked for that members lack": [requiring({ credentials: [2] }), InvalidLeaf],
  "a truncated tree": [{ tree: (tree) => withNode(tree, 10, null).truncated() }, InvalidTree],
  "an unmerged leaf that is blank": [withParent(ROOT, { unmergedLeaves: [6] }), InvalidTree],
  "an unmerged leaf outside the tree": [
    withParent(ROOT, { unmergedLeaves: [2 ** 32 - 1] }),
    InvalidTree,
  ],
  "a true and a false unmerged leaf": [withParent(ROOT, { unmergedLeaves: [5, 6] }), InvalidTree],
  "a member shown as unmerged": [withParent(ROOT, { unmergedLeaves: [1] }), InvalidTree],
  "unmerged leaves out of order": [withParent(ROOT, { unmergedLeaves: [2, 1] }), Malformed],
  "an unmerged leaf twice": [withParent(ROOT, { unmergedLeaves: [1, 1] }), Malformed],
  "a parent with another hash": [withParent(3, { parentHash: nothing }), InvalidTree],
  "a parent without a hash": [withParent(3, { parentHash: new Uint8Array() }), InvalidTree],
  "a parent with another key": [withParent(3, { encryptionKey: strangeKey }), InvalidTree],
  "a parent out of nowhere": [
    {
      tree: (tree) =>
        withNode(
          tree,
          13,
          new ParentNode({ encryptionKey: strangeKey, parentHash: new Uint8Array() }),
        ),
    },
    InvalidTree,
  ],
  "a leaf whose key was swapped": [
    withBen((leaf) => replaced(leaf, { signatureKey: stranger.public })),
    Refused,
  ],
  "a leaf under another name": [
    withBen((leaf) =>
      replaced(leaf, { credential: replaced(leaf.credential, { identity: utf8("mallory") }) }),
    ),
    Refused,
  ],
  "a client twice": [{ tree: (tree) => tree.add(twin)[0] }, ClientTwice],
  "a leaf twice": [{ tree: (tree) => tree.add(clone)[0] }, InvalidTree],
  "a parent that nobody can seal to": [await relaid(), BadKey],
};
for (const [what, [lie, errors]] of Object.entries(lies)) {
  test(`one who joins refuses ${what}`, async () => {
    await refused(join(await invite(eve, zoe, lie)), errors);
    assert.equal((await join(await invite(circle.at(0), zoe))).epoch, eve.epoch + 1n);
  });
}

test("an invitation without a lie is followed", async () => {
  const group = await join(await invite(eve, zoe));

  assert.deepEqual(namesIn(group).slice(5), ["zoe"]);
  assert.deepEqual((await Group.decode(group.encode())).authenticator, group.authenticator);
});

test("what a group asks and its members have keeps nobody out", async () => {
  const group = await join(await invite(eve, zoe, requiring({ credentials: [1] })));

  assert.equal(group.epoch, eve.epoch + 1n);
});

test("a Welcome for another, without a tree, or that is none is refused", async () => {
  const { welcome, tree } = await invite(eve, zoe);

  await refused(join(await invite(eve, await packageOf("yan"))), NotForUs);
  await refused(Group.join(welcome, zoe, null, accept, NOW), NoTree);
  for (const other of [await eve.groupInfo(), pack(zoe.keyPackage)]) {
    await refused(join({ welcome: other, tree }), OutOfProfile);
  }
});

test("the tree of another epoch, or one without our leaf, is refused", async () => {
  const { welcome } = await invite(eve, zoe);
  const other = (await packageOf("zoe")).keyPackage;

  await refused(join({ welcome, tree: eve.tree }), InvalidTree);
  await refused(join(await invite(eve, zoe, {}, [other])), NotInTree);
});

test("a tree that ends in blanks, early or late is refused", async () => {
  const { welcome, tree } = await invite(eve, zoe);
  const inner = tree.slice(2);

  const length = 0x4000 | (inner.length + 4);
  const longer = concat(Uint8Array.of(length >> 8, length), inner, new Uint8Array(4));

  await refused(join({ welcome, tree: longer }), Malformed);
  await refused(join({ welcome, tree: tree.slice(0, -1) }), Malformed);
  await refused(join({ welcome, tree: concat(tree, Uint8Array.of(0)) }), Malformed);
});

test("a tree with a ghost that the policy does not know is refused", async () => {
  const ghost = (await packageOf("ghost")).keyPackage;

  const joining = join(await invite(eve, zoe, {}, [ghost, zoe.keyPackage]), (change) => {
    assert.equal(text(change.committer.identity), "eve");
    if (change.added.some((member) => text(member.identity) === "ghost")) throw new NotAllowed();
  });

  await refused(joining, NotAllowed);
});

test("an unmerged leaf that is hidden is refused", async () => {
  let seven = await circleOf(7);
  const { keyPackage } = await packageOf("new");
  const { commit, group } = await seven.at(0).commit([keyPackage], [], { now: NOW });
  seven = await seven.after(group, commit);
  assert.deepEqual(parent(group.state.tree, 11).unmergedLeaves, [7]);

  const hidden = await invite(seven.at(0), zoe, withParent(11, { unmergedLeaves: [] }));
  const shown = await invite(seven.at(0), zoe);

  await refused(join(hidden), InvalidTree);
  assert.deepEqual(parent((await join(shown)).state.tree, 11).unmergedLeaves, [7]);
});

const lifetimes: Record<string, readonly [start: number, length: number, errors: Errors]> = {
  "not begun": [2 * HOUR, 9 * DAY, Expired],
  "too long": [-DAY, 91 * DAY, LivesTooLong],
};
for (const [what, [start, length, errors]] of Object.entries(lifetimes)) {
  test(`a tree with a leaf whose lifetime is ${what} is refused`, async () => {
    const lifetime = Lifetime.starting(NOW + start, length);
    const ghost = await forgedPackage(await packageOf("ghost"), {
      leaf: (leaf) => replaced(leaf, { lifetime }),
    });

    await refused(join(await invite(eve, zoe, {}, [ghost, zoe.keyPackage])), errors);
  });
}

test("a silent member whose key package is over keeps nobody out", async () => {
  const silent = (await packageOf("silent", NOW - 120 * DAY)).keyPackage;

  const group = await join(await invite(eve, zoe, {}, [silent, zoe.keyPackage]));

  assert.deepEqual(namesIn(group).slice(5), ["silent", "zoe"]);
});
