/**
 * A file that belongs to an entry, sealed with a key of its own: R8.
 *
 * STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) over AES-256-GCM: the file is cut into
 * chunks, each sealed under a nonce that says which chunk it is and whether it is the last
 * one, so a chunk that is missing, moved, added or changed is found out when its place comes.
 * What the server stores is the nonces' random prefix, then the chunks; the key, the true size
 * and the hash of it all travel in the signed entry.
 */

import { concat, utf8 } from "./mls/codec.ts";
import { unshared } from "./mls/keys.ts";
import { equal } from "./mls/suite.ts";

export const KEY_LENGTH = 32;
export const PREFIX_LENGTH = 7;
export const TAG_LENGTH = 16;
export const CHUNK = 65_536;
export const MAX_SIZE = 10 * 1024 * 1024;
/** No file looks smaller than this to the server. */
export const SMALLEST = 1_024;
/** Bound to every chunk, so that nothing sealed for another purpose is taken for one. */
export const LABEL = unshared(utf8("ronde attachment v1"));

type Bytes = Uint8Array<ArrayBuffer>;
/** Bytes as they come: from memory, or from a file or an answer that is still arriving. */
export type Stream = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Why a file is refused. */
export type AttachmentFault = "too_large" | "mismatched" | "unreadable";

/** Bytes that are not the file its author sealed, whole and in order. */
export class BadAttachment extends Error {
  override readonly name = "BadAttachment";
  readonly fault: AttachmentFault;

  constructor(fault: AttachmentFault) {
    super(fault);
    this.fault = fault;
  }
}

/** What the signed entry says of a file: its key (32 bytes), true size, SHA-256 once sealed. */
export type FileKey = {
  readonly key: Uint8Array;
  readonly size: number;
  readonly sha256: Uint8Array;
};

/** A file for the server, and what the entry must say of it. */
export type SealedFile = FileKey & { readonly sealed: Bytes };

/**
 * Seal a file of at most `MAX_SIZE` bytes under a fresh key, its size blurred.
 *
 * @throws BadAttachment It is too large.
 */
export async function seal(data: Uint8Array): Promise<SealedFile> {
  const size = data.length;
  if (size > MAX_SIZE) throw new BadAttachment("too_large");
  const key = newKey();
  const padding = new Uint8Array(paddedSize(size) - size);
  const sealed = await joined(sealStream(key, [data, padding]));
  return { key, size, sha256: await digest(sealed), sealed };
}

/**
 * Open what `seal` made, as the signed entry describes it; gives all of it or nothing.
 *
 * The hash is looked at first: AES-GCM binds no key, so without it a member could have one
 * blob open to two different files.
 *
 * @throws BadAttachment It is not that file.
 */
export async function open(sealed: Uint8Array, file: FileKey): Promise<Bytes> {
  const { key, size, sha256 } = file;
  const sized = Number.isInteger(size) && size >= 0 && size <= MAX_SIZE;
  if (!sized || sealed.length !== sealedSize(size)) throw new BadAttachment("mismatched");
  if (!equal(await digest(sealed), sha256)) throw new BadAttachment("mismatched");
  const padded = await joined(openStream(key, [sealed]));
  if (padded.subarray(size).some((byte) => byte !== 0)) throw new BadAttachment("mismatched");
  return padded.slice(0, size);
}

/** Make the key of one file: 32 random bytes, never used for another. */
export function newKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

/**
 * Blur a size (R15): up to `SMALLEST`, then by at most 12 percent.
 *
 * Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs", 2019): a size keeps as many leading bits as its exponent has.
 */
export function paddedSize(size: number): number {
  if (size <= SMALLEST) return SMALLEST;
  const exponent = bitLength(size) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(size / step) * step;
}

/** Tell how many bytes the server is given for a file of this size. */
export function sealedSize(size: number): number {
  const padded = paddedSize(size);
  return PREFIX_LENGTH + padded + Math.ceil(padded / CHUNK) * TAG_LENGTH;
}

