/** What one from outside may try with an external commit: each refused, nothing moved. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../../web/client/core/mls/codec.ts";
import { ProposalRef } from "../../web/client/core/mls/commit.ts";
import { Sender } from "../../web/client/core/mls/framing.ts";
import type { KeyPackageSecrets } from "../../web/client/core/mls/key_package.ts";
import { externalKeyPair, sendExternalInit } from "../../web/client/core/mls/key_schedule.ts";
import { Unconfirmed } from "../../web/client/core/mls/member_state.ts";
import { ClientTwice } from "../../web/client/core/mls/profile.ts";
import { Add, ExternalInit, InjectPsk, Remove } from "../../web/client/core/mls/proposal.ts";
import type { Proposal } from "../../web/client/core/mls/proposal.ts";
import { InvalidProposals, checkExternal } from "../../web/client/core/mls/proposal_list.ts";
import { ExternalPskId } from "../../web/client/core/mls/psk.ts";
import type { Allow } from "../../web/client/core/mls/public_state.ts";
import { NoSuchLeaf } from "../../web/client/core/mls/ratchet_tree.ts";
import { OutOfProfile, Refused } from "../../web/client/core/mls/refused.ts";
import { SenderType } from "../../web/client/core/mls/registry.ts";
import { BadKey, BadSignature, equal } from "../../web/client/core/mls/suite.ts";
import { InvalidPath } from "../../web/client/core/mls/tree_kem.ts";
import { InvalidTree } from "../../web/client/core/mls/tree_validation.ts";
import {
  NOW,
  NotAllowed,
  SUITE,
  namesIn,
  packageOf,
  replaced,
  utf8,
} from "./support/mls_actors.ts";
import { Forger, forge } from "./support/mls_forge.ts";
import type { Lies } from "./support/mls_forge.ts";
import { scene as setScene } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const scene = await setScene();
const zoe = await packageOf("zoe");
const ana = scene.circle.at(0);
const backAgain = await packageOf("ana");

/** Who commits from outside with a true ExternalInit, which comes first in its proposals. */
async function stranger(newcomer: KeyPackageSecrets): Promise<[Forger, ExternalInit]> {
  const outside = await externalKeyPair(SUITE, ana.own.secrets);
  const [kemOutput, init] = await sendExternalInit(SUITE, outside.public);
  return [Forger.outside(ana.state, newcomer, init), new ExternalInit({ kemOutput })];
}

/** Commits from outside, with a true ExternalInit and whatever else. */
async function fromOutside(
  newcomer: KeyPackageSecrets,
  extra: readonly (Proposal | ProposalRef)[] = [],
  lies: Lies = {},
  path = true,
): Promise<Uint8Array> {
  const [forger, init] = await stranger(newcomer);
  return forge(forger, [init, ...extra], lies, { path });
}

/** Allows an external commit to remove nobody but an old leaf of the same client. */
const ownLeafOnly: Allow = (change) => {
  assert.ok(change.external);
  assert.deepEqual(change.added.at(-1), change.committer);
  const { identity } = change.committer;
  if (!change.removed.every((member) => equal(member.identity, identity))) throw new NotAllowed();
};

const comers = [
  ["a newcomer", zoe, [], "zoe"],
  ["one who is back", backAgain, [new Remove({ removed: 0 })], "eve"],
] as const;
for (const [who, newcomer, extra, last] of comers) {
  test(`an external commit of ${who} without a lie is accepted`, async () => {
    const commit = await fromOutside(newcomer, extra);

    const service = await scene.service.process(commit, ownLeafOnly, NOW);
    const moved = await Promise.all(
      scene.victims.map((victim) => victim.process(commit, ownLeafOnly, NOW)),
    );

    for (const group of moved) {
      assert.deepEqual(group.authenticator, moved[0]?.authenticator);
      assert.deepEqual(encode(group.state.context), encode(service.state.context));
      assert.equal(namesIn(group).at(-1), last);
    }
  });
}

test("one from outside who removes another is refused", async () => {
  const lie = await fromOutside(zoe, [new Remove({ removed: 0 })]);

  await scene.refuse(lie, NotAllowed, { allow: ownLeafOnly });
});

const extras: Record<string, readonly [Proposal | ProposalRef, Errors]> = {
  "removes somebody who is not there": [new Remove({ removed: 6 }), NoSuchLeaf],
  "gives a second ExternalInit": [
    new ExternalInit({ kemOutput: (await SUITE.generateKeyPair()).public }),
    InvalidProposals,
  ],
  "adds somebody else": [
    new Add({ keyPackage: (await packageOf("ghost")).keyPackage }),
    InvalidProposals,
  ],
  "injects a key": [
    new InjectPsk({
      psk: new ExternalPskId({ pskId: utf8("key"), nonce: new Uint8Array(32) }),
    }),
    OutOfProfile,
  ],
  "names a proposal by reference": [
    new ProposalRef({ reference: new Uint8Array(32) }),
    OutOfProfile,
  ],
};
for (const [what, [proposal, errors]] of Object.entries(extras)) {
  test(`one from outside who ${what} is refused`, async () => {
    await scene.refuse(await fromOutside(zoe, [proposal]), errors);
  });
}

