/** What an insider may try with the proposals of a commit: each refused, nothing moved. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Malformed, concat, encode } from "../../web/client/core/mls/codec.ts";
import { ProposalRef } from "../../web/client/core/mls/commit.ts";
import { Extension } from "../../web/client/core/mls/extensions.ts";
import type { KeyPackage } from "../../web/client/core/mls/key_package.ts";
import { KeyPackageSecrets } from "../../web/client/core/mls/key_package.ts";
import { InvalidLeaf, signLeaf } from "../../web/client/core/mls/leaf_node.ts";
import { ClientTwice, MAX_PROPOSALS } from "../../web/client/core/mls/profile.ts";
import {
  Add,
  ExternalInit,
  GroupContextExtensions,
  InjectPsk,
  ReInit,
  Remove,
  Update,
} from "../../web/client/core/mls/proposal.ts";
import type { Proposal } from "../../web/client/core/mls/proposal.ts";
import {
  InvalidProposals,
  applyProposals,
  checkRegular,
} from "../../web/client/core/mls/proposal_list.ts";
import { ExternalPskId, ResumptionPskId, ResumptionUsage } from "../../web/client/core/mls/psk.ts";
import { NoSuchLeaf } from "../../web/client/core/mls/ratchet_tree.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import { LeafNodeSource } from "../../web/client/core/mls/registry.ts";
import { BadSignature } from "../../web/client/core/mls/suite.ts";
import { InvalidPath } from "../../web/client/core/mls/tree_kem.ts";
import { InvalidTree } from "../../web/client/core/mls/tree_validation.ts";
import {
  NOW,
  NotAllowed,
  SUITE,
  accept,
  namesIn,
  packageOf,
  replaced,
  text,
  utf8,
} from "./support/mls_actors.ts";
import { forge, forgedPackage } from "./support/mls_forge.ts";
import { refused, scene as setScene } from "./support/mls_scene.ts";

const scene = await setScene();

const PSK = new InjectPsk({
  psk: new ExternalPskId({ pskId: utf8("key"), nonce: new Uint8Array(32) }),
});
const SHORT_NONCE = new InjectPsk({
  psk: new ExternalPskId({ pskId: utf8("key"), nonce: new Uint8Array(31) }),
});
const REOPENING = new InjectPsk({
  psk: new ResumptionPskId({
    usage: ResumptionUsage.BRANCH,
    groupId: utf8("a circle"),
    epoch: 1n,
    nonce: new Uint8Array(32),
  }),
});
const REINIT = new ReInit({ groupId: utf8("other"), version: 1, cipherSuite: 1, extensions: [] });
const EXTENSIONS = new GroupContextExtensions({ extensions: [] });

/** Has Eve commit the addition of a key package. */
function adding(keyPackage: KeyPackage): Promise<Uint8Array> {
  return forge(scene.eve, [new Add({ keyPackage })]);
}

test("what the forger makes without a lie is accepted", async () => {
  const { keyPackage } = await packageOf("zoe");
  const lie = await forge(scene.eve, [new Remove({ removed: 3 }), new Add({ keyPackage })]);

  const ben = await scene.circle.at(1).process(lie, accept, NOW);
  const cleo = await scene.circle.at(2).process(lie, accept, NOW);
  const service = await scene.service.process(lie, accept, NOW);

  assert.deepEqual(ben.authenticator, cleo.authenticator);
  assert.deepEqual(namesIn(ben), ["ana", "ben", "cleo", "zoe", "eve"]);
  assert.deepEqual(encode(service.state.context), encode(ben.state.context));
});

test("an add of a client already in is refused", async () => {
  const ben = scene.circle.at(1);
  const member = ben.state.member(1);
  const zoe = await packageOf("zoe");
  const sameIdentity = (await packageOf("ben")).keyPackage;
  const sameEncryptionKey = await forgedPackage(zoe, {
    leaf: (leaf) => replaced(leaf, { encryptionKey: member.encryptionKey }),
  });
  const lent = new KeyPackageSecrets({ ...zoe, signatureKey: ben.signatureKey });
  const sameSignatureKey = await forgedPackage(lent, {
    leaf: (leaf) => replaced(leaf, { signatureKey: member.signatureKey }),
  });

  await scene.refuse(await adding(sameIdentity), ClientTwice);
  await scene.refuse(await adding(sameEncryptionKey), InvalidTree);
  await scene.refuse(await adding(sameSignatureKey), InvalidTree);
});

test("a client may take its own place within one commit", async () => {
  const { keyPackage } = await packageOf("ana");

  const lie = await forge(scene.eve, [new Add({ keyPackage }), new Remove({ removed: 0 })]);
  const moved = await Promise.all(scene.victims.map((each) => each.process(lie, accept, NOW)));

  for (const group of moved) {
    assert.deepEqual(group.state.member(0).signatureKey, keyPackage.leafNode.signatureKey);
    assert.deepEqual(group.authenticator, moved[0]?.authenticator);
  }
});

test("one client is not added twice by one commit", async () => {
  const [one, other] = [await packageOf("zoe"), await packageOf("zoe")];
  const adds = [one, one, other].map(({ keyPackage }) => new Add({ keyPackage }));

  await scene.refuse(await forge(scene.eve, adds.slice(0, 2)), InvalidProposals);
  await scene.refuse(await forge(scene.eve, adds.slice(1)), ClientTwice);
});

test("a committer does not remove itself", async () => {
  const itself = [new Remove({ removed: 4 })];

  await scene.refuse(await forge(scene.eve, itself, {}, { path: false }), InvalidProposals);
  await scene.refuse(await forge(scene.eve, itself), InvalidProposals);
});

