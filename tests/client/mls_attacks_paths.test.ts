/** What an insider may try with the path of a commit: each refused, nothing moved. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../../web/client/core/mls/codec.ts";
import { Credential } from "../../web/client/core/mls/credential.ts";
import { Extension } from "../../web/client/core/mls/extensions.ts";
import { InvalidLeaf, MAX_LEAF } from "../../web/client/core/mls/leaf_node.ts";
import { Lifetime } from "../../web/client/core/mls/lifetime.ts";
import { unpackPublic } from "../../web/client/core/mls/message.ts";
import { ClientTwice, proposalsOf } from "../../web/client/core/mls/profile.ts";
import { ExtensionType, LeafNodeSource } from "../../web/client/core/mls/registry.ts";
import { BadKey, BadSignature, BadTag, equal } from "../../web/client/core/mls/suite.ts";
import type { HpkeCiphertext } from "../../web/client/core/mls/suite.ts";
import { stage } from "../../web/client/core/mls/transition.ts";
import { InvalidPath, openPath } from "../../web/client/core/mls/tree_kem.ts";
import { InvalidTree } from "../../web/client/core/mls/tree_validation.ts";
import type { UpdatePathNode } from "../../web/client/core/mls/update_path.ts";
import { NOW, NotAllowed, SUITE, accept, replaced, utf8 } from "./support/mls_actors.ts";
import { Forger, forge } from "./support/mls_forge.ts";
import type { Lies } from "./support/mls_forge.ts";
import { refused, scene as setScene } from "./support/mls_scene.ts";
import type { Errors } from "./support/mls_scene.ts";

const scene = await setScene();
const ben = scene.circle.at(1);
const bens = ben.state.member(1);
const stranger = (await SUITE.generateKeyPair()).public;
const rootKey = Array.from(scene.service.state.tree.parents()).at(-1)?.[1].encryptionKey;
assert.ok(rootKey);

/** A lie about the nodes of a path once they are sealed. */
function withNodes(change: (nodes: readonly UpdatePathNode[]) => readonly UpdatePathNode[]): Lies {
  return { sealed: (path) => replaced(path, { nodes: change(path.nodes) }) };
}

/** A lie about what the topmost node is sealed with. */
function withSecrets(change: (sealed: readonly HpkeCiphertext[]) => HpkeCiphertext[]): Lies {
  return withNodes((nodes) =>
    nodes.map((node, at) =>
      at < nodes.length - 1
        ? node
        : replaced(node, { encryptedPathSecret: change(node.encryptedPathSecret) }),
    ),
  );
}

/** A lie about the topmost key of a path. */
function withTop(key: Uint8Array): Lies {
  return { publicKeys: (keys) => [...keys.slice(0, -1), key] };
}

const lifetime = Lifetime.starting(NOW);
const unlisted = new Extension({ type: 0xf00d, data: new Uint8Array() });
const heavy = new Extension({
  type: ExtensionType.APPLICATION_ID,
  data: new Uint8Array(MAX_LEAF),
});

const seen: Record<string, readonly [lies: Lies, errors: Errors]> = {
  "too many nodes": [withNodes((nodes) => [...nodes, ...nodes.slice(-1)]), InvalidPath],
  "too few nodes": [withNodes((nodes) => nodes.slice(0, -1)), InvalidPath],
  "a secret sealed to too many": [
    withSecrets((sealed) => [...sealed, ...sealed.slice(0, 1)]),
    InvalidPath,
  ],
  "a secret sealed to too few": [withSecrets((sealed) => sealed.slice(0, -1)), InvalidPath],
  "a secret of another length": [
    withSecrets((sealed) =>
      sealed.map((each) => replaced(each, { ciphertext: new Uint8Array(49) })),
    ),
    BadTag,
  ],
  "a leaf's key at a parent": [withTop(bens.encryptionKey), InvalidPath],
  "a key of the parent before": [withTop(rootKey), InvalidPath],
  "a key nobody can seal to": [withTop(new Uint8Array(32)), BadKey],
  "the encryption key kept": [
    { leaf: (leaf) => replaced(leaf, { encryptionKey: scene.eve.draft.encryptionKey }) },
    InvalidPath,
  ],
  "the encryption key of another": [
    { leaf: (leaf) => replaced(leaf, { encryptionKey: bens.encryptionKey }) },
    InvalidPath,
  ],
  "the name of another": [
    { leaf: (leaf) => replaced(leaf, { credential: new Credential({ identity: utf8("ben") }) }) },
    ClientTwice,
  ],
  "another parent hash": [
    { leaf: (leaf) => replaced(leaf, { parentHash: new Uint8Array(32) }) },
    InvalidPath,
  ],
  "no parent hash": [
    { leaf: (leaf) => replaced(leaf, { parentHash: new Uint8Array() }) },
    InvalidPath,
  ],
  "the leaf of a key package": [
    {
      leaf: (leaf) =>
        replaced(leaf, { source: LeafNodeSource.KEY_PACKAGE, lifetime, parentHash: null }),
    },
    InvalidPath,
  ],
  "the leaf of an update": [
    { leaf: (leaf) => replaced(leaf, { source: LeafNodeSource.UPDATE, parentHash: null }) },
    InvalidPath,
  ],
  "a leaf without our version": [
    {
      leaf: (leaf) =>
        replaced(leaf, { capabilities: replaced(leaf.capabilities, { versions: [] }) }),
    },
    InvalidLeaf,
  ],
  "a leaf without our suite": [
    {
      leaf: (leaf) =>
        replaced(leaf, { capabilities: replaced(leaf.capabilities, { cipherSuites: [2, 3] }) }),
    },
    InvalidLeaf,
  ],
  "a leaf without its credential": [
    {
      leaf: (leaf) =>
        replaced(leaf, { capabilities: replaced(leaf.capabilities, { credentials: [] }) }),
    },
    InvalidLeaf,
  ],
  "an extension that is not listed": [
    { leaf: (leaf) => replaced(leaf, { extensions: [unlisted] }) },
    InvalidLeaf,
  ],
  "a leaf too large to be told to newcomers": [
    { leaf: (leaf) => replaced(leaf, { extensions: [heavy] }) },
    InvalidLeaf,
  ],
  "a leaf that nobody signed": [
    {
      sealed: (path) =>
        replaced(path, { leafNode: replaced(path.leafNode, { signature: new Uint8Array(64) }) }),
    },
    BadSignature,
  ],
  "the leaf of another epoch": [
    { sealed: (path) => replaced(path, { leafNode: scene.eve.draft }) },
    InvalidPath,
  ],
  "the leaf of another": [
    { sealed: (path) => replaced(path, { leafNode: ben.state.tree.member(1) }) },
    BadSignature,
  ],
};
for (const [what, [lies, errors]] of Object.entries(seen)) {
  test(`a path with ${what} is refused`, async () => {
    await scene.refuse(await forge(scene.eve, [], lies), errors);
  });
}

