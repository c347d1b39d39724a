/** What is a key and what a signature at the edges of both curves: read in Python alike. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { concat } from "../../web/client/core/mls/codec.ts";
import * as hpke from "../../web/client/core/mls/hpke.ts";
import { agreementPair, signingKey, verifyingKey } from "../../web/client/core/mls/keys.ts";
import {
  BadKey,
  BadSignature,
  BadTag,
  HpkeCiphertext,
  SUITE_1,
  Secret,
  UnsupportedSuite,
  equal,
  standsTwice,
  suiteOf,
} from "../../web/client/core/mls/suite.ts";
import {
  Aes128Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
} from "../../web/client/node_modules/@hpke/core/esm/mod.js";
import { hex, unhex, utf8 } from "./support/mls_actors.ts";
import type { Row } from "./support/mls_actors.ts";

const LABEL = "Edge";
const EMPTY = new Uint8Array();
const ROWS: Row[] = JSON.parse(
  readFileSync(new URL("../vectors/keys.json", import.meta.url), "utf8"),
);

type Given = Readonly<Record<string, Uint8Array>>;
type Expect = Readonly<Record<string, string>>;

/** What each kind of row does, and what it yields beside its outcome. */
const DOINGS: Readonly<Record<string, (given: Given) => Promise<Expect>>> = {
  async signature({ public: signer = EMPTY, content = EMPTY, signature = EMPTY }) {
    await SUITE_1.verifyWithLabel(signer, LABEL, content, signature);
    return {};
  },
  async agreement({ public: recipient = EMPTY }) {
    SUITE_1.checkPublicKey(recipient);
    const [sent, secret] = await SUITE_1.exportTo(recipient, EMPTY);
    assert.deepEqual([sent.length, secret.length], [SUITE_1.hashLength, SUITE_1.hashLength]);
    return {};
  },
  async expand({ secret = EMPTY, info = EMPTY, length = EMPTY }) {
    return { okm: hex(SUITE_1.expand(secret, info, length[0] ?? 0)) };
  },
  async derive({ secret = EMPTY }) {
    const pair = await SUITE_1.deriveKeyPair(secret);
    assert.deepEqual(await SUITE_1.encryptionPublic(pair.private), pair.public);
    return { private: hex(pair.private), public: hex(pair.public) };
  },
  async export({ private: own = EMPTY, sent = EMPTY, context = EMPTY }) {
    return { secret: hex(await SUITE_1.exportFrom(own, sent, context)) };
  },
  async open({ private: own = EMPTY, sent = EMPTY, ciphertext = EMPTY, context = EMPTY }) {
    const sealed = new HpkeCiphertext({ kemOutput: sent, ciphertext });
    return { plaintext: hex(await SUITE_1.openWithLabel(own, LABEL, context, sealed)) };
  },
};

async function outcome(row: Row): Promise<Expect> {
  const given = Object.entries<string | number>(row.given).map(([name, value]) => [
    name,
    typeof value === "number" ? Uint8Array.of(value) : unhex(value),
  ]);
  const doing = DOINGS[row.kind];
  assert.ok(doing, "a kind of row that nobody reads");
  try {
    return { outcome: "ok", ...(await doing(Object.fromEntries(given))) };
  } catch (error) {
    if (error instanceof BadKey) return { outcome: "bad_key" };
    if (error instanceof BadSignature) return { outcome: "bad_signature" };
    if (error instanceof BadTag) return { outcome: "bad_tag" };
    throw error;
  }
}

describe("bytes at an edge come to what the vector says", () => {
  for (const row of ROWS) {
    test(`${row.kind}: ${row.name}`, async () => {
      assert.deepEqual(await outcome(row), row.expect);
    });
  }
});

