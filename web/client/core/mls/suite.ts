/**
 * The cipher suites of RFC 9420, section 5: one so far, its id carried everywhere.
 *
 * Every primitive is WebCrypto's or `@noble/hashes`'s; labels and contexts are bound here,
 * so that no other file of the core meets a naked signature or key.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

import type { Reader } from "./codec.ts";
import { nameOf, utf8, Writer } from "./codec.ts";
import * as hpke from "./hpke.ts";
import * as keys from "./keys.ts";
import { Refused } from "./refused.ts";
import { PROTOCOL_LABEL } from "./registry.ts";

const EMPTY = new Uint8Array();

/** A cipher suite that this core does not know. */
export class UnsupportedSuite extends Refused {}

/** A signature was not made by that key over that content under that label. */
export class BadSignature extends Refused {}

/** A MAC or an AEAD tag does not fit what it came with. */
export class BadTag extends Refused {}

/** The bytes of a key are not a usable key. */
export class BadKey extends Refused {}

/** Bytes that never show in a text, a log line or JSON. */
export class Secret extends Uint8Array {
  override toString(): string {
    return "Secret(...)";
  }

  override toLocaleString(): string {
    return "Secret(...)";
  }

  toJSON(): string {
    return "Secret(...)";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "Secret(...)";
  }
}

/** A private key and its public half, raw bytes: 32 and 32 in suite 1. */
export type KeyPair = { readonly private: Secret; readonly public: Uint8Array };

/** What EncryptWithLabel yields: RFC 9420, section 5.1.3 and 7.6. */
export class HpkeCiphertext {
  declare readonly kemOutput: Uint8Array;
  declare readonly ciphertext: Uint8Array;

  constructor(given: { kemOutput: Uint8Array; ciphertext: Uint8Array }) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.kemOutput).opaque(this.ciphertext);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): HpkeCiphertext {
    return new HpkeCiphertext({ kemOutput: reader.opaque(), ciphertext: reader.opaque() });
  }
}

/** The operations of one cipher suite, all labels applied; lengths in bytes. */
export class Suite {
  readonly id: number;
  readonly hashLength = 32;
  readonly keyLength = 16;
  readonly nonceLength = 12;
  readonly tagLength = 16;
  readonly publicKeyLength = 32;
  readonly signatureLength = 64;

  constructor(id: number) {
    this.id = id;
  }

  /** Hash bytes: SHA-256. */
  hash(data: Uint8Array): Uint8Array {
    return sha256(data);
  }

  /** Compute a tag of the hash's length: HMAC-SHA256. */
  mac(key: Uint8Array, data: Uint8Array): Uint8Array {
    return hmac(sha256, key, data);
  }

  /** Concentrate key material into one secret: HKDF-Extract. */
  extract(salt: Uint8Array, material: Uint8Array): Secret {
    return new Secret(hpke.extract(salt, material));
  }

  /** Stretch a secret for one purpose: HKDF-Expand. */
  expand(secret: Uint8Array, info: Uint8Array, length: number): Secret {
    return new Secret(hpke.expand(secret, info, length));
  }

  /** ExpandWithLabel of RFC 9420, section 8. */
  expandWithLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Secret {
    const info = new Writer().uint16(length).raw(labeled(label, context)).bytes();
    return this.expand(secret, info, length);
  }

  /** DeriveSecret of RFC 9420, section 8. */
  deriveSecret(secret: Uint8Array, label: string): Secret {
    return this.expandWithLabel(secret, label, EMPTY, this.hashLength);
  }

  /** RefHash of RFC 9420, section 5.2; the label is given in full. */
  refHash(label: string, value: Uint8Array): Uint8Array {
    return this.hash(new Writer().opaque(utf8(label)).opaque(value).bytes());
  }

  /** Encrypt: AES-128-GCM, the tag at the end. */
  aeadSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<Uint8Array> {
    return hpke.aeadSeal(key, nonce, aad, plaintext);
  }

  /**
   * Decrypt what `aeadSeal` made.
   *
   * Throws BadTag: key, nonce, data or ciphertext is not the one it was made with.
   */
  async aeadOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array> {
    return opened(await hpke.aeadOpen(key, nonce, aad, ciphertext));
  }

  /** SignWithLabel of RFC 9420, section 5.1.2: 64 bytes, Ed25519. */
  async signWithLabel(own: Uint8Array, label: string, content: Uint8Array): Promise<Uint8Array> {
    const key = await keys.signingKey(own);
    const signed = keys.unshared(labeled(label, content));
    return new Uint8Array(await crypto.subtle.sign("Ed25519", key, signed));
  }

  /**
   * VerifyWithLabel of RFC 9420, section 5.1.2.
   *
   * Throws BadKey: the public key is none. BadSignature: not signed by that key, or not
   * under that label.
   */
  async verifyWithLabel(
    signer: Uint8Array,
    label: string,
    content: Uint8Array,
    signature: Uint8Array,
  ): Promise<void> {
    const key = await keys.verifyingKey(signer);
    if (key === null) {
      throw new BadKey();
    }
    if (keys.startsAtRest(signature)) {
      throw new BadSignature();
    }
    const [given, signed] = [keys.unshared(signature), keys.unshared(labeled(label, content))];
    if (!(await crypto.subtle.verify("Ed25519", key, given, signed))) {
      throw new BadSignature();
    }
  }

