/**
 * How far everybody has got in a channel, and saying it of ourselves: R11 travels with it.
 *
 * A mark never goes back. Ours is kept at once and told a little later, so that a scroll is
 * one request; the server's word about colleagues lives in memory only.
 */

import type { ChannelId, DeviceId, ProfessionalId } from "../core/ids.ts";
import { report } from "../core/session/compare.ts";
import type { Session } from "../core/session/state.ts";
import { base64Of, bytesOf, fields, list, numberOf, text } from "./forms.ts";
import type { Mark } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

const LATER_MS = 600;

/** What another device says of its place in a channel. */
export type Told = {
  readonly channel: ChannelId;
  readonly professional: ProfessionalId;
  readonly device: DeviceId;
  readonly delivered: number;
  readonly read: number;
  readonly epoch: number;
  readonly transcript: Uint8Array;
};

export type Places = { readonly told: readonly Told[]; readonly forked: boolean };

/** What a mark needs of the house. */
export type MarkLine = {
  readonly put: (channel: ChannelId, form: object) => Promise<unknown>;
  readonly get: (channel: ChannelId) => Promise<unknown>;
};

type Own = { readonly read: number };

export class Marks {
  readonly #store: Store;
  readonly #line: MarkLine;
  readonly #session: () => Session | null;
  readonly #others = new Map<ChannelId, Map<ProfessionalId, Mark>>();
  readonly #own = new Map<ChannelId, number>();
  readonly #said = new Map<ChannelId, string>();
  readonly #due = new Map<ChannelId, ReturnType<typeof setTimeout>>();

  constructor(store: Store, line: MarkLine, session: () => Session | null) {
    this.#store = store;
    this.#line = line;
    this.#session = session;
  }

  /** Read our own marks from the disk. */
  async load(): Promise<void> {
    for (const [name, data] of await this.#store.valuesOf(NAMES.mark)) {
      this.#raise(name.slice(NAMES.mark.length) as ChannelId, decodeValue<Own>(data).read);
    }
  }

  read(channel: ChannelId): number {
    return this.#own.get(channel) ?? 0;
  }

  others(channel: ChannelId): ReadonlyMap<ProfessionalId, Mark> {
    return this.#others.get(channel) ?? new Map();
  }

  /** Note that we read up to a place; says whether that is news. */
  async markRead(channel: ChannelId, seq: number): Promise<boolean> {
    if (!(await this.#raised(channel, seq))) return false;
    this.later(channel);
    return true;
  }

  /** Tell the server of our place, soon; what is true already is not told again. */
  later(channel: ChannelId): void {
    if (this.#due.has(channel)) return;
    const due = setTimeout(() => {
      this.#due.delete(channel);
      void this.#tell(channel);
    }, LATER_MS);
    this.#due.set(channel, due);
  }

  /** Ask how far everybody has got: their places, and whether the server sees two groups in them. */
  async fetch(channel: ChannelId): Promise<Places> {
    const told = fields(await this.#line.get(channel));
    const marks = list(told.marks).map((form) => readMark(form, channel));
    for (const mark of marks) await this.take(mark);
    return { told: marks, forked: told.forked === true };
  }

  /** Take in what a device says of its place; what we read on another of ours is read here too. */
  async take(told: Told): Promise<void> {
    const { channel, professional } = told;
    if (professional === this.#session()?.device.professional) await this.#raised(channel, told.read);
    const marks = this.#others.get(channel) ?? new Map<ProfessionalId, Mark>();
    const known = marks.get(professional) ?? { delivered: 0, read: 0 };
    marks.set(professional, {
      delivered: Math.max(known.delivered, told.delivered),
      read: Math.max(known.read, told.read),
    });
    this.#others.set(channel, marks);
  }

  #raise(channel: ChannelId, read: number): void {
    this.#own.set(channel, Math.max(this.read(channel), read));
  }

  /** Raise our own mark and keep it; false if it stood there already. */
  async #raised(channel: ChannelId, read: number): Promise<boolean> {
    if (read <= this.read(channel)) return false;
    this.#raise(channel, read);
    const kept: Own = { read: this.read(channel) };
    await this.#store.keep(new Map([[NAMES.mark + channel, encodeValue(kept)]]));
    return true;
  }

  async #tell(channel: ChannelId): Promise<void> {
    const session = this.#session();
    const state = session?.channels.get(channel);
    if (session == null || state?.phase !== "member" || state.group === null) return;
    const { epoch, transcript } = report(session, channel);
    const read = Math.min(this.read(channel), state.cursor);
    const form = { delivered: state.cursor, read, epoch, transcript: base64Of(transcript) };
    const said = JSON.stringify(form);
    if (said === this.#said.get(channel)) return;
    try {
      await this.#line.put(channel, form);
      this.#said.set(channel, said);
    } catch {
      // Whoever comes back online tells it then: the next reading or scroll asks again.
      this.#said.delete(channel);
    }
  }
}

/** Read a mark of the wire; throws BadAnswer. */
export function readMark(form: unknown, channel: ChannelId): Told {
  const said = fields(form);
  return {
    channel,
    professional: text(said.professional) as ProfessionalId,
    device: text(said.device) as DeviceId,
    delivered: numberOf(said.delivered),
    read: numberOf(said.read),
    epoch: numberOf(said.epoch),
    transcript: bytesOf(said.transcript),
  };
}
