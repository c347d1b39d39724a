/** What key packages, lifetimes and extensions refuse, beyond what the official vectors show. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ours } from "../../web/client/core/mls/capabilities.ts";
import type { Capabilities } from "../../web/client/core/mls/capabilities.ts";
import { Malformed, Writer, decode, encode, replace } from "../../web/client/core/mls/codec.ts";
import { Credential } from "../../web/client/core/mls/credential.ts";
import {
  Extension,
  RequiredCapabilities,
  externalPub,
  find,
  readExternalPub,
  readRequired,
  requiredCapabilities,
} from "../../web/client/core/mls/extensions.ts";
import {
  InvalidKeyPackage,
  KeyPackage,
  KeyPackageSecrets,
  checkKeyPackage,
  signKeyPackage,
} from "../../web/client/core/mls/key_package.ts";
import { InvalidLeaf, MAX_LEAF, verifyLeaf } from "../../web/client/core/mls/leaf_node.ts";
import type { LeafNode } from "../../web/client/core/mls/leaf_node.ts";
import {
  Expired,
  LONGEST,
  Lifetime,
  LifetimePolicy,
  LivesTooLong,
} from "../../web/client/core/mls/lifetime.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import { ExtensionType, LeafNodeSource } from "../../web/client/core/mls/registry.ts";
import { BadKey, BadSignature, SUITE_1, Secret } from "../../web/client/core/mls/suite.ts";
import { DAY, HOUR, NOW, hex, packageOf, rows, unhex, utf8 } from "./support/mls_actors.ts";
import { forgedPackage } from "./support/mls_forge.ts";

const EMPTY = new Uint8Array();
const SMALL_ORDER = ["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`];

function check(given: KeyPackage, ...groupExtensions: Extension[]): Promise<void> {
  return checkKeyPackage(SUITE_1, given, { groupExtensions, lifetimes: null });
}

function capable(leaf: LeafNode, changes: Partial<Capabilities>): LeafNode {
  return replace(leaf, { capabilities: replace(leaf.capabilities, changes) });
}

describe("a key package", () => {
  test("survives the way to the vault and back", async () => {
    const secrets = await packageOf("zoe");

    const read = decode(KeyPackageSecrets.read, encode(secrets));

    assert.equal(hex(encode(read)), hex(encode(secrets)));
    assert.ok([read.initKey, read.encryptionKey, read.signatureKey].every(isSecret));
    await check(read.keyPackage);
  });

  for (const changes of [{ versions: [] }, { cipherSuites: [2] }, { credentials: [2] }]) {
    test(`has a leaf that lists what it uses, ${Object.keys(changes).join()}`, async () => {
      const lie = { leaf: (leaf: LeafNode) => capable(leaf, changes) };

      const forged = await forgedPackage(await packageOf("zoe"), lie);

      await assert.rejects(check(forged), InvalidLeaf);
    });
  }

  test("lists the extensions it carries, and so does its leaf", async () => {
    const secrets = await packageOf("zoe");
    const extensions = [new Extension({ type: 0xf000, data: EMPTY })];
    const list = { extensions: [0xf000] };

    const bare = await forgedPackage(secrets, { leaf: (leaf) => replace(leaf, { extensions }) });
    const around = await forgedPackage(secrets, {
      keyPackage: (given) => replace(given, { extensions }),
    });
    const listed = await forgedPackage(secrets, {
      leaf: (leaf) => capable(replace(leaf, { extensions }), list),
      keyPackage: (given) => replace(given, { extensions }),
    });

    await assert.rejects(check(bare), InvalidLeaf);
    await assert.rejects(check(around), InvalidKeyPackage);
    await check(listed);
  });

  test("has what the group requires", async () => {
    const { keyPackage } = await packageOf("zoe");
    const met = requiredCapabilities(
      new RequiredCapabilities({ credentials: [1], proposals: [1, 3], extensions: [4] }),
    );
    const unmet = [{ proposals: [0xf000] }, { extensions: [0xf000] }, { credentials: [2] }];

    await check(keyPackage, met);
    for (const more of unmet) {
      const required = requiredCapabilities(new RequiredCapabilities(more));
      await assert.rejects(check(keyPackage, required), InvalidLeaf);
    }
  });

  test("is for one suite, one use and two keys", async () => {
    const secrets = await packageOf("zoe");
    const { keyPackage } = secrets;
    const committed = replace(keyPackage.leafNode, {
      source: LeafNodeSource.COMMIT,
      lifetime: null,
      parentHash: EMPTY,
    });

    const oneKey = await forgedPackage(secrets, {
      keyPackage: (given) => replace(given, { initKey: given.leafNode.encryptionKey }),
    });

    await assert.rejects(check(oneKey), InvalidKeyPackage);
    await assert.rejects(check(replace(keyPackage, { leafNode: committed })), InvalidKeyPackage);
    await assert.rejects(check(replace(keyPackage, { cipherSuite: 3 })), InvalidKeyPackage);
  });

  test("bears two signatures of its owner", async () => {
    const [zoe, other] = [await packageOf("zoe"), await packageOf("zoe")];
    const { keyPackage } = zoe;
    const { signature } = other.keyPackage.leafNode;
    const leafNode = replace(keyPackage.leafNode, { signature });

    const around = await signKeyPackage(replace(keyPackage, { leafNode }), zoe.signatureKey);

    const swapped = replace(keyPackage, { signature: other.keyPackage.signature });
    await assert.rejects(check(swapped), BadSignature);
    await assert.rejects(check(around), BadSignature);
  });

  for (const digits of [...SMALL_ORDER, "", "00".repeat(31), "09".repeat(33)]) {
    test(`gets nobody in with a key that nobody can seal to, ${digits.slice(0, 4)}`, async () => {
      const secrets = await packageOf("zoe");
      const key = unhex(digits);

      const inLeaf = await forgedPackage(secrets, {
        leaf: (leaf) => replace(leaf, { encryptionKey: key }),
      });
      const around = await forgedPackage(secrets, {
        keyPackage: (given) => replace(given, { initKey: key }),
      });

      await assert.rejects(check(inLeaf), BadKey);
      await assert.rejects(check(around), BadKey);
    });
  }

  test("holds no more than any of ours", async () => {
    const secrets = await packageOf("zoe");
    const fat = new Credential({ identity: new Uint8Array(MAX_LEAF) });

    const forged = await forgedPackage(secrets, {
      leaf: (leaf) => replace(leaf, { credential: fat }),
    });

    await assert.rejects(check(forged), InvalidLeaf);
  });

  test("holds no certificate chain", async () => {
    const { keyPackage } = await packageOf("zoe");
    const basic = hex(new Writer().uint16(1).opaque(utf8("zoe")).bytes());
    const x509 = hex(new Writer().uint16(2).opaque(utf8("zoe")).bytes());
    const wire = hex(encode(keyPackage));

    assert.equal(wire.split(basic).length, 2);
    const lie = unhex(wire.replace(basic, x509));
    assert.throws(() => decode(KeyPackage.read, lie), OutOfProfile);
  });

  test("signed for a place in a group verifies at no other, and nowhere without one", async () => {
    const row = rows("messages")[0];
    const { leafNode } = decode(KeyPackage.read, unhex(row.mls_key_package).subarray(4));
    const updated = replace(leafNode, { source: LeafNodeSource.UPDATE, lifetime: null });

    const place = { groupId: utf8("a group"), leaf: 1 };

    await assert.rejects(verifyLeaf(SUITE_1, updated, place), BadSignature);
    await assert.rejects(verifyLeaf(SUITE_1, updated, null), InvalidLeaf);
  });
});

describe("a lifetime", () => {
  const { notBefore, notAfter } = Lifetime.starting(NOW, 30 * DAY);
  const [start, end] = [Number(notBefore) * 1000, Number(notAfter) * 1000];
  const policy = (now: number | null, more = {}) => new LifetimePolicy({ now, ...more });
  const lifetime = new Lifetime({ notBefore, notAfter });

  test("begins an hour ago and lasts as long as asked, ninety days at most", () => {
    assert.deepEqual([start, end - start], [NOW - HOUR, 30 * DAY]);
    assert.equal(LONGEST, 90 * DAY);
    policy(NOW).check(Lifetime.starting(NOW));
    assert.throws(() => policy(NOW).check(Lifetime.starting(NOW, LONGEST + 1000)), LivesTooLong);
  });

  test("holds both its ends and no second more", () => {
    policy(start).check(lifetime);
    policy(end + 999).check(lifetime);

    assert.throws(() => policy(start - 1).check(lifetime), Expired);
    assert.throws(() => policy(end + 1000).check(lifetime), Expired);
  });

  test("is judged by its length alone where no moment is given", () => {
    policy(null).check(lifetime);

    const backwards = new Lifetime({ notBefore: notAfter, notAfter: notBefore });
    assert.throws(() => policy(null).check(backwards), LivesTooLong);
    assert.throws(() => policy(null, { longest: DAY }).check(lifetime), LivesTooLong);
    const endless = new Lifetime({ notBefore: 0n, notAfter: 2n ** 64n - 1n });
    assert.throws(() => policy(null).check(endless), LivesTooLong);
  });

  test("that is over keeps nobody out where that is not asked", () => {
    policy(end + DAY, { expires: false }).check(lifetime);

    const early = policy(start - DAY, { expires: false });
    assert.throws(() => early.check(lifetime), Expired);
  });

  test("is asked of a key package", async () => {
    const { keyPackage } = await packageOf("zoe", NOW - 91 * DAY);

    const late = checkKeyPackage(SUITE_1, keyPackage, { lifetimes: policy(NOW) });

    await assert.rejects(late, Expired);
  });
});

describe("extensions", () => {
  test("give back what was put in, and nothing where nothing was", () => {
    const required = new RequiredCapabilities({ extensions: [5], proposals: [1], credentials: [1] });
    const extensions = [externalPub(utf8("a key")), requiredCapabilities(required)];

    assert.equal(hex(readExternalPub(extensions) ?? EMPTY), hex(utf8("a key")));
    assert.deepEqual({ ...readRequired(extensions) }, { ...required });
    assert.equal(readExternalPub([]), null);
    assert.deepEqual(readRequired([]).proposals, []);
    assert.equal(find(extensions, ExtensionType.RATCHET_TREE), null);
  });

  test("hold exactly one thing", () => {
    const key = externalPub(utf8("a key"));
    const longer = replace(key, { data: Uint8Array.of(...key.data, 0) });

    assert.throws(() => readExternalPub([longer]), Malformed);
    assert.throws(() => readRequired([replace(longer, { type: 3 })]), Malformed);
  });

  test("known to all are supported by all, others by those who list them", () => {
    const can = ours(SUITE_1.id);

    assert.ok([1, 2, 3, 4, 5].every((kind) => can.supportExtension(kind)));
    assert.ok(!can.supportExtension(6));
    assert.ok(replace(can, { extensions: [6] }).supportExtension(6));
  });
});

function isSecret(value: unknown): boolean {
  return value instanceof Secret;
}