  /**
   * EncryptWithLabel of RFC 9420, section 5.1.3.
   *
   * Throws BadKey: the public key is none, or has no order to speak of.
   */
  async sealWithLabel(
    recipient: Uint8Array,
    label: string,
    context: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<HpkeCiphertext> {
    this.checkPublicKey(recipient);
    const { sent, ciphertext } = await hpke.seal(recipient, labeled(label, context), plaintext);
    return new HpkeCiphertext({ kemOutput: sent, ciphertext });
  }

  /**
   * DecryptWithLabel of RFC 9420, section 5.1.3.
   *
   * Throws BadTag: it was sealed to another key, label or context.
   */
  async openWithLabel(
    own: Uint8Array,
    label: string,
    context: Uint8Array,
    sealed: HpkeCiphertext,
  ): Promise<Secret> {
    if (sealed.kemOutput.length !== this.publicKeyLength) {
      throw new BadTag();
    }
    const info = labeled(label, context);
    return new Secret(opened(await hpke.open(sealed.kemOutput, own, info, sealed.ciphertext)));
  }

  /**
   * Agree with a key's owner on a secret of the hash's length: [KEM output, secret].
   *
   * Throws BadKey: the public key is none, or has no order to speak of.
   */
  async exportTo(recipient: Uint8Array, context: Uint8Array): Promise<[Uint8Array, Secret]> {
    this.checkPublicKey(recipient);
    const length = this.hashLength;
    const { sent, secret } = await hpke.exportAsSender(recipient, { context, length });
    return [sent, new Secret(secret)];
  }

  /**
   * Compute the secret that `exportTo` gave the sender.
   *
   * Throws BadKey: the KEM output is no key, or has no order to speak of.
   */
  async exportFrom(own: Uint8Array, sent: Uint8Array, context: Uint8Array): Promise<Secret> {
    this.checkPublicKey(sent);
    const length = this.hashLength;
    return new Secret(await hpke.exportAsRecipient(sent, own, { context, length }));
  }

  /** Derive an encryption key pair from a secret: KEM.DeriveKeyPair of RFC 9180. */
  deriveKeyPair(secret: Uint8Array): Promise<KeyPair> {
    return this.#encryptionPair(new Secret(hpke.derivePrivateKey(secret)));
  }

  /** Make a fresh encryption key pair: X25519. */
  generateKeyPair(): Promise<KeyPair> {
    return this.#encryptionPair(this.randomSecret());
  }

  /** Make a fresh signature key pair: Ed25519. */
  async generateSignatureKey(): Promise<KeyPair> {
    const own = this.randomSecret();
    return { private: own, public: await this.signaturePublic(own) };
  }

  /** Tell whether the bytes are an encryption key that a secret can be agreed with. */
  isUsableKey(bytes: Uint8Array): boolean {
    return keys.isAgreementKey(bytes);
  }

  /**
   * Accept an encryption key: with one of small order in the tree, nobody could commit.
   *
   * Throws BadKey: its length or its order is wrong.
   */
  checkPublicKey(bytes: Uint8Array): void {
    if (!this.isUsableKey(bytes)) {
      throw new BadKey();
    }
  }

  /** Return the public half of a signature key. */
  signaturePublic(own: Uint8Array): Promise<Uint8Array> {
    return keys.signaturePublic(own);
  }

  /** Return the public half of an encryption key. */
  async encryptionPublic(own: Uint8Array): Promise<Uint8Array> {
    return (await keys.agreementPair(own)).public;
  }

  /** Make a fresh secret of the hash's length. */
  randomSecret(): Secret {
    return crypto.getRandomValues(new Secret(this.hashLength));
  }

  async #encryptionPair(own: Secret): Promise<KeyPair> {
    return { private: own, public: await this.encryptionPublic(own) };
  }
}

/** MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519. */
export const SUITE_1 = new Suite(1);

/** Find a suite by its registered number; throws UnsupportedSuite if it is not one of ours. */
export function suiteOf(identifier: number): Suite {
  if (identifier !== SUITE_1.id) {
    throw new UnsupportedSuite();
  }
  return SUITE_1;
}

/** Compare two byte strings in time that says nothing about them. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (const [at, byte] of one.entries()) {
    difference |= byte ^ (other[at] ?? 0);
  }
  return difference === 0;
}

/** Tell whether two of some byte strings are alike. */
export function standsTwice(values: readonly Uint8Array[]): boolean {
  return new Set(values.map(nameOf)).size !== values.length;
}

function labeled(label: string, content: Uint8Array): Uint8Array {
  return new Writer().opaque(utf8(PROTOCOL_LABEL + label)).opaque(content).bytes();
}

function opened(plaintext: Uint8Array | null): Uint8Array {
  if (plaintext === null) {
    throw new BadTag();
  }
  return plaintext;
}
