/**
 * The names by which the rooms of the house speak of the same things.
 *
 * Every id is opaque text made by whoever creates the thing: 26 lower-case base-32
 * characters, 130 bits of which 128 are random or, for log entries, ordered by time.
 * None of them says anything about a person.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { utf8 } from "./mls/codec.ts";

declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type ProfessionalId = Id<"professional">;
export type DeviceId = Id<"device">;
export type StructureId = Id<"structure">;
export type ConventionId = Id<"convention">;
export type ChildId = Id<"child">;
export type CircleId = Id<"circle">;
export type ChannelId = Id<"channel">;
export type EntryId = Id<"entry">;
export type BlobId = Id<"blob">;
export type TaskId = Id<"task">;
export type DocumentId = Id<"document">;
export type AppointmentId = Id<"appointment">;
export type NoticeId = Id<"notice">;
export type ContactId = Id<"contact">;

const BYTES = 16;
const BITS_PER_LETTER = 5;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const SHAPE = /^[a-z2-7]{26}$/;

/** Make an opaque id: 26 characters of lower-case base 32, 128 random bits. */
export function newId(): string {
  return written(crypto.getRandomValues(new Uint8Array(BYTES)));
}

/** Make the id that belongs to a name: always the same, and none that a client could aim at. */
export function idOf(name: string): string {
  return written(sha256(utf8(name)).subarray(0, BYTES));
}

/** Tell whether a text has the shape of an id, so that nothing else reaches a store. */
export function isId(text: string): boolean {
  return SHAPE.test(text);
}

function written(random: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of [...random, 0]) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= BITS_PER_LETTER; bits -= BITS_PER_LETTER) {
      text += ALPHABET[(held >> (bits - BITS_PER_LETTER)) & 31] ?? "";
    }
  }
  return text.slice(0, 26);
}
