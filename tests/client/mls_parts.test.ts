/** What the parts of the core refuse by themselves, beyond what the official vectors show. */
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
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  PublicMessage,
  Sender,
  signedBytes,
} from "../../web/client/core/mls/framing.ts";
import * as hpke from "../../web/client/core/mls/hpke.ts";
import {
  InvalidKeyPackage,
  KeyPackage,
  KeyPackageSecrets,
  checkKeyPackage,
  signKeyPackage,
} from "../../web/client/core/mls/key_package.ts";
import * as keySchedule from "../../web/client/core/mls/key_schedule.ts";
import { InvalidLeaf, MAX_LEAF, verifyLeaf } from "../../web/client/core/mls/leaf_node.ts";
import type { LeafNode } from "../../web/client/core/mls/leaf_node.ts";
import {
  Expired,
  LONGEST,
  Lifetime,
  LifetimePolicy,
  LivesTooLong,
} from "../../web/client/core/mls/lifetime.ts";
import {
  pack,
  unpack,
  unpackGroupInfo,
  unpackKeyPackage,
  unpackPublic,
  unpackWelcome,
} from "../../web/client/core/mls/message.ts";
import { protect, unprotect } from "../../web/client/core/mls/private_message.ts";
import { OutOfProfile } from "../../web/client/core/mls/refused.ts";
import {
  ExtensionType,
  LeafNodeSource,
  SenderType,
  WireFormat,
} from "../../web/client/core/mls/registry.ts";
import { UnusableGeneration, messageKey } from "../../web/client/core/mls/secret_tree.ts";
import { BadKey, BadSignature, BadTag, SUITE_1, Secret } from "../../web/client/core/mls/suite.ts";
import { NotForUs, Welcome, openGroupSecrets } from "../../web/client/core/mls/welcome.ts";
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

