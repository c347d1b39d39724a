/**
 * Coming back after every device is lost: the recovery code, and what it opens. R10.
 *
 * The code is shown and printed once. From it come an encryption key pair, of which devices
 * keep the public half alone and seal their records to it, and a proof key that they keep as
 * well: the server knows the public half, and must not be able to make up a record.
 */

import {
  decodeOr,
  HASH_LENGTH,
  KEY_LENGTH,
  readId,
  readSuite,
  writeText,
} from "./canonical.ts";
import { Past } from "./history.ts";
import type { ChannelId, CircleId, ProfessionalId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { concat, encode, Malformed, utf8, Writer } from "./mls/codec.ts";
import type { KeyPair } from "./mls/suite.ts";
import { BadTag, equal, HpkeCiphertext, Secret, SUITE_1 } from "./mls/suite.ts";

export const LABEL = "ronde backup v1";
export const LETTERS = 32;
/** What the server takes in one record. */
export const MAX_RECORD = 1 << 16;
const SALT = utf8("ronde recovery v1");
const EMPTY = new Uint8Array();
// Crockford's base 32: no I, L, O or U, so that what looks alike is never two letters.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOOK_ALIKES: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };
const BETWEEN = /[ \t\r\n\u00a0\u202f-]/g;
const RANDOM = LETTERS - 2;
const IDENTITY = 1;
const PAST = 2;

/** What is wrong with a code as somebody typed it. */
export type CodeFault = "length" | "letter" | "mistyped" | "another";

/** A text that is no recovery code, or not the one of this backup. */
export class BadCode extends Error {
  override readonly name = "BadCode";
  readonly fault: CodeFault;

  constructor(fault: CodeFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Why a record of a backup is refused. */
export type RecordFault = "malformed" | "unreadable" | "forged";

/** A record that no device of this professional wrote for this code. */
export class BadRecord extends Error {
  override readonly name = "BadRecord";
  readonly fault: RecordFault;

  constructor(fault: RecordFault) {
    super(fault);
    this.fault = fault;
  }
}

/** What a code stands for: the key pair that records are sealed to, and the proof key. */
export type BackupKeys = { readonly pair: KeyPair; readonly proof: Secret };

/** 32 letters of base 32, in capitals: 150 random bits, and two letters that check them. */
export class RecoveryCode {
  readonly #letters: string;

  constructor(letters: string) {
    this.#letters = letters;
  }

  /** The code as it is shown and printed: eight groups of four. */
  get written(): string {
    return this.#letters.replace(/(.{4})(?=.)/g, "$1 ");
  }

  /** Derive what the code stands for, always the same. */
  async keys(): Promise<BackupKeys> {
    const master = SUITE_1.extract(SALT, utf8(this.#letters));
    const sealing = SUITE_1.expandWithLabel(master, "ronde backup key", EMPTY, KEY_LENGTH);
    const proof = SUITE_1.expandWithLabel(master, "ronde backup proof", EMPTY, KEY_LENGTH);
    return { pair: await SUITE_1.deriveKeyPair(sealing), proof };
  }

  /** Tell whether these are the code's letters. */
  reads(letters: string): boolean {
    return this.#letters === letters;
  }
}

/** Make a fresh code. */
export function newCode(): RecoveryCode {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM));
  return withCheck(Array.from(random, (byte) => byte % ALPHABET.length));
}

/**
 * Read a code as people type it: any case, spaces or hyphens, O for 0, I or L for 1.
 *
 * Throws BadCode: it is too short or long, has a sign that no code has, or one or two of its
 * letters are wrong; of any other slip one in 1,024 goes unnoticed here.
 */
export function readCode(text: string): RecoveryCode {
  const signs = Array.from(text.toUpperCase().replace(BETWEEN, ""));
  const letters = signs.map((sign) => LOOK_ALIKES[sign] ?? sign);
  const values = letters.map((letter) => ALPHABET.indexOf(letter));
  if (values.includes(-1)) throw new BadCode("letter");
  if (letters.length !== LETTERS) throw new BadCode("length");
  const code = withCheck(values.slice(0, RANDOM));
  if (!code.reads(letters.join(""))) throw new BadCode("mistyped");
  return code;
}

/**
 * Derive a code's keys, if they are those of the backup with this public half.
 *
 * Throws BadCode: it is another backup's.
 */
export async function keysFor(code: RecoveryCode, publicKey: Uint8Array): Promise<BackupKeys> {
  const keys = await code.keys();
  if (!equal(keys.pair.public, publicKey)) throw new BadCode("another");
  return keys;
}

/** The professional's identity key (Ed25519, its private 32 bytes). */
export type IdentityRecord = { readonly kind: "identity"; readonly private: Secret };

/**
 * Keys of some epochs of a channel, and what changed then in who held its leaves.
 *
 * `witnessed` keys are those of epochs that the device was in itself; others were given to
 * it, and such a past is complete in itself. `length` and `head` name the circle's chain as
 * the device knew it: a server that shows an older one, or another, is found out.
 */
export type PastRecord = {
  readonly kind: "past";
  readonly channel: ChannelId;
  readonly circle: CircleId;
  readonly length: number;
  readonly head: Uint8Array;
  readonly witnessed: boolean;
  readonly past: Past;
};

export type BackupRecord = IdentityRecord | PastRecord;

/** Whose record it is, and what it is sealed to and proven by. */
export type Sealing = {
  readonly professional: ProfessionalId;
  readonly publicKey: Uint8Array;
  readonly proof: Uint8Array;
};

/**
 * Seal a record of a professional to the public half of their backup key.
 *
 * Throws BadKey: the public key is none.
 */
export async function seal(record: BackupRecord, to: Sealing): Promise<Uint8Array> {
  const content = encode({ write: (writer) => writeRecord(writer, record) });
  const context = contextOf(to.professional);
  const tag = SUITE_1.mac(to.proof, concat(context, content));
  const plain = new Writer().opaque(content).opaque(tag).bytes();
  const sealed = await SUITE_1.sealWithLabel(to.publicKey, LABEL, context, plain);
  return new Writer().uint16(SUITE_1.id).put(sealed).bytes();
}

/**
 * Open a record of this professional's backup.
 *
 * Throws BadRecord: it is another's, or somebody without the code made it.
 */
export async function open(
  data: Uint8Array,
  { professional, keys }: { professional: ProfessionalId; keys: BackupKeys },
): Promise<BackupRecord> {
  const context = contextOf(professional);
  const malformed = () => new BadRecord("malformed");
  const sealed = decodeOr(malformed, readSealed, data.subarray(0, MAX_RECORD + 1));
  const plain = await opened(keys, context, sealed);
  const [content, tag] = decodeOr(malformed, readPlain, plain);
  if (!equal(tag, SUITE_1.mac(keys.proof, concat(context, content)))) {
    throw new BadRecord("forged");
  }
  return decodeOr(malformed, readRecord, content);
}

async function opened(
  keys: BackupKeys,
  context: Uint8Array,
  sealed: HpkeCiphertext,
): Promise<Uint8Array> {
  try {
    return await SUITE_1.openWithLabel(keys.pair.private, LABEL, context, sealed);
  } catch (error) {
    throw error instanceof BadTag ? new BadRecord("unreadable") : error;
  }
}

/**
 * Append the two letters that make both sums zero: of all, and of all times their place.
 *
 * Sums and products are GF(32)'s, and the 32 places are its 32 elements, so any two codes
 * differ in three letters at least: a doubly extended Reed-Solomon code.
 */
function withCheck(values: readonly number[]): RecoveryCode {
  let total = 0;
  let weighted = 0;
  for (const [place, value] of values.entries()) {
    total ^= value;
    weighted ^= times(place, value);
  }
  const first = weighted ^ times(LETTERS - 1, total);
  const checked = [...values, first, total ^ first];
  return new RecoveryCode(checked.map((value) => ALPHABET[value]).join(""));
}

/** Multiply in GF(32), modulo x^5 + x^2 + 1. */
function times(one: number, other: number): number {
  let product = 0;
  for (let power = one, rest = other; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= power;
    power <<= 1;
    if (power & 0b100000) power ^= 0b100101;
  }
  return product;
}

function contextOf(professional: ProfessionalId): Uint8Array {
  const writer = new Writer().uint16(SUITE_1.id);
  writeText(writer, professional);
  return writer.bytes();
}

function writeRecord(writer: Writer, record: BackupRecord): void {
  if (record.kind === "identity") {
    writer.uint8(IDENTITY).opaque(record.private);
    return;
  }
  writer.uint8(PAST);
  writeText(writer, record.channel);
  writeText(writer, record.circle);
  writer.uint32(record.length).opaque(record.head);
  writer.uint8(record.witnessed ? 1 : 0).put(record.past);
}

function readSealed(reader: Reader): HpkeCiphertext {
  readSuite(reader, SUITE_1.id);
  return HpkeCiphertext.read(reader);
}

function readPlain(reader: Reader): readonly [Uint8Array, Uint8Array] {
  return [reader.opaque(), reader.fixed(HASH_LENGTH)];
}

function readRecord(reader: Reader): BackupRecord {
  const kind = reader.uint8();
  if (kind === IDENTITY) {
    return { kind: "identity", private: new Secret(reader.fixed(KEY_LENGTH)) };
  }
  if (kind !== PAST) throw new Malformed("a record of a kind that we do not know");
  return {
    kind: "past",
    channel: readId(reader),
    circle: readId(reader),
    length: reader.uint32(),
    head: reader.fixed(HASH_LENGTH),
    witnessed: readFlag(reader),
    past: Past.read(reader),
  };
}

/** Take one byte that says yes or no; throws Malformed if it says something else. */
export function readFlag(reader: Reader): boolean {
  const flag = reader.uint8();
  if (flag > 1) throw new Malformed("a flag is 0 or 1");
  return flag === 1;
}
