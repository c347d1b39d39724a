/** The official vectors of RFC 9420, suite 1: primitives, tree arithmetic, secrets. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";

import { Malformed, Reader, varint } from "../../web/client/core/mls/codec.ts";
import { ExternalPskId, pskSecret } from "../../web/client/core/mls/psk.ts";
import { deriveTreeSecret, messageKey, senderDataKey } from "../../web/client/core/mls/secret_tree.ts";
import { HpkeCiphertext, Secret, suiteOf } from "../../web/client/core/mls/suite.ts";
import * as treeMath from "../../web/client/core/mls/tree_math.ts";
import { hex, rows, unhex } from "./support/mls_actors.ts";

const KNOWN = [
  "README.md",
  "crypto-basics.json",
  "deserialization.json",
  "key-schedule.json",
  "message-protection.json",
  "messages.json",
  "passive-client-handling-commit.json",
  "passive-client-random.json",
  "passive-client-welcome.json",
  "psk_secret.json",
  "secret-tree.json",
  "transcript-hashes.json",
  "tree-math.json",
  "tree-operations.json",
  "tree-validation.json",
  "treekem.json",
  "welcome.json",
];

test("every file of official vectors has a reader", () => {
  const found = readdirSync(new URL("../vectors/mls", import.meta.url)).toSorted();

  assert.deepEqual(found, KNOWN);
});

describe("deserialization", () => {
  for (const [number, row] of rows("deserialization").entries()) {
    test(`a length reads as the vector says and is written alike, ${number}`, () => {
      const header = unhex(row.vlbytes_header);

      // No message may be as long as the longest of these lengths: only they are read.
      assert.equal(new Reader(header).varint(), row.length);
      assert.deepEqual(varint(row.length), header);
      assert.throws(() => new Reader(header.subarray(0, -1)).opaque(), Malformed);
    });
  }
});

describe("crypto-basics", () => {
  for (const row of rows("crypto-basics")) {
    const suite = suiteOf(row.cipher_suite);

    test("labelled hashes and derivations yield what the vector says", () => {
      const { ref_hash: ref, expand_with_label: expand } = row;
      const { derive_secret: derive, derive_tree_secret: tree } = row;

      const made = [
        suite.refHash(ref.label, unhex(ref.value)),
        suite.expandWithLabel(
          unhex(expand.secret),
          expand.label,
          unhex(expand.context),
          expand.length,
        ),
        suite.deriveSecret(unhex(derive.secret), derive.label),
        deriveTreeSecret(suite, unhex(tree.secret), tree.label, tree.generation, tree.length),
      ];

      assert.deepEqual(made.map(hex), [ref.out, expand.out, derive.out, tree.out]);
    });

    test("labelled signatures verify, theirs and ours", async () => {
      const { priv, pub, label, content, signature } = row.sign_with_label;
      const own = unhex(priv);

      const ours = await suite.signWithLabel(own, label, unhex(content));

      assert.equal(hex(await suite.signaturePublic(own)), pub);
      await suite.verifyWithLabel(unhex(pub), label, unhex(content), unhex(signature));
      await suite.verifyWithLabel(unhex(pub), label, unhex(content), ours);
    });

    test("labelled encryption opens, theirs and ours", async () => {
      const given = row.encrypt_with_label;
      const [own, context] = [unhex(given.priv), unhex(given.context)];
      const theirs = new HpkeCiphertext({
        kemOutput: unhex(given.kem_output),
        ciphertext: unhex(given.ciphertext),
      });

      const plain = unhex(given.plaintext);
      const ours = await suite.sealWithLabel(unhex(given.pub), given.label, context, plain);

      for (const sealed of [theirs, ours]) {
        const opened = await suite.openWithLabel(own, given.label, context, sealed);
        assert.equal(hex(opened), given.plaintext);
      }
    });
  }
});

describe("psk_secret", () => {
  for (const [number, row] of rows("psk_secret").entries()) {
    test(`pre-shared keys come to the secret of the vector, ${number}`, () => {
      const keys = row.psks.map((each: Record<"psk_id" | "psk_nonce" | "psk", string>) => ({
        id: new ExternalPskId({ pskId: unhex(each.psk_id), nonce: unhex(each.psk_nonce) }),
        secret: new Secret(unhex(each.psk)),
      }));

      const secret = pskSecret(suiteOf(row.cipher_suite), keys);

      assert.equal(hex(secret), row.psk_secret);
    });
  }
});

describe("secret-tree", () => {
  for (const [number, row] of rows("secret-tree").entries()) {
    const suite = suiteOf(row.cipher_suite);

    test(`the sender data key is derived from the sample, ${number}`, () => {
      const given = row.sender_data;

      const made = senderDataKey(suite, unhex(given.sender_data_secret), unhex(given.ciphertext));

      assert.deepEqual([hex(made.key), hex(made.nonce)], [given.key, given.nonce]);
    });

    for (const ratchet of ["handshake", "application"] as const) {
      test(`the secret tree yields each key of the ${ratchet} ratchet, ${number}`, () => {
        const root = unhex(row.encryption_secret);
        const leafCount = row.leaves.length;
        let keys = 0;

        for (const [leaf, generations] of row.leaves.entries()) {
          for (const given of generations) {
            const { generation } = given;
            const made = messageKey(suite, root, { leafCount, leaf, ratchet, generation });
            assert.equal(hex(made.key), given[`${ratchet}_key`]);
            assert.equal(hex(made.nonce), given[`${ratchet}_nonce`]);
            keys += 1;
          }
        }

        assert.ok(keys >= leafCount);
      });
    }
  }
});

describe("tree-math", () => {
  const orNull = (place: () => number): number | null => {
    try {
      return place();
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return null;
    }
  };

  for (const row of rows("tree-math")) {
    test(`every place of a tree of ${row.n_leaves} leaves has its relations`, () => {
      const leaves: number = row.n_leaves;
      const places = [...Array(row.n_nodes).keys()];

      assert.equal(treeMath.nodeCount(leaves), row.n_nodes);
      assert.equal(treeMath.root(leaves), row.root);
      const all = (of: (place: number) => number) => places.map((place) => orNull(() => of(place)));
      assert.deepEqual(all(treeMath.left), row.left);
      assert.deepEqual(all(treeMath.right), row.right);
      assert.deepEqual(
        all((place) => treeMath.parent(place, leaves)),
        row.parent,
      );
      assert.deepEqual(
        all((place) => treeMath.sibling(place, leaves)),
        row.sibling,
      );
    });
  }

  test("paths climb to the root, beside the copath, over the leaves they cover", () => {
    const leaves = 8;

    for (const leaf of Array(leaves).keys()) {
      const path = treeMath.directPath(treeMath.leafNode(leaf), leaves);
      const beside = treeMath.copath(treeMath.leafNode(leaf), leaves);

      assert.equal(path.length, 3);
      assert.equal(path.at(-1), treeMath.root(leaves));
      assert.ok(path.every((place) => treeMath.covers(place, leaf)));
      assert.ok(beside.every((place) => !treeMath.covers(place, leaf)));
      const width = (place: number) => {
        const { start, stop } = treeMath.leavesBelow(place);
        return stop - start;
      };
      assert.equal(beside.map(width).reduce((sum, each) => sum + each, 1), leaves);
      for (const other of Array(leaves).keys()) {
        if (other === leaf) continue;
        const shared = treeMath.commonAncestor(leaf, other, leaves);
        assert.ok(treeMath.covers(shared, leaf) && treeMath.covers(shared, other));
        const below = [treeMath.left(shared), treeMath.right(shared)];
        assert.ok(below.every((side) => treeMath.covers(side, leaf) !== treeMath.covers(side, other)));
      }
    }
    assert.deepEqual(treeMath.copath(treeMath.root(leaves), leaves), []);
  });
});
