/**
 * The few values our own signed structures add to the TLS presentation: ids, texts, moments.
 *
 * What is signed or hashed has one byte form only, so each reader here refuses what its
 * writer would never have written.
 */

import { isId } from "./ids.ts";
import type { Read, Reader, Writer } from "./mls/codec.ts";
import { decode, Malformed, utf8 } from "./mls/codec.ts";
import { BadKey, BadSignature, SUITE_1 } from "./mls/suite.ts";

export const HASH_LENGTH = 32;
export const KEY_LENGTH = 32;
export const SIGNATURE_LENGTH = 64;

/** Whole milliseconds since 1970, UTC. */
export type Moment = number;

/** The last millisecond of the year 9999. */
export const END_OF_TIME = 253_402_300_799_999;
// A byte order mark is a letter like any other, or two byte strings would be one text.
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that the codec carries without looking inside, where it wants a structure. */
export class Blob {
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.data);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Blob {
    return new Blob(reader.opaque());
  }
}

/** Append a text as UTF-8 `opaque<V>`; throws RangeError if it holds half a character. */
export function writeText(writer: Writer, text: string): void {
  if (!text.isWellFormed()) throw new RangeError("half a character");
  writer.opaque(utf8(text));
}

/** Take a UTF-8 text of at most `limit` bytes; throws Malformed if it is longer, or no UTF-8. */
export function readText(reader: Reader, { limit }: { limit: number }): string {
  const data = reader.opaque();
  if (data.length > limit) throw new Malformed("a text that is too long");
  const text = textOf(data);
  if (text === null) throw new Malformed("a text that is no UTF-8");
  return text;
}

/** Return the text that bytes are in UTF-8, whole and exactly; null if they are none. */
export function textOf(data: Uint8Array): string | null {
  try {
    return UTF_8.decode(data);
  } catch {
    return null;
  }
}

/** Take an id of `ids.ts`, of the kind that is wanted; throws Malformed if it is none. */
export function readId<Id extends string>(reader: Reader): Id {
  const text = readText(reader, { limit: 64 });
  if (!isId(text)) throw new Malformed("an id of another shape");
  return text as Id;
}

/** Append a count as `uint64`: an epoch, above the MLS core. */
export function writeCount(writer: Writer, count: number): void {
  writer.uint64(BigInt(count));
}

/** Take a `uint64` that counts something; throws Malformed beyond 2^53 - 1. */
export function readCount(reader: Reader): number {
  return countOf(reader.uint64());
}

/** Return a `uint64` as a number; throws Malformed beyond 2^53 - 1. */
export function countOf(value: bigint): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count)) throw new Malformed("a number that nothing reaches");
  return count;
}

/** Append a UTC moment as `uint64` milliseconds since 1970. */
export function writeMoment(writer: Writer, moment: Moment): void {
  writeCount(writer, moment);
}

/** Take a UTC moment; throws Malformed if it lies beyond the year 9999. */
export function readMoment(reader: Reader): Moment {
  const moment = readCount(reader);
  if (moment > END_OF_TIME) throw new Malformed("a moment beyond all calendars");
  return moment;
}

/** Take a suite id, which must be the one the reader can work with, or throw Malformed. */
export function readSuite(reader: Reader, known: number): number {
  const suite = reader.uint16();
  if (suite !== known) throw new Malformed("a suite that is not ours");
  return suite;
}

/** Decode a structure that fills the bytes; what is malformed gets the caller's own refusal. */
export function decodeOr<T>(refusal: () => Error, read: Read<T>, data: Uint8Array): T {
  try {
    return decode(read, data);
  } catch (error) {
    throw error instanceof Malformed ? refusal() : error;
  }
}

/** Tell whether a key signed the content under the label: whoever asks has a refusal of its own. */
export async function isSignedBy(
  key: Uint8Array,
  label: string,
  content: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    await SUITE_1.verifyWithLabel(key, label, content, signature);
    return true;
  } catch (error) {
    if (error instanceof BadKey || error instanceof BadSignature) return false;
    throw error;
  }
}