test("one from outside removes one leaf at most", async () => {
  const twoOf = (...leaves: number[]) => leaves.map((removed) => new Remove({ removed }));

  await scene.refuse(await fromOutside(backAgain, twoOf(0, 4)), InvalidProposals);
  await scene.refuse(await fromOutside(backAgain, twoOf(0, 0)), InvalidProposals);
});

test("one from outside gives an external init", async () => {
  const forger = Forger.outside(ana.state, zoe, SUITE.randomSecret());

  await scene.refuse(await forge(forger, []), InvalidProposals);
});

test("an external commit without a path is refused", async () => {
  await scene.refuse(await fromOutside(zoe, [], {}, false), OutOfProfile);
});

test("an external commit signed by another, or its leaf, is refused", async () => {
  const [honest, init] = await stranger(zoe);
  const { private: key } = await SUITE.generateSignatureKey();

  const another = new Forger({
    ...honest,
    signatureKey: key,
    leafSignatureKey: zoe.signatureKey,
  });
  const nobodysLeaf = new Forger({ ...honest, leafSignatureKey: key });

  await scene.refuse(await forge(another, [init]), BadSignature);
  await scene.refuse(await forge(nobodysLeaf, [init]), BadSignature);
});

test("an external commit whose secret is not the group's is refused", async () => {
  const elsewhere = await SUITE.generateKeyPair();
  const [kemOutput, init] = await sendExternalInit(SUITE, elsewhere.public);

  const forger = Forger.outside(ana.state, zoe, init);
  const lie = await forge(forger, [new ExternalInit({ kemOutput })]);

  await scene.refuse(lie, Unconfirmed, { service: false });
});

for (const length of [0, 31, 32, 33]) {
  test(`an external commit with ${length} zeros for a key in its init is refused`, async () => {
    const forger = Forger.outside(ana.state, zoe, SUITE.randomSecret());

    const lie = await forge(forger, [new ExternalInit({ kemOutput: new Uint8Array(length) })]);

    await scene.refuse(lie, BadKey);
  });
}

test("a member does not come in a second time", async () => {
  const other = await packageOf("other name");
  const { signatureKey } = ana.state.member(0);
  const leafNode = replaced(other.keyPackage.leafNode, { signatureKey });
  const sameKey = replaced(other, {
    signatureKey: ana.signatureKey,
    keyPackage: replaced(other.keyPackage, { leafNode }),
  });

  await scene.refuse(await fromOutside(backAgain), ClientTwice);
  await scene.refuse(await fromOutside(sameKey), InvalidTree);
});

test("one who comes back with the old encryption key is refused", async () => {
  const { encryptionKey } = ana.state.member(0);

  const lie = await fromOutside(backAgain, [new Remove({ removed: 0 })], {
    leaf: (leaf) => replaced(leaf, { encryptionKey }),
  });

  await scene.refuse(lie, [InvalidProposals, InvalidPath]);
});

test("an external commit in the name of a member is refused", async () => {
  const sender = new Sender({ type: SenderType.MEMBER, index: 0 });

  const lie = await fromOutside(zoe, [], { content: (truth) => replaced(truth, { sender }) });

  await scene.refuse(lie, Refused);
});

test("a path key of an external commit must come from its secret", async () => {
  const { public: key } = await SUITE.generateKeyPair();

  const lie = await fromOutside(zoe, [], { publicKeys: (keys) => [...keys.slice(0, -1), key] });

  await scene.refuse(lie, InvalidPath, { service: false });
});

test("a list that no group of the RFC takes from outside is refused", async () => {
  // Our profile refuses keys before; the rule must not depend on that.
  const { public: kemOutput } = await SUITE.generateKeyPair();
  const psk = new ExternalPskId({ pskId: utf8("key"), nonce: new Uint8Array(32) });
  const [init, key] = [new ExternalInit({ kemOutput }), new InjectPsk({ psk })];
  const sent = (...proposals: Proposal[]) =>
    proposals.map((proposal) => ({ proposal, sender: null }));

  checkExternal(SUITE, sent(init, key));
  assert.throws(() => checkExternal(SUITE, sent(init, key, key)), InvalidProposals);
  assert.throws(() => checkExternal(SUITE, sent(key)), InvalidProposals);
});