for (const length of [0, 31, 32, 33]) {
  test(`a path secret sealed with ${length} zeros for a key is refused`, async () => {
    const kemOutput = new Uint8Array(length);

    const lies = withSecrets((sealed) => sealed.map((each) => replaced(each, { kemOutput })));

    await scene.refuse(await forge(scene.eve, [], lies), [BadKey, BadTag]);
  });
}

test("a path secret that cannot be opened is refused", async () => {
  const lies = withSecrets((sealed) =>
    sealed.map((each) => replaced(each, { ciphertext: new Uint8Array(each.ciphertext.length) })),
  );

  await scene.refuse(await forge(scene.eve, [], lies), BadTag, { service: false });
});

test("a path key that does not come from its secret is refused", async () => {
  const lie = await forge(scene.eve, [], withTop(stranger));

  await scene.refuse(lie, InvalidPath, { service: false });
});

test("those who share a lower node see that its key is wrong", async () => {
  const dora = scene.circle.at(3);
  const before = dora.encode();

  const lie = await forge(Forger.inside(scene.circle.at(2)), [], {
    publicKeys: (keys) => [stranger, ...keys.slice(1)],
  });

  await refused(dora.process(lie, accept, NOW), InvalidPath);
  assert.deepEqual(dora.encode(), before);
  // Nobody outside of that subtree can see it: this is why devices compare transcripts (R11).
  assert.equal((await ben.process(lie, accept, NOW)).epoch, ben.epoch + 1n);
});

test("a path with one key at two nodes is refused", async () => {
  const lies: Lies = { publicKeys: (keys) => keys.map(() => keys[0] ?? stranger) };

  const lie = await forge(Forger.inside(scene.circle.at(0)), [], lies);

  await scene.refuse(lie, InvalidPath);
});

test("a committer who takes the signature key of another is refused", async () => {
  // As if Ben had lent her his key to sign the leaf with.
  const lent = new Forger({ ...scene.eve, leafSignatureKey: ben.signatureKey });

  const lie = await forge(lent, [], {
    leaf: (leaf) => replaced(leaf, { signatureKey: bens.signatureKey }),
  });

  await scene.refuse(lie, InvalidTree);
});

test("a committer who takes a new name is shown to the policy", async () => {
  const credential = new Credential({ identity: utf8("somebody else") });
  const lie = await forge(scene.eve, [], { leaf: (leaf) => replaced(leaf, { credential }) });

  await scene.refuse(lie, NotAllowed, {
    allow: (change, state) => {
      const known = (identity: Uint8Array) =>
        state.members.some((member) => equal(member.identity, identity));
      if (!change.updated.every((member) => known(member.identity))) throw new NotAllowed();
    },
  });
});

test("one who ignores her removal finds no secret in the path", async () => {
  const cleo = scene.circle.at(2);
  const { commit } = await scene.circle.at(0).commit([], [2], { now: NOW });
  const message = unpackPublic(commit).authenticated();

  const staged = await stage(cleo.state, message, proposalsOf(message), null);

  assert.ok(staged.path !== null);
  const opening = openPath(SUITE, staged.path, staged.tree, {
    sender: 0,
    keys: cleo.own.keys,
    context: encode(staged.context),
    newcomers: new Set(),
  });
  await refused(opening, InvalidPath);
});
