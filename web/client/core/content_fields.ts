/**
 * The single values that a content is made of, read as strictly as a stranger's.
 *
 * Whoever reads a body takes its keys one by one; what no client of ours would have
 * written there is refused.
 */

import { fromBase64 } from "./base64.ts";
import { KEY_LENGTH } from "./canonical.ts";
import { type DocumentId, isId } from "./ids.ts";
import { utf8 } from "./mls/codec.ts";
import { Secret } from "./mls/suite.ts";

/** The most people whom one content mentions or assigns. */
export const MAX_PEOPLE = 50;

// ISO 8601 in its one long form; in Python the calendar begins with the year 1.
const DAY = /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** An entry's body is none that this version understands. */
export class BadContent extends Error {}

/** What reads one value of a body, or throws BadContent. */
export type ReadValue<T> = (value: unknown) => T;

/** Takes the keys out of an object one by one, and refuses what is left over. */
export class Fields {
  readonly #left: Map<string, unknown>;

  constructor(raw: unknown) {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
      throw new BadContent("no object");
    }
    this.#left = new Map(Object.entries(raw));
  }

  /** Read the value of a key that must be there. */
  take<T>(key: string, read: ReadValue<T>): T {
    if (!this.#left.has(key)) throw new BadContent("a key that is missing");
    const value = this.#left.get(key);
    this.#left.delete(key);
    return read(value);
  }

  /** Read the value of a key that may be left out. */
  maybe<T>(key: string, read: ReadValue<T>): T | null {
    return this.#left.has(key) ? this.take(key, read) : null;
  }

  /** Refuse keys that nobody asked for: throws BadContent. */
  end(): void {
    if (this.#left.size > 0) throw new BadContent("a key that nobody knows");
  }
}

/** Read a text of so many UTF-8 bytes, the one measure that every language has. */
export function textOf(limit: number, least = 0): ReadValue<string> {
  return (value) => {
    const length = typeof value === "string" ? utf8(whole(value)).length : -1;
    if (typeof value !== "string" || length < least || length > limit) {
      throw new BadContent("a text that is missing or too long");
    }
    return value;
  };
}

/** Read an id of `ids.ts`, of the kind that is wanted. */
export function idOf<Id extends string>(value: unknown): Id {
  if (typeof value !== "string" || !isId(value)) throw new BadContent("an id of another shape");
  return value as Id;
}

/** Read a document's id, or the empty text that says: none. */
export function documentOf(value: unknown): DocumentId | "" {
  return value === "" ? "" : idOf<DocumentId>(value);
}

/** Read a day of the calendar, YYYY-MM-DD, or the empty text that says: none. */
export function dayOf(value: unknown): string {
  if (value === "") return "";
  if (typeof value !== "string" || !DAY.test(value)) throw new BadContent("a day of another shape");
  const moment = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== value) {
    throw new BadContent("a day that no calendar has");
  }
  return value;
}

/** Read a list of at most so many values. */
export function listOf<T>(read: ReadValue<T>, limit: number): ReadValue<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > limit) {
      throw new BadContent("a list that is none, or too long");
    }
    return value.map((one) => read(one));
  };
}

/** Read a mark that is on or off. */
export function flagOf(value: unknown): boolean {
  if (typeof value !== "boolean") throw new BadContent("a mark that is neither on nor off");
  return value;
}

/** Read a whole number within bounds. */
export function numberOf(least: number, most: number): ReadValue<number> {
  return (value) => {
    if (!Number.isInteger(value) || typeof value !== "number" || value < least || value > most) {
      throw new BadContent("a number that is none, or out of bounds");
    }
    return value;
  };
}

/** Read 32 bytes in base64: a key or a hash. */
export function keyOf(value: unknown): Secret {
  const data = typeof value === "string" ? bytesOf(value) : null;
  if (data?.length !== KEY_LENGTH) throw new BadContent("a key or a hash of another shape");
  return new Secret(data);
}

function bytesOf(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

function whole(text: string): string {
  if (!text.isWellFormed()) throw new BadContent("half a character");
  return text;
}
