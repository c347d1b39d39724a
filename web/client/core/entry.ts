/**
 * A sealed entry of a channel's log: signed by its author, then encrypted. R6 and R7.
 *
 * The content key belongs to an epoch and the entry key to one entry, so whoever was
 * given an epoch's key reads that epoch and no other. The signature is inside: the
 * server sees who sent an entry but cannot show anybody else who wrote it.
 */

import * as aes256 from "./aes256.ts";
import {
  decodeOr,
  HASH_LENGTH,
  isSignedBy,
  readCount,
  readId,
  readSuite,
  readText,
  SIGNATURE_LENGTH,
  writeCount,
  writeText,
} from "./canonical.ts";
import { isId } from "./ids.ts";
import type { ChannelId, DeviceId, EntryId, ProfessionalId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { encode, Malformed, utf8, Writer } from "./mls/codec.ts";
import { BadTag, equal, Secret, SUITE_1 } from "./mls/suite.ts";

const LABEL = "ronde entry v1";
const CONTENT_LABEL = "ronde content v1";
const VERSION = 1;
const PADDING = 256;
export const NO_PREVIOUS = new Uint8Array(HASH_LENGTH);
export const MAX_BODY = 32_768;
export const MAX_ENVELOPE = 34_816;
export const MAX_TYPE = 32;

/** Why an entry is not taken for what it claims to be. */
export type EntryFault = "malformed" | "unreadable" | "mismatched" | "not_a_member" | "forged";

/** An entry that its named author did not write, or not in this place. */
export class BadEntry extends Error {
  readonly fault: EntryFault;

  constructor(fault: EntryFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Who held a leaf at some epoch, and the leaf's signature key (32 bytes). */
export type Member = {
  readonly leaf: number;
  readonly professional: ProfessionalId;
  readonly device: DeviceId;
  readonly signatureKey: Uint8Array;
};

type EntryFields = Omit<Entry, "write" | "hash">;

/**
 * What an author signs.
 *
 * `previous` is the hash of the author's entry before this one and `counter` its place
 * among that device's entries in the channel, from 1: together they show what is
 * withheld. `circleLength` and `circleHead` name the membership chain the author saw, so
 * a removal cannot be hidden from some (DECISIONS 10).
 */
export class Entry {
  declare readonly channel: ChannelId;
  declare readonly epoch: number;
  declare readonly professional: ProfessionalId;
  declare readonly leaf: number;
  declare readonly id: EntryId;
  declare readonly type: string;
  declare readonly thread: EntryId | null;
  declare readonly previous: Uint8Array;
  declare readonly counter: number;
  declare readonly circleLength: number;
  declare readonly circleHead: Uint8Array;
  declare readonly body: Uint8Array;

  constructor(given: EntryFields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.channel);
    writeCount(writer, this.epoch);
    writeText(writer, this.professional);
    writer.uint32(this.leaf);
    writeText(writer, this.id);
    writeText(writer, this.type);
    writeText(writer, this.thread ?? "");
    writer.opaque(this.previous).uint32(this.counter);
    writer.uint32(this.circleLength).opaque(this.circleHead);
    writer.opaque(this.body);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Entry {
    return new Entry({
      channel: readId(reader),
      epoch: readCount(reader),
      professional: readId(reader),
      leaf: reader.uint32(),
      id: readId(reader),
      type: readText(reader, { limit: MAX_TYPE }),
      thread: readThread(reader),
      previous: reader.fixed(HASH_LENGTH),
      counter: reader.uint32(),
      circleLength: reader.uint32(),
      circleHead: reader.fixed(HASH_LENGTH),
      body: readBody(reader),
    });
  }

  /**
   * What the author's next entry names as `previous`: 32 bytes over what is signed.
   *
   * Over the plaintext, so that sealing again in a later epoch chains as before.
   */
  get hash(): Uint8Array {
    return SUITE_1.refHash("ronde entry hash v1", encode(this));
  }
}

/** The outer, sealed form: the only thing the server ever holds of an entry. */
export class Envelope {
  readonly channel: ChannelId;
  readonly epoch: number;
  readonly id: EntryId;
  readonly sealed: Uint8Array;

  constructor(given: Pick<Envelope, "channel" | "epoch" | "id" | "sealed">) {
    this.channel = given.channel;
    this.epoch = given.epoch;
    this.id = given.id;
    this.sealed = given.sealed;
  }

  /** Return the bytes in clear, which the cipher binds: the associated data. */
  header(): Uint8Array {
    const writer = new Writer().uint8(VERSION).uint16(SUITE_1.id);
    writeText(writer, this.channel);
    writeCount(writer, this.epoch);
    writeText(writer, this.id);
    return writer.bytes();
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.header()).opaque(this.sealed);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Envelope {
    if (reader.uint8() !== VERSION) throw new Malformed("an envelope of another version");
    readSuite(reader, SUITE_1.id);
    return new Envelope({
      channel: readId(reader),
      epoch: readCount(reader),
      id: readId(reader),
      sealed: reader.opaque(),
    });
  }

  /** Return the bytes that an `entry` item carries. */
  encode(): Uint8Array {
    return encode(this);
  }

  /** Read an envelope without opening it; throws BadEntry if it is none, or too large. */
  static decode(this: void, data: Uint8Array): Envelope {
    if (data.length > MAX_ENVELOPE) throw malformed();
    return decodeOr(malformed, Envelope.read, data);
  }
}

/** An entry whose author is proven: what was signed, and whose leaf signed it. */
export type OpenedEntry = { readonly entry: Entry; readonly author: Member };

/** Who held a leaf at an epoch: (epoch, leaf) to the member, or null. */
export type Members = (epoch: number, leaf: number) => Member | null;

/** The exporter of a group's epoch: (label, context, length) to a secret. */
export type Exporter = (label: string, context: Uint8Array, length: number) => Uint8Array;

/** Derive an epoch's content key with the group's exporter (R6): 32 bytes. */
export function contentKey(exporter: Exporter, channel: ChannelId, epoch: number): Secret {
  const context = new Writer();
  writeText(context, channel);
  writeCount(context, epoch);
  return new Secret(exporter(CONTENT_LABEL, context.bytes(), aes256.KEY_LENGTH));
}

/** Derive the key of one entry from its epoch's content key: 32 bytes. */
export function entryKey(key: Uint8Array, entry: EntryId): Secret {
  const writer = new Writer().opaque(utf8("entry"));
  writeText(writer, entry);
  return SUITE_1.expand(key, writer.bytes(), aes256.KEY_LENGTH);
}

/**
 * Sign an entry with the author's leaf key, pad it and seal it under the content key.
 *
 * Throws BadEntry: no reader would take it: a body too large, a type too long.
 */
export async function seal(
  entry: Entry,
  { key, signatureKey }: { key: Uint8Array; signatureKey: Uint8Array },
): Promise<Envelope> {
  const content = encode(entry);
  readEntry(content);
  const signature = await SUITE_1.signWithLabel(signatureKey, LABEL, content);
  const plaintext = pad(new Writer().opaque(content).opaque(signature).bytes());
  const place = { channel: entry.channel, epoch: entry.epoch, id: entry.id };
  const header = new Envelope({ ...place, sealed: new Uint8Array() }).header();
  const sealed = await aes256.seal(entryKey(key, entry.id), header, plaintext);
  return new Envelope({ ...place, sealed });
}

/**
 * Decrypt an envelope and prove its author, a member at that epoch.
 *
 * Throws BadEntry: the key does not fit, the inside speaks of another place than the
 * outside, or the signature is not that member's.
 */
export async function open(
  envelope: Envelope,
  { key, members }: { key: Uint8Array; members: Members },
): Promise<OpenedEntry> {
  const { content, signature } = unpad(await decrypted(envelope, key));
  const entry = readEntry(content);
  const { channel, epoch, id } = envelope;
  if (entry.channel !== channel || entry.epoch !== epoch || entry.id !== id) {
    throw new BadEntry("mismatched");
  }
  const author = members(epoch, entry.leaf);
  if (author?.professional !== entry.professional) throw new BadEntry("not_a_member");
  if (!(await isSignedBy(author.signatureKey, LABEL, content, signature))) {
    throw new BadEntry("forged");
  }
  return { entry, author };
}

async function decrypted(envelope: Envelope, key: Uint8Array): Promise<Uint8Array> {
  try {
    return await aes256.open(entryKey(key, envelope.id), envelope.header(), envelope.sealed);
  } catch (error) {
    throw error instanceof BadTag ? new BadEntry("unreadable") : error;
  }
}

function malformed(): BadEntry {
  return new BadEntry("malformed");
}

function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(data.length / PADDING) * PADDING);
  padded.set(data);
  return padded;
}

type Signed = { readonly content: Uint8Array; readonly signature: Uint8Array };

function unpad(plaintext: Uint8Array): Signed {
  const readSigned = (reader: Reader): Signed => {
    const signed = { content: reader.opaque(), signature: reader.fixed(SIGNATURE_LENGTH) };
    const start = reader.position;
    reader.raw(plaintext.length - start);
    if (!equal(plaintext, pad(plaintext.subarray(0, start)))) {
      throw new Malformed("padding of another form");
    }
    return signed;
  };
  return decodeOr(malformed, readSigned, plaintext);
}

function readEntry(content: Uint8Array): Entry {
  return decodeOr(malformed, Entry.read, content);
}

function readThread(reader: Reader): EntryId | null {
  const text = readText(reader, { limit: 64 });
  if (text && !isId(text)) throw new Malformed("a thread that is no entry");
  return text ? (text as EntryId) : null;
}

function readBody(reader: Reader): Uint8Array {
  const body = reader.opaque();
  if (body.length > MAX_BODY) throw new Malformed("a body that is too long");
  return body;
}
