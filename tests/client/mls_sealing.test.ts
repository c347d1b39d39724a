/** What is sealed and framed opens for whom it is meant, beyond what the official vectors show. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Malformed, decode, encode, replace } from "../../web/client/core/mls/codec.ts";
import {
  AuthenticatedContent,
  ContentAuth,
  FramedContent,
  PublicMessage,
  Sender,
  signedBytes,
} from "../../web/client/core/mls/framing.ts";
import * as hpke from "../../web/client/core/mls/hpke.ts";
import { KeyPackage } from "../../web/client/core/mls/key_package.ts";
import * as keySchedule from "../../web/client/core/mls/key_schedule.ts";
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
import { SenderType, WireFormat } from "../../web/client/core/mls/registry.ts";
import { UnusableGeneration, messageKey } from "../../web/client/core/mls/secret_tree.ts";
import { BadKey, BadTag, SUITE_1, Secret } from "../../web/client/core/mls/suite.ts";
import { NotForUs, Welcome, openGroupSecrets } from "../../web/client/core/mls/welcome.ts";
import { hex, packageOf, rows, unhex, utf8 } from "./support/mls_actors.ts";

const EMPTY = new Uint8Array();

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