test("one member is not removed twice", async () => {
  const lie = await forge(scene.eve, [new Remove({ removed: 0 }), new Remove({ removed: 0 })]);

  await scene.refuse(lie, InvalidProposals);
});

for (const removed of [5, 7, 8, 2 ** 31, 2 ** 32 - 1]) {
  test(`nobody cannot be removed: ${removed}`, async () => {
    const lie = await forge(scene.eve, [new Remove({ removed })]);

    await scene.refuse(lie, NoSuchLeaf);
  });
}

test("a remove without a path is refused", async () => {
  const { keyPackage } = await packageOf("zoe");
  const remove = new Remove({ removed: 0 });
  const without = { path: false };

  const alone = await forge(scene.eve, [remove], {}, without);
  const withAnAdd = await forge(scene.eve, [new Add({ keyPackage }), remove], {}, without);

  await scene.refuse(alone, InvalidPath);
  await scene.refuse(withAnAdd, InvalidPath);
});

test("a commit of nothing without a path is refused", async () => {
  await scene.refuse(await forge(scene.eve, [], {}, { path: false }), InvalidPath);
});

test("a ghost that the policy does not know is refused", async () => {
  const seen: string[] = [];
  const lie = await adding((await packageOf("ghost")).keyPackage);

  await scene.refuse(lie, NotAllowed, {
    allow: async (change, state) => {
      await Promise.resolve();
      seen.push(text(change.committer.identity), ...change.added.map((one) => text(one.identity)));
      assert.equal(state.epoch, scene.service.epoch);
      if (change.added.length > 0) throw new NotAllowed();
    },
  });

  assert.deepEqual(seen, Array.from({ length: 4 }, () => ["eve", "ghost"]).flat());
});

for (const proposal of [
  PSK,
  REINIT,
  EXTENSIONS,
  new ProposalRef({ reference: new Uint8Array(32) }),
  new Update({ leafNode: scene.eve.draft }),
]) {
  test(`a proposal out of our profile is refused: ${proposal.constructor.name}`, async () => {
    await scene.refuse(await forge(scene.eve, [proposal]), OutOfProfile);
  });
}

test("a member gives no external init", async () => {
  const { public: kemOutput } = await SUITE.generateKeyPair();

  const lie = await forge(scene.eve, [new ExternalInit({ kemOutput })]);

  await scene.refuse(lie, InvalidProposals);
});

test("a proposal of an unknown type is refused", async () => {
  const truth = await forge(scene.eve, [new Remove({ removed: 0 })]);

  const at = Buffer.from(truth).indexOf(Buffer.of(1, 0, 3, 0, 0, 0, 0));
  assert.ok(at > 0);
  const lie = concat(truth.slice(0, at + 1), Uint8Array.of(10, 10), truth.slice(at + 3));

  await scene.refuse(lie, Malformed);
});

test("proposals without end are refused before they are looked at", async () => {
  const endless = Array.from({ length: MAX_PROPOSALS + 1 }, () => new Remove({ removed: 1 }));

  await scene.refuse(await forge(scene.eve, endless), OutOfProfile);
});

const lists: Record<string, readonly Proposal[]> = {
  "a ReInit with company": [REINIT, new Remove({ removed: 0 })],
  "extensions twice": [EXTENSIONS, EXTENSIONS],
  "a key twice": [PSK, PSK],
  "a short nonce": [SHORT_NONCE],
  "a key for reopening": [REOPENING],
};
for (const [what, proposals] of Object.entries(lists)) {
  test(`a list that no group of the RFC takes is refused: ${what}`, () => {
    // Our profile refuses each of these before; the rule must not depend on that.
    const sent = proposals.map((proposal) => ({ proposal, sender: 1 }));

    assert.throws(() => checkRegular(SUITE, sent, 1), InvalidProposals);
  });
}

test("updates and extensions that no group of the RFC takes are refused", async () => {
  // Our profile refuses each of these before; the rule must not depend on that.
  const ben = scene.circle.at(1);
  const { context, tree } = ben.state;
  const old = tree.member(1);
  const place = { groupId: ben.groupId, leaf: 1 };
  const { public: encryptionKey } = await SUITE.generateKeyPair();
  const source = LeafNodeSource.UPDATE;
  const draft = replaced(old, { encryptionKey, source, lifetime: null, parentHash: null });
  const leafNode = await signLeaf(SUITE, draft, ben.signatureKey, place);
  const unlisted = new Extension({ type: 0xf00d, data: new Uint8Array() });
  const applying = (proposal: Proposal, sender: number | null = 1) =>
    applyProposals(context, tree, [{ proposal, sender }], null);

  const updated = await applying(new Update({ leafNode }));

  assert.deepEqual(updated.tree.member(1), leafNode);
  assert.deepEqual(updated.updated, [1]);
  await refused(applying(new Update({ leafNode }), null), InvalidProposals);
  await refused(applying(new Update({ leafNode }), 2), BadSignature);
  await refused(applying(new Update({ leafNode }), 6), NoSuchLeaf);
  await refused(applying(new Update({ leafNode: old })), InvalidLeaf);
  const kept = replaced(leafNode, { encryptionKey: old.encryptionKey });
  await refused(applying(new Update({ leafNode: kept })), InvalidLeaf);
  const extended = new GroupContextExtensions({ extensions: [unlisted] });
  await refused(applying(extended), InvalidProposals);
});