describe("sealing", () => {
  test("opens with its key, label and context only", async () => {
    const [pair, other] = [await SUITE_1.generateKeyPair(), await SUITE_1.generateKeyPair()];
    const [context, plain] = [utf8("context"), utf8("plain")];
    const sealed = await SUITE_1.sealWithLabel(pair.public, "label", context, plain);

    const opened = await SUITE_1.openWithLabel(pair.private, "label", context, sealed);

    assert.equal(hex(opened), hex(plain));
    assert.ok(isSecret(opened));
    for (const [own, label, bound] of [
      [other.private, "label", context],
      [pair.private, "other", context],
      [pair.private, "label", utf8("other")],
    ] as const) {
      await assert.rejects(SUITE_1.openWithLabel(own, label, bound, sealed), BadTag);
    }
    const cut = replace(sealed, { kemOutput: sealed.kemOutput.subarray(1) });
    await assert.rejects(SUITE_1.openWithLabel(pair.private, "label", context, cut), BadTag);
  });

  test("by AES-GCM opens with its key, nonce and data only", async () => {
    const key = SUITE_1.randomSecret().subarray(0, SUITE_1.keyLength);
    const nonce = new Uint8Array(SUITE_1.nonceLength);
    const sealed = await SUITE_1.aeadSeal(key, nonce, utf8("aad"), utf8("plain"));

    assert.equal(sealed.length, utf8("plain").length + SUITE_1.tagLength);
    const opened = await SUITE_1.aeadOpen(key, nonce, utf8("aad"), sealed);
    assert.equal(hex(opened), hex(utf8("plain")));
    for (const lie of [
      { key: key.map((byte) => byte ^ 1) },
      { nonce: nonce.with(0, 1) },
      { aad: utf8("other") },
      { sealed: sealed.subarray(1) },
      { sealed: EMPTY },
    ]) {
      const told = { key, nonce, aad: utf8("aad"), sealed, ...lie };
      const happens = SUITE_1.aeadOpen(told.key, told.nonce, told.aad, told.sealed);
      await assert.rejects(happens, BadTag);
    }
  });

  test("derives the keys that RFC 9180 shows in appendix A.1.1", async () => {
    const recipient = unhex("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037");

    const own = hpke.derivePrivateKey(recipient);

    assert.equal(hex(own), "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
    assert.equal(
      hex(await SUITE_1.encryptionPublic(own)),
      "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    );
  });

  test("shares a secret with the owner of a key, in one context", async () => {
    const pair = await SUITE_1.generateKeyPair();

    const [sent, secret] = await SUITE_1.exportTo(pair.public, utf8("context"));

    const same = await SUITE_1.exportFrom(pair.private, sent, utf8("context"));
    const other = await SUITE_1.exportFrom(pair.private, sent, utf8("other"));
    assert.equal(hex(same), hex(secret));
    assert.notEqual(hex(other), hex(secret));
    assert.ok(isSecret(secret) && isSecret(same));
    const nobody = SUITE_1.exportFrom(pair.private, new Uint8Array(32), utf8("context"));
    await assert.rejects(nobody, BadKey);
  });

  test("lets one who joins from outside and the group share an init secret", async () => {
    const epoch = keySchedule.deriveEpoch(SUITE_1, SUITE_1.randomSecret());
    const { public: outside } = await keySchedule.externalKeyPair(SUITE_1, epoch);

    const [kemOutput, init] = await keySchedule.sendExternalInit(SUITE_1, outside);

    const heard = await keySchedule.receiveExternalInit(SUITE_1, epoch, kemOutput);
    assert.equal(hex(heard), hex(init));
  });
});

describe("frames", () => {
  const content = new FramedContent({
    groupId: utf8("a group"),
    epoch: 2n ** 63n,
    sender: new Sender({ type: SenderType.MEMBER, index: 3 }),
    body: utf8("said"),
  });
  const auth = new ContentAuth({ signature: utf8("signed") });
  const message = new PublicMessage({ content, auth, membershipTag: utf8("tag") });

  test("hold what was asked for or are refused for holding something else", () => {
    const row = rows("messages")[0];
    const unpackers = {
      mls_welcome: unpackWelcome,
      mls_group_info: unpackGroupInfo,
      mls_key_package: unpackKeyPackage,
      public_message_commit: unpackPublic,
    };

    for (const [name, digits] of Object.entries<string>(row)) {
      if (!/^(mls|public|private)_/.test(name)) continue;
      const own = name.startsWith("public_") ? "public_message_commit" : name;
      for (const [kind, unpackOne] of Object.entries(unpackers)) {
        if (kind === own) assert.equal(hex(pack(unpackOne(unhex(digits)))), digits);
        else assert.throws(() => unpackOne(unhex(digits)), OutOfProfile);
      }
    }
  });

  test("keep an epoch that no float can", () => {
    const read = unpack(pack(message));

    assert.ok(read instanceof PublicMessage);
    assert.equal(read.content.epoch, 2n ** 63n);
    assert.equal(read.authenticated().content.sender.index, 3);
  });

  test("number members and external senders only", () => {
    const kinds = [
      [SenderType.MEMBER, "0100000007"],
      [SenderType.EXTERNAL, "0200000007"],
      [SenderType.NEW_MEMBER_PROPOSAL, "03"],
      [SenderType.NEW_MEMBER_COMMIT, "04"],
    ] as const;

    for (const [type, digits] of kinds) {
      assert.equal(hex(encode(new Sender({ type, index: 7 }))), digits);
      assert.equal(decode(Sender.read, unhex(digits)).type, type);
    }
  });

  test("bind members to the group's context, which must be given", () => {
    const outside = replace(content, { sender: new Sender({ type: SenderType.EXTERNAL }) });

    assert.throws(() => signedBytes(content, WireFormat.PUBLIC_MESSAGE, null), TypeError);
    assert.ok(signedBytes(outside, WireFormat.PUBLIC_MESSAGE, null).length > 0);
  });

  test("that hold no commit give none", () => {
    assert.throws(() => message.authenticated().commit(), Malformed);
  });
});

describe("private messages", () => {
  const secrets = {
    encryption: SUITE_1.randomSecret(),
    senderData: SUITE_1.randomSecret(),
    leafCount: 4,
  };
  const said = (index: number, type: SenderType = SenderType.MEMBER): AuthenticatedContent =>
    new AuthenticatedContent({
      wireFormat: WireFormat.PRIVATE_MESSAGE,
      content: new FramedContent({
        groupId: utf8("a group"),
        epoch: 1n,
        sender: new Sender({ type, index }),
        body: utf8("said"),
      }),
      auth: new ContentAuth({ signature: utf8("signed") }),
    });

  test("name a leaf of the tree", async () => {
    const sealed = await protect(SUITE_1, said(3), secrets, { generation: 0 });
    const beyond = await protect(SUITE_1, said(4), secrets, { generation: 0 });

    assert.equal((await unprotect(SUITE_1, sealed, secrets)).content.sender.index, 3);
    await assert.rejects(unprotect(SUITE_1, beyond, secrets), Malformed);
  });

  test("are for members, and for generations in reach", async () => {
    const stranger = said(0, SenderType.NEW_MEMBER_COMMIT);
    const far = { leafCount: 4, leaf: 0, ratchet: "application", generation: 1025 } as const;

    await assert.rejects(protect(SUITE_1, stranger, secrets, { generation: 0 }), TypeError);
    assert.throws(() => messageKey(SUITE_1, secrets.encryption, far), UnusableGeneration);
    assert.ok(messageKey(SUITE_1, secrets.encryption, { ...far, generation: 1024 }));
  });
});

describe("a Welcome", () => {
  const row = rows("welcome")[0];
  const welcome = unpack(unhex(row.welcome));

  test("is for whom it names, once, in one suite", async () => {
    assert.ok(welcome instanceof Welcome);
    const [stranger, keyPackage] = [await packageOf("zoe"), unpack(unhex(row.key_package))];
    assert.ok(keyPackage instanceof KeyPackage);
    const initKey = new Secret(unhex(row.init_priv));
    const own = replace(stranger, { keyPackage, initKey });
    const twice = replace(welcome, { secrets: [...welcome.secrets, ...welcome.secrets] });
    const other = replace(welcome, { cipherSuite: 2 });

    const given = await openGroupSecrets(SUITE_1, welcome, own);

    assert.ok(isSecret(given.joinerSecret));
    for (const [message, reader] of [
      [welcome, stranger],
      [twice, own],
      [other, own],
    ] as const) {
      await assert.rejects(openGroupSecrets(SUITE_1, message, reader), NotForUs);
    }
  });
});

function isSecret(value: unknown): boolean {
  return value instanceof Secret;
}
