/**
 * The TLS presentation language, as RFC 9420, section 2.1 uses it, read strictly.
 *
 * One byte string has one meaning and one meaning has one byte string: lengths in
 * their shortest form, nothing after the end, no presence octet but 0 and 1. Every
 * structure of the core has `write(writer)` and a static `read(reader)`.
 */

import { Refused } from "./refused.ts";

/** Nothing we exchange comes near 16 MiB: a group of 1,000 devices fits in one. */
export const MAX_MESSAGE = 1 << 24;
/** A tree of 1,000 devices has some 10,000 items, and each costs a little time to read. */
export const MAX_ITEMS = 1 << 18;
/** The deepest structure of RFC 9420 (capabilities in a leaf in a path in a commit) has six. */
export const MAX_DEPTH = 12;

const TWO_BYTES = 0x40;
const FOUR_BYTES = 0x4000;
const TOO_LONG = 0x40000000;

const UTF_8 = new TextEncoder();
// Despite its name it is windows-1252, which gives each of the 256 bytes its own character.
const LATIN_1 = new TextDecoder("latin1");

/** The bytes are not the structure they were said to be. */
export class Malformed extends Refused {}

/** A structure that knows its own wire form: `write` appends it. */
export interface Encodable {
  write(writer: Writer): void;
}

/** What takes a structure off a reader; most are the static `read` of its class. */
export type Read<T> = (reader: Reader) => T;

/** The numbers of an enumeration of `registry.ts`, by name. */
type Numbers<E extends number> = Readonly<Record<string, E>>;

/** Collects the bytes of a structure; every method returns the writer. */
export class Writer {
  #out = new Uint8Array(128);
  #length = 0;

  /** Append one byte. */
  uint8(value: number): this {
    return this.#integer(value, 1);
  }

  /** Append two bytes, big-endian like all that follow. */
  uint16(value: number): this {
    return this.#integer(value, 2);
  }

  /** Append four bytes. */
  uint32(value: number): this {
    return this.#integer(value, 4);
  }

  /** Append eight bytes. */
  uint64(value: bigint): this {
    if (value !== BigInt.asUintN(64, value)) {
      throw new RangeError("no such integer");
    }
    return this.uint32(Number(value >> 32n)).uint32(Number(value & 0xffffffffn));
  }

  /** Append bytes whose length the reader knows. */
  raw(data: Uint8Array): this {
    const start = this.#grow(data.length);
    this.#out.set(data, start);
    return this;
  }

  /** Append `opaque<V>`: the length, then the bytes. */
  opaque(data: Uint8Array): this {
    return this.raw(varint(data.length)).raw(data);
  }

  /** Append a structure. */
  put(value: Encodable): this {
    value.write(this);
    return this;
  }

  /** Append `Structure<V>`: the length in bytes, then the structures. */
  vector(values: Iterable<Encodable>): this {
    const inner = new Writer();
    for (const value of values) {
      value.write(inner);
    }
    return this.opaque(inner.bytes());
  }

  /** Append `uint16<V>`. */
  uint16s(values: Iterable<number>): this {
    return this.#integers(values, 2);
  }

  /** Append `uint32<V>`. */
  uint32s(values: Iterable<number>): this {
    return this.#integers(values, 4);
  }

  /** Append `optional<Structure>`: a presence octet, then the structure if there is one. */
  optional(value: Encodable | null): this {
    this.uint8(value === null ? 0 : 1);
    value?.write(this);
    return this;
  }

  /** Return what was written. */
  bytes(): Uint8Array {
    return this.#out.slice(0, this.#length);
  }