/** Seal a stream as it comes: the prefix, then a sealed chunk for every 64 KiB. */
export async function* sealStream(key: Uint8Array, data: Stream): AsyncGenerator<Bytes> {
  const cipher = await imported(key);
  const prefix = crypto.getRandomValues(new Uint8Array(PREFIX_LENGTH));
  yield prefix;
  let counter = 0;
  for await (const [chunk, last] of pieces(data, CHUNK)) {
    const place = parameters(prefix, counter, last);
    yield new Uint8Array(await crypto.subtle.encrypt(place, cipher, chunk));
    counter += 1;
  }
}

/**
 * Open a stream as it comes; only when it has ended without a refusal was it whole.
 *
 * @throws BadAttachment A chunk is missing, moved, added or changed, or the key is another's.
 */
export async function* openStream(key: Uint8Array, sealed: Stream): AsyncGenerator<Bytes> {
  const cipher = await imported(key);
  const prefix: number[] = [];
  let counter = 0;
  for await (const [chunk, last] of pieces(afterPrefix(sealed, prefix), CHUNK + TAG_LENGTH)) {
    // One file has one form: nothing stands for "nothing more" but the last chunk itself.
    const short = chunk.length < TAG_LENGTH || (counter > 0 && chunk.length === TAG_LENGTH);
    if (prefix.length < PREFIX_LENGTH || short) throw new BadAttachment("unreadable");
    yield await opened(cipher, parameters(Uint8Array.from(prefix), counter, last), chunk);
    counter += 1;
  }
}

/** Name a chunk's place: prefix, counter from 0 (4 bytes), 1 for the last one or 0. */
export function nonce(prefix: Uint8Array, counter: number, last: boolean): Bytes {
  const name = new Uint8Array(PREFIX_LENGTH + 5);
  name.set(prefix);
  new DataView(name.buffer).setUint32(PREFIX_LENGTH, counter);
  name[PREFIX_LENGTH + 4] = last ? 1 : 0;
  return name;
}

/** Move the first seven bytes into `prefix`, and give what follows. */
async function* afterPrefix(sealed: Stream, prefix: number[]): AsyncGenerator<Uint8Array> {
  for await (const part of sealed) {
    const missing = PREFIX_LENGTH - prefix.length;
    prefix.push(...part.subarray(0, missing));
    yield part.subarray(missing);
  }
}

/**
 * Cut a stream into pieces of one length; the last, marked so, may be shorter.
 *
 * It is empty only if the whole stream is.
 */
async function* pieces(data: Stream, length: number): AsyncGenerator<[Bytes, boolean]> {
  let held = new Uint8Array(length);
  let filled = 0;
  for await (const part of data) {
    for (let at = 0; at < part.length; ) {
      if (filled === length) {
        yield [held, false];
        held = new Uint8Array(length);
        filled = 0;
      }
      const taken = part.subarray(at, at + length - filled);
      held.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  }
  yield [held.slice(0, filled), true];
}

function parameters(prefix: Uint8Array, counter: number, last: boolean): AesGcmParams {
  return { name: "AES-GCM", iv: nonce(prefix, counter, last), additionalData: LABEL };
}

async function opened(cipher: CryptoKey, place: AesGcmParams, chunk: Bytes): Promise<Bytes> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(place, cipher, chunk));
  } catch {
    throw new BadAttachment("unreadable");
  }
}

async function imported(key: Uint8Array): Promise<CryptoKey> {
  if (key.length !== KEY_LENGTH) throw new BadAttachment("unreadable");
  return crypto.subtle.importKey("raw", unshared(key), "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function digest(data: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", unshared(data)));
}

async function joined(parts: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const held: Uint8Array[] = [];
  for await (const part of parts) held.push(part);
  return unshared(concat(...held));
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