describe("HPKE as @hpke/core does it", () => {
  const outside = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const [info, plaintext] = [utf8("info"), utf8("said")];

  test("derives the same key pair from a secret", async () => {
    const secret = SUITE_1.randomSecret();

    const theirs = await outside.kem.deriveKeyPair(secret);
    const ours = await SUITE_1.deriveKeyPair(secret);

    const raw = await outside.kem.serializePublicKey(theirs.publicKey);
    assert.deepEqual(ours.public, new Uint8Array(raw));
    const own = await outside.kem.serializePrivateKey(theirs.privateKey);
    assert.deepEqual(new Uint8Array(ours.private), new Uint8Array(own));
  });

  test("opens what we seal, and seals what we open", async () => {
    const pair = await SUITE_1.generateKeyPair();
    const [recipientKey, recipientPublicKey] = await Promise.all([
      outside.kem.deserializePrivateKey(pair.private),
      outside.kem.deserializePublicKey(pair.public),
    ]);

    const ours = await hpke.seal(pair.public, info, plaintext);
    const theirs = await outside.seal({ recipientPublicKey, info }, plaintext);

    const given = { recipientKey, enc: ours.sent, info };
    assert.deepEqual(new Uint8Array(await outside.open(given, ours.ciphertext)), plaintext);
    const [enc, ct] = [new Uint8Array(theirs.enc), new Uint8Array(theirs.ct)];
    assert.deepEqual(await hpke.open(enc, pair.private, info, ct), plaintext);
    assert.equal(await hpke.open(enc, pair.private, utf8("other"), ct), null);
  });

  test("exports the same secret, either way round", async () => {
    const pair = await SUITE_1.generateKeyPair();
    const recipientKey = await outside.kem.deserializePrivateKey(pair.private);
    const recipientPublicKey = await outside.kem.deserializePublicKey(pair.public);
    const how = { context: utf8("context"), length: 32 };

    const ours = await hpke.exportAsSender(pair.public, how);
    const theirs = await outside.createSenderContext({ recipientPublicKey });

    const heard = await outside.createRecipientContext({ recipientKey, enc: ours.sent });
    assert.deepEqual(new Uint8Array(await heard.export(how.context, how.length)), ours.secret);
    const sent = new Uint8Array(theirs.enc);
    const exported = new Uint8Array(await theirs.export(how.context, how.length));
    assert.deepEqual(await hpke.exportAsRecipient(sent, pair.private, how), exported);
  });
});

describe("secrets", () => {
  const secret = new Secret(utf8("not to be seen"));

  test("show in no text, no JSON, no console line, not even in part", () => {
    const shown = [String(secret), JSON.stringify({ secret }), secret.toLocaleString()];

    assert.deepEqual(shown, ["Secret(...)", '{"secret":"Secret(...)"}', "Secret(...)"]);
    assert.equal(`${secret.slice(0, 4)}${secret.subarray(4)}`, "Secret(...)Secret(...)");
  });

  test("are bytes to whoever computes with them, and a copy of what they were made from", () => {
    const given = utf8("not to be seen");
    const made = new Secret(given);

    given.fill(0);

    assert.ok(equal(made, utf8("not to be seen")));
    assert.ok(made instanceof Uint8Array);
    assert.ok(equal(concat(made, secret), utf8("not to be seennot to be seen")));
  });
});

describe("the suite", () => {
  test("is known by its number, and no other is", () => {
    assert.equal(suiteOf(1), SUITE_1);
    for (const identifier of [0, 2, 3, 0xf000]) {
      assert.throws(() => suiteOf(identifier), UnsupportedSuite);
    }
  });

  test("compares bytes whatever their lengths", () => {
    const pairs: readonly [string, string, boolean][] = [
      ["", "", true],
      ["ab", "ab", true],
      ["ab", "ac", false],
      ["ab", "abc", false],
      ["abc", "ab", false],
      ["", "\0", false],
      ["\0", "", false],
    ];

    for (const [one, other, same] of pairs) {
      assert.equal(equal(utf8(one), utf8(other)), same);
      assert.equal(standsTwice([utf8(one), utf8(other)]), same);
    }
  });

  test("tells apart bytes that no text has", () => {
    const every = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte, 0x80, 0xff));

    assert.ok(!standsTwice(every));
    assert.ok(standsTwice([...every, Uint8Array.of(0x9d, 0x80, 0xff)]));
  });

  test("imports a key once for all its uses", async () => {
    const pair = await SUITE_1.generateSignatureKey();
    const secret = SUITE_1.randomSecret();

    assert.equal(await signingKey(pair.private), await signingKey(pair.private));
    assert.equal(await verifyingKey(pair.public), await verifyingKey(pair.public.slice()));
    assert.equal(await agreementPair(secret), await agreementPair(secret));
  });
});
