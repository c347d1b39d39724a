/**
 * One step at a time, over all tabs: several tabs are one device.
 *
 * A step holds the browser-wide lock, stands on what any tab wrote last, and is on the disk
 * before anybody sees it or sends anything. Should the lock fail (it can be stolen), the
 * store refuses the later of two writes and the step is taken anew. Nothing waits for the
 * network in here.
 */

import type { ChannelId, CircleId } from "../core/ids.ts";
import type { Effect } from "../core/session/effects.ts";
import type { Session } from "../core/session/state.ts";
import { type Parts, changedParts, decodeParts } from "../core/session/store.ts";
import { type Made, remember } from "./remember.ts";
import type { Moment, Warning } from "./ronde.ts";
import { NotPossible } from "./ronde.ts";
import { Overtaken, type Store } from "./store.ts";
import { NAMES, encodeValue } from "./values.ts";

const LOCK = "ronde-device";
const TRIES = 5;
const DEVICE = "device";
const CIRCLE = "circle/";
const CHANNEL = "channel/";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a step changed, for whoever draws. */
export type Moved = {
  readonly channels: readonly ChannelId[];
  readonly circles: readonly CircleId[];
  readonly values: ReadonlyMap<string, unknown>;
  readonly warnings: readonly Warning[];
};

/** What a step makes, with values of the caller's own for the same transaction. */
export type Taken = Made & {
  readonly values?: ReadonlyMap<string, unknown>;
  /** The log would tell it again: it need not be safe from a power cut before it is shown. */
  readonly retold?: boolean;
};

export class Turns {
  readonly #store: Store;
  readonly #clock: () => Moment;
  readonly #moved: (moved: Moved) => void;
  #session: Session | null = null;
  #stamp = 0;
  #device: Uint8Array | null = null;

  constructor(store: Store, clock: () => Moment, moved: (moved: Moved) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#moved = moved;
  }

  /** What this tab knows; null before a device is made. */
  get known(): Session | null {
    return this.#session;
  }

  /** What the device knows; throws NotPossible `no_device`. */
  get session(): Session {
    if (this.#session === null) throw new NotPossible("no_device");
    return this.#session;
  }

  /** Read what other tabs wrote. */
  async refresh(): Promise<void> {
    if ((await this.#store.stamp()) === this.#stamp) return;
    const { stamp, parts } = await this.#store.partsSince(this.#stamp);
    const cut = this.#cut(parts);
    const news = cut.device === null ? null : await decodeParts(cut);
    // A step of this tab's may have gone past while the parts were read.
    if (stamp <= this.#stamp) return;
    if (news !== null) this.#session = this.#session === null ? news : merged(this.#session, news);
    this.#device = cut.device;
    this.#stamp = stamp;
  }

  /** Begin: the first session of this browser, in one write; false if another tab was quicker. */
  async begin(first: Taken): Promise<boolean> {
    return await this.#alone(async () => {
      await this.refresh();
      if (this.#session !== null) return false;
      await this.#keep(null, first);
      return true;
    });
  }

  /**
   * Take a step, keep it, and return what it asks to be done; what throws changes nothing.
   *
   * `work` may run more than once.
   */
  async take(work: (session: Session) => Promise<Taken> | Taken): Promise<readonly Effect[]> {
    return await this.#alone(async () => {
      for (let tries = 1; ; tries += 1) {
        await this.refresh();
        const before = this.session;
        const taken = await work(before);
        try {
          await this.#keep(before, taken);
          return taken.effects;
        } catch (error) {
          if (!(error instanceof Overtaken) || tries === TRIES) throw error;
        }
      }
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    return await navigator.locks.request(LOCK, work);
  }

  async #keep(before: Session | null, taken: Taken): Promise<void> {
    const parts = changedParts(before, taken.session);
    const found = remember(before, taken, this.#clock());
    const warnings = await this.#unheard(found.warnings);
    const values = new Map<string, unknown>([
      ...found.values,
      ...(taken.values ?? []),
      ...warnings.map((one) => [NAMES.warning + one.id, one] as const),
    ]);
    const written = named(parts);
    if (written.size === 0 && values.size === 0 && found.log.length === 0) return;
    const writes = { parts: written, log: found.log, values: asBytes(values) };
    const durability = taken.retold === true ? "relaxed" : "strict";
    this.#stamp = await this.#store.write(writes, this.#stamp, { durability });
    this.#session = taken.session;
    this.#device = written.get(DEVICE) ?? this.#device;
    this.#moved({
      channels: [...new Set([...parts.channels.keys(), ...found.log.map(channelOf)])],
      circles: [...parts.circles.keys()],
      values,
      warnings,
    });
  }

  /** A warning that was given before, dismissed or not, is not given again. */
  async #unheard(warnings: readonly Warning[]): Promise<readonly Warning[]> {
    const held = await Promise.all(
      warnings.map(async ({ id }) => await this.#store.value(NAMES.warning + id)),
    );
    return warnings.filter((_, at) => held[at] === null);
  }

  #cut(parts: ReadonlyMap<string, Bytes>): Parts {
    const circles = new Map<CircleId, Bytes>();
    const channels = new Map<ChannelId, Bytes>();
    for (const [name, data] of parts) {
      if (name.startsWith(CIRCLE)) circles.set(name.slice(CIRCLE.length) as CircleId, data);
      if (name.startsWith(CHANNEL)) channels.set(name.slice(CHANNEL.length) as ChannelId, data);
    }
    return { device: parts.get(DEVICE) ?? this.#device, circles, channels };
  }
}

function merged(before: Session, news: Session): Session {
  return news.with({
    circles: new Map([...before.circles, ...news.circles]),
    channels: new Map([...before.channels, ...news.channels]),
  });
}

function named(parts: Parts): Map<string, Bytes> {
  const names = new Map<string, Bytes>();
  if (parts.device !== null) names.set(DEVICE, Uint8Array.from(parts.device));
  for (const [id, data] of parts.circles) names.set(CIRCLE + id, Uint8Array.from(data));
  for (const [id, data] of parts.channels) names.set(CHANNEL + id, Uint8Array.from(data));
  return names;
}

function asBytes(values: ReadonlyMap<string, unknown>): Map<string, Bytes | null> {
  return new Map(
    [...values].map(([name, value]) => [name, value === null ? null : encodeValue(value)]),
  );
}

function channelOf({ channel }: { readonly channel: string }): ChannelId {
  return channel as ChannelId;
}
