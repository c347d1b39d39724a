/**
 * Raw keys: which bytes are usable keys, on both curves, and the CryptoKeys that they are.
 *
 * Two implementations must agree on what they accept, or one refused commit splits a group;
 * and a key of small order is no key: anybody can sign for it, nobody can seal to it.
 */

import { nameOf } from "./codec.ts";

const LENGTH = 32;
const KNOWN_KEYS = 4096;
const PRIME = 2n ** 255n - 19n;
const WITHOUT_TOP_BIT = 2n ** 255n - 1n;
// The u of the points whose order divides eight: zero, one, minus one, and the two of order
// eight (RFC 7748, section 6.1).
const SMALL_ORDER_U = new Set([
  0n,
  1n,
  PRIME - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);
// The y of the points whose order divides eight: the neutral one, order two, four, eight.
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  PRIME - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);
// The u of the point that a private key is multiplied with: RFC 7748, section 4.1.
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(LENGTH - 1));
// The last byte of each curve's object identifier: RFC 8410, section 3.
const X25519_OID = 0x6e;
const ED25519_OID = 0x70;

/** An X25519 key as WebCrypto takes it, with its public half. */
export type AgreementPair = { readonly key: CryptoKey; readonly public: Uint8Array };

const verifyingKeys = new Map<string, Promise<CryptoKey | null>>();
const signingKeys = new WeakMap<Uint8Array, Promise<CryptoKey>>();
const agreementPairs = new WeakMap<Uint8Array, Promise<AgreementPair>>();

/** Say that bytes do not lie in shared memory, which WebCrypto does not read; none of ours do. */
export function unshared(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return data as Uint8Array<ArrayBuffer>;
}

/**
 * Tell whether the bytes are an X25519 key that a secret can be agreed with.
 *
 * X25519 takes several encodings for one key (RFC 7748, section 5) and makes only the
 * canonical one; we take only that, or one key could stand in a tree under two names.
 */
export function isAgreementKey(bytes: Uint8Array): boolean {
  if (bytes.length !== LENGTH) {
    return false;
  }
  const u = littleEndian(bytes);
  return u < PRIME && !SMALL_ORDER_U.has(u);
}

/** Return the X25519 key that 32 bytes are, usable or not. */
export function agreementKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", unshared(bytes), "X25519", false, []);
}

/** Return the Ed25519 key that the bytes are, if they are a usable one in canonical form. */
export function verifyingKey(bytes: Uint8Array): Promise<CryptoKey | null> {
  const name = nameOf(bytes);
  const known = verifyingKeys.get(name) ?? importVerifyingKey(bytes);
  verifyingKeys.delete(name);
  verifyingKeys.set(name, known);
  if (verifyingKeys.size > KNOWN_KEYS) {
    verifyingKeys.delete(verifyingKeys.keys().next().value ?? name);
  }
  return known;
}

/**
 * Tell whether the point that a signature begins with has small order.
 *
 * No honest signer makes one. Some verifiers take it and some do not (the Web Cryptography
 * API says to refuse it), so that with one of these a signer could split a group.
 */
export function startsAtRest(signature: Uint8Array): boolean {
  return SMALL_ORDER_Y.has(littleEndian(signature.subarray(0, LENGTH)) & WITHOUT_TOP_BIT);
}

/** Return the Ed25519 key to sign with; imported once for each object that holds it. */
export function signingKey(bytes: Uint8Array): Promise<CryptoKey> {
  const known = signingKeys.get(bytes) ?? importPrivate("Ed25519", ED25519_OID, bytes);
  signingKeys.set(bytes, known);
  return known;
}

/** Return a private X25519 key with its public half; computed once for each object. */
export function agreementPair(bytes: Uint8Array): Promise<AgreementPair> {
  const known = agreementPairs.get(bytes) ?? computePair(bytes);
  agreementPairs.set(bytes, known);
  return known;
}

/** Compute what two X25519 keys agree on; throws if it is nothing, for lack of order. */
export async function agree(own: CryptoKey, other: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "X25519", public: other }, own, 8 * LENGTH),
  );
}

/** Return the public half of an Ed25519 key. */
export async function signaturePublic(bytes: Uint8Array): Promise<Uint8Array> {
  const { x = "" } = await crypto.subtle.exportKey("jwk", await signingKey(bytes));
  const binary = atob(x.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

async function importVerifyingKey(bytes: Uint8Array): Promise<CryptoKey | null> {
  if (bytes.length !== LENGTH) {
    return null;
  }
  const y = littleEndian(bytes) & WITHOUT_TOP_BIT;
  if (y >= PRIME || SMALL_ORDER_Y.has(y)) {
    return null;
  }
  return crypto.subtle.importKey("raw", unshared(bytes), "Ed25519", false, ["verify"]);
}

async function computePair(bytes: Uint8Array): Promise<AgreementPair> {
  const key = await importPrivate("X25519", X25519_OID, bytes);
  return { key, public: await agree(key, await agreementKey(BASE_POINT)) };
}

/** Import a raw private key: WebCrypto wants it in PKCS #8 (RFC 8410, section 7). */
function importPrivate(name: string, oid: number, bytes: Uint8Array): Promise<CryptoKey> {
  const signs = oid === ED25519_OID;
  const header = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, oid, 4, 34, 4, LENGTH];
  const wrapped = Uint8Array.from([...header, ...bytes]);
  return crypto.subtle.importKey("pkcs8", wrapped, name, signs, [signs ? "sign" : "deriveBits"]);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
