/** The official vectors of RFC 9420, suite 1: the ratchet tree and keys along paths. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decode, encode } from "../../web/client/core/mls/codec.ts";
import { GroupContext } from "../../web/client/core/mls/group_context.ts";
import { verifyLeaf } from "../../web/client/core/mls/leaf_node.ts";
import { Add, Remove, Update, readProposal } from "../../web/client/core/mls/proposal.ts";
import type { Proposal } from "../../web/client/core/mls/proposal.ts";
import { RatchetTree } from "../../web/client/core/mls/ratchet_tree.ts";
import { Secret, suiteOf } from "../../web/client/core/mls/suite.ts";
import type { Suite } from "../../web/client/core/mls/suite.ts";
import { rootHash, treeHash } from "../../web/client/core/mls/tree_hash.ts";
import {
  TreeKeys,
  climb,
  mergePath,
  newPath,
  openPath,
  sealPath,
} from "../../web/client/core/mls/tree_kem.ts";
import type { OpenedPath } from "../../web/client/core/mls/tree_kem.ts";
import { covers } from "../../web/client/core/mls/tree_math.ts";
import { checkParentHashes, checkTree } from "../../web/client/core/mls/tree_validation.ts";
import { UpdatePath } from "../../web/client/core/mls/update_path.ts";
import { hex, replaced, rows, unhex, utf8 } from "./support/mls_actors.ts";
import type { Row } from "./support/mls_actors.ts";

const NOBODY: ReadonlySet<number> = new Set();

/** A TreeKEM row, read: the public tree and what each member holds. */
class Scene {
  readonly suite: Suite;
  readonly tree: RatchetTree;
  readonly context: GroupContext;
  readonly keys: readonly TreeKeys[];
  readonly signatureKeys: ReadonlyMap<number, Secret>;

  constructor(given: Pick<Scene, "suite" | "tree" | "context" | "keys" | "signatureKeys">) {
    this.suite = given.suite;
    this.tree = given.tree;
    this.context = given.context;
    this.keys = given.keys;
    this.signatureKeys = given.signatureKeys;
  }

  /** Processes a path as one member: its new keys and the commit secret. */
  open(path: UpdatePath, sender: number, keys: TreeKeys): Promise<OpenedPath> {
    const merged = mergePath(this.suite, this.tree, sender, path, NOBODY);
    const context = this.provisional(merged);
    return openPath(this.suite, path, merged, { sender, keys, context, newcomers: NOBODY });
  }

  /** The context that the secrets of a path are sealed in. */
  provisional(merged: RatchetTree): Uint8Array {
    return encode(replaced(this.context, { treeHash: rootHash(this.suite, merged) }));
  }

  /** The members but the sender. */
  others(sender: number): readonly TreeKeys[] {
    return this.keys.filter((keys) => keys.leaf !== sender);
  }
}

async function sceneOf(row: Row): Promise<Scene> {
  const suite = suiteOf(row.cipher_suite);
  const tree = decode(RatchetTree.read, unhex(row.ratchet_tree));
  const given: Row[] = row.leaves_private;
  return new Scene({
    suite,
    tree,
    context: new GroupContext({
      cipherSuite: row.cipher_suite,
      groupId: unhex(row.group_id),
      epoch: BigInt(row.epoch),
      treeHash: rootHash(suite, tree),
      confirmedTranscriptHash: unhex(row.confirmed_transcript_hash),
    }),
    keys: await Promise.all(given.map((each) => keysOf(suite, each))),
    signatureKeys: new Map(
      given.map((each) => [each.index, new Secret(unhex(each.signature_priv))]),
    ),
  });
}

async function keysOf(suite: Suite, given: Row): Promise<TreeKeys> {
  const held = new Map([[2 * given.index, new Secret(unhex(given.encryption_priv))]]);
  for (const step of given.path_secrets) {
    const secret = suite.deriveSecret(unhex(step.path_secret), "node");
    held.set(step.node, (await suite.deriveKeyPair(secret)).private);
  }
  return new TreeKeys({ leaf: given.index, private: held });
}

function changed(tree: RatchetTree, proposal: Proposal, sender: number): RatchetTree {
  if (proposal instanceof Add) return tree.add(proposal.keyPackage.leafNode)[0];
  if (proposal instanceof Update) return tree.update(sender, proposal.leafNode);
  assert.ok(proposal instanceof Remove, "a proposal that changes no tree");
  return tree.remove(proposal.removed);
}

