/** What is kept beside the session and shown: refused entries, warnings, since when one waits. */

import type { ChannelId, EntryId } from "../core/ids.ts";
import type { Concern } from "../core/session/effects.ts";
import type { Fork } from "./forks.ts";
import type { ParkedEntry } from "./remember.ts";
import type { Moment, Warning } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** Told once for each time that it happens: the next time is news, whoever looked at the last. */
const HAPPENS_AGAIN: ReadonlySet<Concern> = new Set(["identity_changed", "group_forked"]);

type KeptWarning = Warning & { readonly dismissed?: boolean };

export class Notes {
  readonly #store: Store;
  readonly #parked = new Map<string, ParkedEntry>();
  readonly #warnings = new Map<string, KeptWarning>();
  readonly #waiting = new Map<string, Moment>();
  readonly #forks = new Map<string, Fork>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Read again what any tab has written. */
  async load(): Promise<void> {
    const prefixes = [NAMES.parked, NAMES.warning, NAMES.waiting, NAMES.fork];
    const held = await Promise.all(
      prefixes.map(async (prefix) => await this.#store.valuesOf(prefix)),
    );
    for (const known of [this.#parked, this.#warnings, this.#waiting, this.#forks]) known.clear();
    for (const values of held) {
      this.take(new Map([...values].map(([name, data]) => [name, decodeValue(data)])));
    }
  }

  /** Take in what has just been written; null takes a value out. */
  take(values: ReadonlyMap<string, unknown>): void {
    for (const [name, value] of values) {
      const known: Map<string, unknown> | null = this.#kindOf(name);
      if (value === null) known?.delete(name);
      else known?.set(name, value);
    }
  }

  get parked(): readonly ParkedEntry[] {
    return [...this.#parked.values()].sort(byTime);
  }

  /** What nobody has dismissed yet, newest last. */
  get warnings(): readonly Warning[] {
    const fresh = [...this.#warnings.values()].filter(({ dismissed }) => dismissed !== true);
    return fresh.sort(byTime);
  }

  parkedIn(channel: ChannelId): readonly ParkedEntry[] {
    return this.parked.filter((one) => one.channel === channel);
  }

  /** Since when an entry waits; 0 if nobody noted it. */
  waitingSince(entry: EntryId): Moment {
    return this.#waiting.get(NAMES.waiting + entry) ?? 0;
  }

  /** The devices of a channel that were last heard to stand in another group, or null. */
  forkIn(channel: ChannelId): Fork | null {
    return this.#forks.get(NAMES.fork + channel) ?? null;
  }

  async dropParked(channel: ChannelId, id: EntryId): Promise<void> {
    await this.#keep(`${NAMES.parked}${channel}/${id}`, null);
  }

  /** Show a warning no more; it stays known, so that the same thing is not told again. */
  async dismiss(id: string): Promise<void> {
    const warning = this.#warnings.get(NAMES.warning + id);
    if (warning === undefined) return;
    const known = HAPPENS_AGAIN.has(warning.kind) ? null : { ...warning, dismissed: true };
    await this.#keep(NAMES.warning + id, known);
  }

  async #keep(name: string, value: unknown): Promise<void> {
    await this.#store.keep(new Map([[name, value === null ? null : encodeValue(value)]]));
    this.take(new Map([[name, value]]));
  }

  #kindOf(name: string): Map<string, unknown> | null {
    if (name.startsWith(NAMES.parked)) return this.#parked as Map<string, unknown>;
    if (name.startsWith(NAMES.warning)) return this.#warnings as Map<string, unknown>;
    if (name.startsWith(NAMES.fork)) return this.#forks as Map<string, unknown>;
    return name.startsWith(NAMES.waiting) ? (this.#waiting as Map<string, unknown>) : null;
  }
}

function byTime(one: { readonly at: Moment }, other: { readonly at: Moment }): number {
  return one.at - other.at;
}
