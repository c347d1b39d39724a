/**
 * HPKE in base mode (RFC 9180) on WebCrypto's X25519 and AES-GCM, for suite 1 of MLS.
 *
 * `@hpke/core` computes X25519 in BigInts, in time that depends on the key; WebCrypto does
 * not, in a tenth of the time. The tests hold this file to `@hpke/core` and to Python's.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { concat, utf8, Writer } from "./codec.ts";
import { agree, agreementKey, agreementPair, unshared } from "./keys.ts";

const VERSION = utf8("HPKE-v1");
const KEM = utf8("KEM\x00\x20"); // DHKEM(X25519, HKDF-SHA256)
const SUITE = utf8("HPKE\x00\x20\x00\x01\x00\x01"); // with HKDF-SHA256 and AES-128-GCM
const BASE_MODE = Uint8Array.of(0);
const EMPTY = new Uint8Array();
const HASH_LENGTH = 32;
const KEY_LENGTH = 16;
const NONCE_LENGTH = 12;

/** What a sender sends on, and what both sides then share. */
type Agreed = { readonly sent: Uint8Array; readonly secret: Uint8Array };

/** The secrets of a context, by the use each is for: RFC 9180, section 5.1. */
type Context = {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly exporter: Uint8Array;
};

/** HKDF-Extract of RFC 5869 with SHA-256. */
export function extract(salt: Uint8Array, material: Uint8Array): Uint8Array {
  return hmac(sha256, salt, material);
}

/** HKDF-Expand of RFC 5869 with SHA-256, of secrets of any length. */
export function expand(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > 255 * HASH_LENGTH) {
    throw new RangeError("longer than HKDF can stretch");
  }
  const blocks: Uint8Array[] = [];
  while (blocks.length * HASH_LENGTH < length) {
    const counter = Uint8Array.of(blocks.length + 1);
    blocks.push(hmac(sha256, secret, concat(blocks.at(-1) ?? EMPTY, info, counter)));
  }
  return concat(...blocks).slice(0, length);
}

/** Encrypt: AES-GCM, the tag at the end. */
export async function aeadSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const imported = await aeadKey(key, "encrypt");
  const parameters = { name: "AES-GCM", iv: unshared(nonce), additionalData: unshared(aad) };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, imported, unshared(plaintext)));
}

/** Decrypt what `aeadSeal` made; null if a part of it is not what it was made with. */
export async function aeadOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array | null> {
  const imported = await aeadKey(key, "decrypt");
  const parameters = { name: "AES-GCM", iv: unshared(nonce), additionalData: unshared(aad) };
  const opened = crypto.subtle.decrypt(parameters, imported, unshared(ciphertext));
  return opened.then((plaintext) => new Uint8Array(plaintext)).catch(() => null);
}

/** Turn a secret into a private X25519 key, 32 bytes: section 7.1.3. */
export function derivePrivateKey(secret: Uint8Array): Uint8Array {
  const extracted = labeledExtract(KEM, EMPTY, "dkp_prk", secret);
  return labeledExpand(KEM, extracted, "sk", EMPTY, HASH_LENGTH);
}

/** Encrypt to the owner of a usable key: the KEM output and the ciphertext, section 6.1. */
export async function seal(
  recipient: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<{ sent: Uint8Array; ciphertext: Uint8Array }> {
  const { sent, secret } = await encapsulate(recipient);
  const { key, nonce } = schedule(secret, info);
  return { sent, ciphertext: await aeadSeal(key, nonce, EMPTY, plaintext) };
}

/** Decrypt what was sealed to a key; null if it was not, or not with this info. */
export async function open(
  sent: Uint8Array,
  own: Uint8Array,
  info: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array | null> {
  const secret = await decapsulate(sent, own).catch(() => null);
  if (secret === null) {
    return null;
  }
  const { key, nonce } = schedule(secret, info);
  return aeadOpen(key, nonce, EMPTY, ciphertext);
}

/** Agree on a secret with the owner of a usable key: the KEM output and the exported secret. */
export async function exportAsSender(
  recipient: Uint8Array,
  { context, length }: { context: Uint8Array; length: number },
): Promise<Agreed> {
  const { sent, secret } = await encapsulate(recipient);
  return { sent, secret: exported(secret, context, length) };
}

/** Compute the secret that a sender exported, from the KEM output received. */
export async function exportAsRecipient(
  sent: Uint8Array,
  own: Uint8Array,
  { context, length }: { context: Uint8Array; length: number },
): Promise<Uint8Array> {
  return exported(await decapsulate(sent, own), context, length);
}

async function encapsulate(recipient: Uint8Array): Promise<Agreed> {
  const own = crypto.getRandomValues(new Uint8Array(HASH_LENGTH));
  const [ephemeral, other] = await Promise.all([agreementPair(own), agreementKey(recipient)]);
  const agreed = await agree(ephemeral.key, other);
  return { sent: ephemeral.public, secret: sharedSecret(agreed, ephemeral.public, recipient) };
}

async function decapsulate(sent: Uint8Array, own: Uint8Array): Promise<Uint8Array> {
  const [pair, other] = await Promise.all([agreementPair(own), agreementKey(sent)]);
  return sharedSecret(await agree(pair.key, other), sent, pair.public);
}

function aeadKey(key: Uint8Array, use: KeyUsage): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", unshared(key), "AES-GCM", false, [use]);
}

function sharedSecret(agreed: Uint8Array, sent: Uint8Array, recipient: Uint8Array): Uint8Array {
  const extracted = labeledExtract(KEM, EMPTY, "eae_prk", agreed);
  return labeledExpand(KEM, extracted, "shared_secret", concat(sent, recipient), HASH_LENGTH);
}

/** Run the key schedule in base mode: section 5.1. */
function schedule(shared: Uint8Array, info: Uint8Array): Context {
  const pskId = labeledExtract(SUITE, EMPTY, "psk_id_hash", EMPTY);
  const context = concat(BASE_MODE, pskId, labeledExtract(SUITE, EMPTY, "info_hash", info));
  const secret = labeledExtract(SUITE, shared, "secret", EMPTY);
  return {
    key: labeledExpand(SUITE, secret, "key", context, KEY_LENGTH),
    nonce: labeledExpand(SUITE, secret, "base_nonce", context, NONCE_LENGTH),
    exporter: labeledExpand(SUITE, secret, "exp", context, HASH_LENGTH),
  };
}

/** Export from a context without info: section 5.3. */
function exported(shared: Uint8Array, context: Uint8Array, length: number): Uint8Array {
  return labeledExpand(SUITE, schedule(shared, EMPTY).exporter, "sec", context, length);
}

function labeledExtract(
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  material: Uint8Array,
): Uint8Array {
  return extract(salt, concat(VERSION, suite, utf8(label), material));
}

function labeledExpand(
  suite: Uint8Array,
  secret: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const writer = new Writer().uint16(length).raw(VERSION).raw(suite).raw(utf8(label)).raw(info);
  return expand(secret, writer.bytes(), length);
}