  #integers(values: Iterable<number>, size: number): this {
    const inner = new Writer();
    for (const value of values) {
      inner.#integer(value, size);
    }
    return this.opaque(inner.bytes());
  }

  #integer(value: number, size: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      throw new RangeError("no such integer");
    }
    const start = this.#grow(size);
    for (let at = 0; at < size; at++) {
      this.#out[start + at] = value >>> (8 * (size - 1 - at));
    }
    return this;
  }

  /** Make room for more bytes and tell where they start. */
  #grow(more: number): number {
    const start = this.#length;
    this.#length += more;
    if (this.#length > this.#out.length) {
      const out = new Uint8Array(Math.max(this.#length, 2 * this.#out.length));
      out.set(this.#out);
      this.#out = out;
    }
    return start;
  }
}

/** Takes structures off a byte string, from the left, never past the end. */
export class Reader {
  readonly #data: Uint8Array;
  readonly #most: number;
  #position = 0;
  #end: number;
  #depth = 0;
  #items = 0;

  constructor(data: Uint8Array, { longest = MAX_MESSAGE, most = MAX_ITEMS } = {}) {
    if (data.length > longest) {
      throw new Malformed("longer than any message of ours");
    }
    // A subclass of Uint8Array slices in ways of its own; the plain one copies.
    this.#data = new Uint8Array(data.buffer, data.byteOffset, data.length);
    this.#most = most;
    this.#end = data.length;
  }

  /** Offset of the next byte, to cut out the bytes of a structure with `since`. */
  get position(): number {
    return this.#position;
  }

  /** Return the bytes read since an earlier position. */
  since(position: number): Uint8Array {
    return this.#data.slice(position, this.#position);
  }

  /** Take one byte. */
  uint8(): number {
    return this.#integer(1);
  }

  /** Take two bytes, big-endian like all that follow. */
  uint16(): number {
    return this.#integer(2);
  }

  /** Take four bytes. */
  uint32(): number {
    return this.#integer(4);
  }

  /** Take eight bytes. */
  uint64(): bigint {
    const high = BigInt(this.uint32());
    return (high << 32n) | BigInt(this.uint32());
  }

  /** Take one byte that must be a number of the enumeration. */
  enum8<E extends number>(kind: Numbers<E>): E {
    return memberOf(kind, this.uint8());
  }

  /** Take two bytes that must be a number of the enumeration. */
  enum16<E extends number>(kind: Numbers<E>): E {
    return memberOf(kind, this.uint16());
  }

  /** Take bytes whose length is known. */
  raw(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#data.slice(start, this.#position);
  }

  /** Take `opaque<V>`. */
  opaque(): Uint8Array {
    return this.raw(this.varint());
  }

  /** Take `opaque<V>` that must hold exactly so many bytes: a key, a hash, a tag. */
  fixed(length: number): Uint8Array {
    const data = this.opaque();
    if (data.length !== length) {
      throw new Malformed("a value of the wrong length");
    }
    return data;
  }

  /** Take `Structure<V>`; the structures fill the announced length exactly. */
  vector<T>(read: Read<T>): readonly T[] {
    const length = this.varint();
    const end = this.#position + length;
    const outer = this.#end;
    if (end > outer) {
      throw new Malformed("cut short");
    }
    this.#end = end;
    if (++this.#depth > MAX_DEPTH) {
      throw new Malformed("nested too deeply");
    }
    const values = this.#fill(read, end);
    this.#end = outer;
    this.#depth--;
    return values;
  }

  /** Take `uint16<V>`. */
  uint16s(): readonly number[] {
    return this.#integers(2);
  }

  /** Take `uint32<V>`. */
  uint32s(): readonly number[] {
    return this.#integers(4);
  }

  /** Take `optional<Structure>`. */
  optional<T>(read: Read<T>): T | null {
    const present = this.uint8();
    if (present > 1) {
      throw new Malformed("a presence octet is 0 or 1");
    }
    return present ? read(this) : null;
  }

  /** Refuse bytes that nothing asked for: throws Malformed. */
  end(): void {
    if (this.#position !== this.#end) {
      throw new Malformed("bytes after the end");
    }
  }

  /** Take a length in its shortest form: section 2.1.2. */
  varint(): number {
    const first = this.uint8();
    const prefix = first >> 6;
    if (prefix === 0) {
      return first;
    }
    if (prefix === 3) {
      throw new Malformed("a length of eight bytes");
    }
    const [rest, least] = prefix === 1 ? [1, TWO_BYTES] : [3, FOUR_BYTES];
    const value = (first & 0x3f) * 2 ** (8 * rest) + this.#integer(rest);
    if (value < least) {
      throw new Malformed("a length not in its shortest form");
    }
    return value;
  }

  #fill<T>(read: Read<T>, end: number): T[] {
    const values: T[] = [];
    while (this.#position < end) {
      const before = this.#position;
      values.push(read(this));
      if (this.#position === before) {
        throw new Malformed("an item without bytes");
      }
      this.#count(1);
    }
    return values;
  }

  #count(items: number): void {
    this.#items += items;
    if (this.#items > this.#most) {
      throw new Malformed("more items than any message of ours");
    }
  }

  /** Step over bytes and tell where they start. */
  #skip(length: number): number {
    const start = this.#position;
    if (start + length > this.#end) {
      throw new Malformed("cut short");
    }
    this.#position = start + length;
    return start;
  }

  #integer(size: number): number {
    let value = 0;
    for (let at = this.#skip(size); at < this.#position; at++) {
      value = value * 256 + (this.#data[at] ?? 0);
    }
    return value;
  }

  #integers(size: number): readonly number[] {
    const length = this.varint();
    const end = this.#position + length;
    if (end > this.#end) {
      throw new Malformed("cut short");
    }
    if (length % size) {
      throw new Malformed("a vector cut inside an item");
    }
    this.#count(length / size);
    const values = [];
    while (this.#position < end) {
      values.push(this.#integer(size));
    }
    return values;
  }
}

