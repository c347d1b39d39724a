/**
 * What a reader remembers of an author's entries, to notice what the server withholds.
 *
 * The server gives entries their place in the log, so it could leave some out or shuffle
 * them. Each device numbers its entries and names the one before; this file turns a
 * break in that chain into something to show, not into a refusal to read on.
 */

import { HASH_LENGTH } from "./canonical.ts";
import type { Entry } from "./entry.ts";
import { NO_PREVIOUS } from "./entry.ts";
import type { Reader, Writer } from "./mls/codec.ts";
import { equal } from "./mls/suite.ts";

/** A server that withholds more than this has been noticed long before. */
export const MAX_MISSING = 256;

/** What an entry's place in its author's chain tells. */
export type Notice = "missing" | "reordered" | "replayed" | "rewritten";

type ChainFields = Pick<AuthorChain, "counter" | "head" | "floor" | "floorPrevious" | "missing">;

/**
 * The last entry seen of one device in one channel, and the numbers not seen yet.
 *
 * `floor` and `floorPrevious` are where our sight begins: counter 1 and 32 zero bytes
 * unless we came later.
 */
export class AuthorChain {
  readonly counter: number;
  readonly head: Uint8Array;
  readonly floor: number;
  readonly floorPrevious: Uint8Array;
  readonly missing: readonly number[];

  constructor(given: Partial<ChainFields> = {}) {
    this.counter = given.counter ?? 0;
    this.head = given.head ?? NO_PREVIOUS;
    this.floor = given.floor ?? 1;
    this.floorPrevious = given.floorPrevious ?? NO_PREVIOUS;
    this.missing = given.missing ?? [];
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint32(this.counter).opaque(this.head);
    writer.uint32(this.floor).opaque(this.floorPrevious);
    writer.uint32s(this.missing);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): AuthorChain {
    return new AuthorChain({
      counter: reader.uint32(),
      head: reader.fixed(HASH_LENGTH),
      floor: reader.uint32(),
      floorPrevious: reader.fixed(HASH_LENGTH),
      missing: reader.uint32s(),
    });
  }

  /**
   * Take an author's entry as it comes and say what is odd about its place.
   *
   * "replayed" entries must not be shown a second time; all others may be shown.
   */
  follow(entry: Entry): readonly [AuthorChain, Notice | null] {
    const { counter, head, floor, floorPrevious } = this;
    if (this.missing.includes(entry.counter)) {
      const missing = this.missing.filter((count) => count !== entry.counter);
      return [new AuthorChain({ counter, head, floor, floorPrevious, missing }), "reordered"];
    }
    if (entry.counter <= counter) return [this, "replayed"];
    const skipped = entry.counter - counter - 1;
    const lost = { length: Math.min(skipped, MAX_MISSING) };
    const numbers = Array.from(lost, (_, at) => counter + 1 + at);
    const missing = [...this.missing, ...numbers].slice(-MAX_MISSING);
    const seen = { counter: entry.counter, head: entry.hash, missing };
    const followed = new AuthorChain({ ...seen, floor, floorPrevious });
    if (skipped > 0) return [followed, "missing"];
    return [followed, equal(entry.previous, head) ? null : "rewritten"];
  }
}

/** Start from the first entry we can read of an author who wrote before we came. */
export function begin(entry: Entry): AuthorChain {
  return new AuthorChain({
    counter: entry.counter,
    head: entry.hash,
    floor: entry.counter,
    floorPrevious: entry.previous,
  });
}
