/**
 * AES-256-GCM for what is stored: entries, and what a device keeps.
 *
 * MLS's own suite 1 seals handshakes with 128-bit keys; what lies in a log for years gets
 * 256. The nonce is random and travels in front, so sealing twice under one key by
 * mistake (a device restored from an old copy of its store) gives nothing away.
 */

import { concat } from "./mls/codec.ts";
import { aeadOpen, aeadSeal } from "./mls/hpke.ts";
import { BadTag } from "./mls/suite.ts";

export const KEY_LENGTH = 32;
export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;

/** Encrypt under a 32-byte key: nonce, ciphertext, tag. */
export async function seal(
  key: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
  return concat(nonce, await aeadSeal(checked(key), nonce, aad, plaintext));
}

/**
 * Decrypt what `seal` made.
 *
 * Throws BadTag: key, data or ciphertext is not the one it was made with.
 */
export async function open(
  key: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length < NONCE_LENGTH + TAG_LENGTH) throw new BadTag();
  const [nonce, rest] = [sealed.subarray(0, NONCE_LENGTH), sealed.subarray(NONCE_LENGTH)];
  const plaintext = await aeadOpen(checked(key), nonce, aad, rest);
  if (plaintext === null) throw new BadTag();
  return plaintext;
}

function checked(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_LENGTH) throw new RangeError("AES-256 wants a key of 32 bytes");
  return key;
}