function memberOf<E extends number>(kind: Numbers<E>, number: number): E {
  const member = Object.values(kind).find((each) => each === number);
  if (member === undefined) {
    throw new Malformed("a number that its enumeration lacks");
  }
  return member;
}

/** Encode a length in its shortest form: section 2.1.2. Throws RangeError past 30 bits. */
export function varint(value: number): Uint8Array {
  if (value < TWO_BYTES) {
    return Uint8Array.of(value);
  }
  if (value < FOUR_BYTES) {
    return Uint8Array.of((value >> 8) | 0x40, value);
  }
  if (value < TOO_LONG) {
    return Uint8Array.of((value >> 24) | 0x80, value >> 16, value >> 8, value);
  }
  throw new RangeError("longer than a length can say");
}

/** Return the wire form of a structure. */
export function encode(value: Encodable): Uint8Array {
  return new Writer().put(value).bytes();
}

/**
 * Read what we wrote for ourselves, whatever its size.
 *
 * The bounds are for what others send. What a device keeps grows with what it was told,
 * and it must never become too large for its own owner to open.
 */
export function ownReader(data: Uint8Array): Reader {
  return new Reader(data, { longest: TOO_LONG, most: TOO_LONG });
}

/** Read one structure that fills the bytes exactly; throws Malformed if it is not that. */
export function decode<T>(read: Read<T>, data: Uint8Array): T {
  const reader = new Reader(data);
  const value = read(reader);
  reader.end();
  return value;
}

/** Return a structure of the same class with some of its fields exchanged. */
export function replace<T extends object>(value: T, changes: Partial<T>): T {
  const kind = value.constructor as new (fields: T) => T;
  return new kind({ ...value, ...changes });
}

/** Return byte strings one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const part of parts) {
    writer.raw(part);
  }
  return writer.bytes();
}

/** Return the UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return UTF_8.encode(text);
}

/** Return a text that no other bytes have, to know them by in a Map or a Set. */
export function nameOf(data: Uint8Array): string {
  return LATIN_1.decode(data);
}
