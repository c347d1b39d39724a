/** Leading out of forks (R11): loaded when a device reports another group, or one was kept. */

import type { ChannelId, DeviceId } from "../core/ids.ts";
import { type Report, compare } from "../core/session/compare.ts";
import type { Session } from "../core/session/state.ts";
import { channelOf } from "../core/session/step.ts";
import type { Device } from "./device.ts";
import { type Fork, forkIn, stands } from "./forks.ts";
import type { Told } from "./marks.ts";
import type { Moment } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES } from "./values.ts";

/** Whoever lies about where they stand must not make everybody come in anew all the time. */
const ANEW_MS = 600_000;

/** What a channel's fork is once a device has told its place; null: none. Throws NotInChannel. */
function forkAfter(
  before: Fork | null,
  session: Session,
  told: Report & { readonly device: DeviceId },
): Fork | null {
  const { epoch } = channelOf(session, told.channel);
  const known = stands(before, { epoch }) ? (before?.devices ?? []) : [];
  const differs = compare(session, told).effects.length > 0;
  const others = known.filter((one) => one !== told.device || told.epoch !== epoch);
  const devices = differs ? [...others.filter((one) => one !== told.device), told.device] : others;
  const anew = before?.anew ?? null;
  // When we last came in anew outlives the fork: the next one may be a lie too.
  return devices.length === 0 && anew === null ? null : { epoch, devices, anew };
}

/** What it takes to make devices agree; `ask` asks all of them where they stand. */
type Site = {
  readonly store: Store;
  readonly device: Device;
  readonly clock: () => Moment;
  readonly ask: (channel: ChannelId) => Promise<void>;
};

/** Notes forks as they are heard of, and leads out of them. */
export class Healing {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Take note of where a device stands: come in anew for it, or send what waited for it. */
  async hear(told: Told): Promise<void> {
    const { device } = this.#site;
    const { channel } = told;
    const heals = await this.#note(told);
    if (heals) await device.resume(new Set([channel]));
    else if (await this.#mayComeAnew(channel)) await this.#comeAnew(channel);
  }

  /** Read on, come in anew if need be, and ask the others once more. */
  async reconcile(channel: ChannelId): Promise<void> {
    const { device, ask } = this.#site;
    await device.catchUp(channel);
    await ask(channel);
    if (await this.#isForked(channel)) await this.#comeAnew(channel);
    await device.resume(new Set([channel]));
  }

  /** Keep what a device told; tells whether nobody disagrees any more. */
  async #note(told: Told): Promise<boolean> {
    const { device, store } = this.#site;
    const { channel } = told;
    let heals = false;
    const asked = await device.turns.take(async (session) => {
      if (session.channels.get(channel)?.group == null) return { session, effects: [] };
      const before = await forkIn(store, channel);
      const after = forkAfter(before, session, told);
      const state = channelOf(session, channel);
      heals = stands(before, state) && !stands(after, state);
      const same = JSON.stringify(before) === JSON.stringify(after);
      const values = new Map(same ? [] : [[NAMES.fork + channel, after]]);
      // When to come in anew is decided below: not each time that somebody says so.
      const effects = compare(session, told).effects.filter(({ kind }) => kind !== "rejoin");
      return { session, effects, values };
    });
    await device.carryOut(asked);
    return heals;
  }

  async #isForked(channel: ChannelId): Promise<boolean> {
    const { device, store } = this.#site;
    const state = device.turns.session.channels.get(channel);
    return state !== undefined && stands(await forkIn(store, channel), state);
  }

  async #mayComeAnew(channel: ChannelId): Promise<boolean> {
    if (!(await this.#isForked(channel))) return false;
    const since = (await forkIn(this.#site.store, channel))?.anew ?? null;
    return since === null || Math.abs(this.#site.clock() - since) > ANEW_MS;
  }

  /** Begin another epoch from the log's newest commit, of which all may say what they see. */
  async #comeAnew(channel: ChannelId): Promise<void> {
    const { device, store, clock, ask } = this.#site;
    await device.turns.take(async (session) => {
      const fork = await forkIn(store, channel);
      const values = fork === null ? [] : [[NAMES.fork + channel, { ...fork, anew: clock() }] as const];
      return { session, effects: [], values: new Map(values) };
    });
    await device.rejoin(channel);
    await ask(channel);
  }
}