describe("tree-validation", () => {
  for (const [number, row] of rows("tree-validation").entries()) {
    test(`a tree is resolved and hashed as vector ${number} says`, () => {
      const suite = suiteOf(row.cipher_suite);
      const tree = decode(RatchetTree.read, unhex(row.tree));
      const places = Array.from({ length: 2 * tree.width - 1 }, (_, place) => place);

      const resolutions = places.map((place) => tree.resolution(place));
      const hashes = places.map((place) => hex(treeHash(suite, tree, place)));

      assert.deepEqual(resolutions, row.resolutions);
      assert.deepEqual(hashes, row.tree_hashes);
      assert.equal(hex(encode(tree)), row.tree);
    });

    test(`the tree of vector ${number} passes every check of a joiner`, async () => {
      const suite = suiteOf(row.cipher_suite);
      const tree = decode(RatchetTree.read, unhex(row.tree));
      const groupId = unhex(row.group_id);

      checkParentHashes(suite, tree);
      for (const [leaf, node] of tree.members()) await verifyLeaf(suite, node, { groupId, leaf });
      await checkTree(suite, tree, { groupId, groupExtensions: [], lifetimes: null });
    });
  }
});

describe("tree-operations", () => {
  for (const [number, row] of rows("tree-operations").entries()) {
    test(`a proposal turns one tree into the other: vector ${number}`, () => {
      const suite = suiteOf(row.cipher_suite);
      const before = decode(RatchetTree.read, unhex(row.tree_before));

      const proposal = decode(readProposal, unhex(row.proposal));
      const after = changed(before, proposal, row.proposal_sender);

      assert.equal(hex(rootHash(suite, before)), row.tree_hash_before);
      assert.equal(hex(encode(before)), row.tree_before);
      assert.equal(hex(encode(after)), row.tree_after);
      assert.equal(hex(rootHash(suite, after)), row.tree_hash_after);
    });
  }
});

describe("treekem", () => {
  for (const [number, row] of rows("treekem").entries()) {
    test(`each private key of vector ${number} belongs to a public key in the tree`, async () => {
      const { suite, tree, keys, signatureKeys } = await sceneOf(row);
      const message = utf8("to whom it may concern");

      for (const { private: held } of keys) {
        for (const [place, key] of held) {
          const there = tree.node(place)?.encryptionKey ?? new Uint8Array();
          const sealed = await suite.sealWithLabel(there, "test", new Uint8Array(), message);
          const opened = await suite.openWithLabel(key, "test", new Uint8Array(), sealed);
          assert.equal(hex(opened), hex(message));
        }
      }

      const members = Array.from(tree.members(), ([leaf]) => leaf);
      assert.deepEqual(
        keys.map(({ leaf }) => leaf),
        members,
      );
      for (const [leaf, key] of signatureKeys) {
        assert.deepEqual(await suite.signaturePublic(key), tree.member(leaf).signatureKey);
      }
    });

    test(`everyone learns the commit secret of every path of vector ${number}`, async () => {
      const scene = await sceneOf(row);
      const { suite } = scene;

      for (const given of row.update_paths) {
        const path = decode(UpdatePath.read, unhex(given.update_path));
        const merged = mergePath(suite, scene.tree, given.sender, path, NOBODY);
        for (const keys of scene.others(given.sender)) {
          const learned = await scene.open(path, given.sender, keys);
          const above = merged
            .filteredPath(given.sender)
            .map(([place]) => place)
            .filter((place) => covers(place, keys.leaf));
          const secret = new Secret(unhex(given.path_secrets[keys.leaf]));
          const [expected, commitSecret] = await climb(suite, merged, above, secret);

          assert.equal(hex(learned.commitSecret), given.commit_secret);
          assert.equal(hex(commitSecret), given.commit_secret);
          for (const place of above) {
            assert.deepEqual(learned.keys.private.get(place), expected.get(place));
          }
        }

        assert.equal(hex(encode(path)), given.update_path);
        assert.equal(hex(rootHash(suite, merged)), given.tree_hash_after);
        checkParentHashes(suite, merged);
      }
    });

    test(`everyone learns the commit secret of a path of ours in vector ${number}`, async () => {
      const scene = await sceneOf(row);
      const { suite, tree } = scene;

      for (const { sender } of row.update_paths) {
        const place = { groupId: scene.context.groupId, leaf: sender };
        const key = scene.signatureKeys.get(sender) ?? new Secret();
        const made = await newPath(suite, tree, place, tree.member(sender), key);
        const path = await sealPath(suite, made, scene.provisional(made.tree), NOBODY);
        const merged = mergePath(suite, tree, sender, path, NOBODY);

        await verifyLeaf(suite, merged.member(sender), place);
        checkParentHashes(suite, merged);
        for (const keys of scene.others(sender)) {
          const { commitSecret } = await scene.open(path, sender, keys);
          assert.deepEqual(commitSecret, made.commitSecret);
        }
        assert.equal(hex(encode(merged)), hex(encode(made.tree)));
      }
    });
  }
});
