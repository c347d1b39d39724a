/**
 * Keeping up with the server, by itself: reads what is new, sends what waits, comes back.
 *
 * Whatever fails for want of a network is asked again, later each time; the session decides
 * what, so nothing needs to be remembered here but when.
 */

import { BadChain } from "../core/membership.ts";
import { type ChannelId, type CircleId, isId } from "../core/ids.ts";
import { compare } from "../core/session/compare.ts";
import { ChainRolledBack } from "../core/session/session.ts";
import { type Effect, safetyWarning } from "../core/session/effects.ts";
import type { HttpLine } from "./api.ts";
import { type Fork, forkIn, stands } from "./forks.ts";
import { type Device, isPassing, waits } from "./device.ts";
import { BadAnswer } from "./forms.ts";
import type { Healing } from "./healing.ts";
import type { Live } from "./live.ts";
import type { Marks, Told } from "./marks.ts";
import { replenish } from "./packages.ts";
import type { BackupKeeper } from "./keeper.ts";
import { isNotLoaded, loaded } from "./lazily.ts";
import { type Moment, Refused, Unreachable } from "./ronde.ts";
import type { Store } from "./store.ts";
import { ourOthers } from "./registering.ts";
import { renewKeys } from "./renewal.ts";
import { offlineWait } from "./waits.ts";

/** What waits without an answer for this long is asked again: its tab may be gone. */
const FORGOTTEN_MS = 6_000;
const ROUND_MS = 120_000;
/** A newcomer whom nobody adds for this long comes in by itself. */
const PATIENCE_MS = 60_000;
const BACKUP_MS = 1_500;
/** Whoever signs in again begins again; until then nothing is asked. */
const SIGNED_OUT: ReadonlySet<string> = new Set(["not_signed_in", "device_removed"]);

export type SyncSite = {
  readonly store: Store;
  readonly device: Device;
  readonly line: HttpLine;
  readonly live: Live;
  readonly marks: Marks;
  readonly keeper: BackupKeeper;
  readonly clock: () => Moment;
  /** The circles that the server lists are known. */
  readonly known: () => Promise<void>;
  /** The conversations that somebody looks at. */
  readonly opened: () => readonly ChannelId[];
  /** What was last heard of devices in another group. */
  readonly fork: (channel: ChannelId) => Fork | null;
  readonly present: (channel: ChannelId, who: readonly string[]) => void;
  readonly marked: (channel: ChannelId) => void;
  readonly changed: () => void;
};

export class Sync {
  readonly #site: SyncSite;
  #healing: Promise<Healing> | null = null;
  #running: Promise<void> | null = null;
  readonly #waiting = new Map<ChannelId, Moment>();
  #again = false;
  /** The line came up since its channels were last watched. */
  #unheard = false;
  /** The channels that the live connection was asked about. */
  #heard: ReadonlySet<ChannelId> = new Set();
  #stopped = false;
  #confused = false;
  #attempt = 0;
  #carrying = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #backup: ReturnType<typeof setTimeout> | null = null;
  /** Channels whose marks were asked since this tab began. */
  readonly #asked = new Set<ChannelId>();
  /** Channels in which the server sees two groups. */
  readonly #forked = new Set<ChannelId>();
  /** Channels in which nobody has to look for lost devices of ours any more. */
  readonly #cleared = new Set<ChannelId>();
  #timers: ReturnType<typeof setInterval>[] = [];

  constructor(site: SyncSite) {
    this.#site = site;
  }

  get syncing(): boolean {
    return this.#running !== null;
  }

  /** The server's last word was none: it is asked again. */
  get confused(): boolean {
    return this.#confused;
  }

  /** Something came that cannot be read: nothing of it is taken, and the log is asked. */
  odd(): void {
    this.#doubt(true);
    this.#later();
  }

  /** Begin: from here on it keeps up by itself. */
  start(): void {
    this.#stopped = false;
    if (this.#timers.length > 0) return;
    this.#timers = [
      setInterval(() => this.#lookForForgotten(), FORGOTTEN_MS),
      setInterval(() => void this.run(), ROUND_MS),
    ];
    void this.run();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#backup !== null) clearTimeout(this.#backup);
    this.#retry = null;
    this.#backup = null;
    this.#timers = [];
  }

  /** Read everything that is new, everywhere; who asks meanwhile waits for the same. */
  async run(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return await this.#running;
    }
    this.#running = this.#rounds();
    this.#site.changed();
    try {
      await this.#running;
    } finally {
      this.#running = null;
      this.#site.changed();
    }
  }

  /** The live connection stands: what a round that goes on has not asked it is asked at its end. */
  lineUp(): void {
    if (this.#running === null) void this.run();
    else this.#unheard = true;
  }

  /** A channel may have been opened since the live connection was asked. */
  heed(): void {
    if (this.#open().some((channel) => !this.#heard.has(channel))) this.lineUp();
  }

  /** Carry out what a step asked, in the background; what fails for now is asked again. */
  carry(effects: readonly Effect[], channel: ChannelId): void {
    void this.#guarded(async () => {
      await this.#site.device.carryOut(effects);
      const state = this.#site.device.turns.session.channels.get(channel);
      // What went before had no answer: whatever is on its way is asked for again.
      if (state !== undefined && waits(state)) await this.#site.device.resume(new Set([channel]));
    });
  }

  /** Take in an item that was pushed. */
  pushed(item: Parameters<Device["pushed"]>[0]): void {
    void this.#guarded(async () => {
      await this.#site.device.pushed(item);
      this.#site.marks.later(item.channel);
    });
  }

  /** Take in a mark that was pushed. */
  told(told: Told): void {
    void this.#guarded(async () => await this.heard(told));
  }

  /** Take in a mark, and compare where its device stands with us: R11. */
  async heard(told: Told): Promise<void> {
    const { device, marks, marked } = this.#site;
    await marks.take(told);
    const { channel } = told;
    const { session } = device.turns;
    const group = session.channels.get(channel)?.group ?? null;
    if (group !== null && told.device !== session.device.id) {
      await this.#hear(told);
    }
    marked(channel);
  }

  /** What leads out of forks is there once somebody disagrees, or did when this was last open. */
  async #hear(told: Told): Promise<void> {
    const { device, store } = this.#site;
    const agrees = compare(device.turns.session, told).effects.length === 0;
    if (agrees && (await forkIn(store, told.channel)) === null) return;
    await (await this.#led()).hear(told);
  }

  async #led(): Promise<Healing> {
    this.#healing ??= this.#heal();
    try {
      return await this.#healing;
    } catch (error) {
      this.#healing = null;
      throw error;
    }
  }

  async #heal(): Promise<Healing> {
    const { store, device, clock } = this.#site;
    const { Healing: Made } = await loaded(async () => await import("./healing.ts"));
    return new Made({ store, device, clock, ask: async (channel) => await this.marksOf(channel) });
  }

  /** Somebody asks for it: see to it that devices agree, and send what waited for that. */
  async reconcile(channel: ChannelId): Promise<void> {
    await (await this.#led()).reconcile(channel);
  }

  /** Back up what is new, a little later: several steps are one round. */
  backUpSoon(): void {
    this.#backup ??= setTimeout(() => {
      this.#backup = null;
      void this.#guarded(async () => await this.#site.keeper.pay());
    }, BACKUP_MS);
  }

  /** Ask a conversation's marks, and tell ours. */
  async marksOf(channel: ChannelId): Promise<void> {
    await this.#guarded(async () => {
      const { told, forked } = await this.#site.marks.fetch(channel);
      for (const one of told) await this.heard(one);
      await this.#noteFork(channel, forked);
      this.#asked.add(channel);
      this.#site.marks.later(channel);
      this.#site.marked(channel);
    });
  }

  /** Devices of others may stand in two groups while ours agrees with one: told once a tab. */
  async #noteFork(channel: ChannelId, forked: boolean): Promise<void> {
    const told = this.#forked.has(channel);
    if (forked) this.#forked.add(channel);
    else this.#forked.delete(channel);
    if (!forked || told) return;
    await this.#site.device.turns.take((session) => {
      const known = { channel, detail: "reported" };
      return { session, effects: [safetyWarning("group_forked", known)] };
    });
  }

  async #rounds(): Promise<void> {
    do {
      this.#again = false;
      await this.#guarded(async () => await this.#round());
      // Circles and our key packages were asked for just now; only the line is new.
      if (this.#unheard) await this.#guarded(async () => await this.#newest(await this.#watch()));
    } while (this.#again);
  }

  async #round(): Promise<void> {
    const { device, line, keeper, store, clock } = this.#site;
    await device.turns.refresh();
    const heads = await this.#watch();
    await this.#newest(heads);
    const known = new Set<boolean>();
    for (const { id, chain } of await device.line.circles()) known.add(await this.#know(id, chain));
    await this.#site.known();
    // Channels that this round brought are new to the live connection too.
    await this.#newest(await this.#watch());
    for (const channel of device.turns.session.channels.keys()) {
      await ifOpen(async () => await this.#comeIn(channel));
      await ifOpen(async () => await this.#clear(channel));
      await renewKeys(device, store, channel, clock());
    }
    // A circle that is ours and not open yet: the server has not heard of this device everywhere.
    if (known.has(false)) this.#later();
    else this.#attempt = 0;
    await Promise.all(this.#curious().map(async (channel) => await this.marksOf(channel)));
    await device.parcels.tidy(device.turns.session);
    await replenish(device.turns, line, clock);
    await keeper.pay();
    this.#doubt(false);
  }

  /** Channels whose marks we want: those on screen, and once those that look unread here. */
  #curious(): ChannelId[] {
    const { marks, device, opened } = this.#site;
    const unread = [...device.turns.session.channels.values()].filter(
      ({ id, cursor, phase }) => phase === "member" && !this.#asked.has(id) && marks.read(id) < cursor,
    );
    const forked = [...device.turns.session.channels.values()].filter((state) =>
      stands(this.#site.fork(state.id), state),
    );
    return [...new Set([...opened(), ...[...unread, ...forked].map(({ id }) => id)])];
  }

  /** Tell whether somebody may still add us to a channel by themselves. */
  #isPatient(channel: ChannelId): boolean {
    const now = this.#site.clock();
    const since = this.#waiting.get(channel) ?? now;
    this.#waiting.set(channel, since);
    return now - since < PATIENCE_MS;
  }

  /** Come into a channel that somebody expects this device in, if it is not in yet. */
  async #comeIn(channel: ChannelId): Promise<void> {
    const { device, store } = this.#site;
    if (device.turns.session.channels.get(channel)?.phase !== "waiting") return;
    const { comeIn } = await loaded(async () => await import("./setup.ts"));
    await comeIn({ store, device }, channel, this.#isPatient(channel));
  }

  /** Once a tab: devices of ours that the person said are gone leave the channel's group. */
  async #clear(channel: ChannelId): Promise<void> {
    const { device, store } = this.#site;
    const state = device.turns.session.channels.get(channel);
    if (this.#cleared.has(channel) || state?.phase !== "member") return;
    if (ourOthers(device.turns.session, channel).length > 0) {
      const { removeLost } = await loaded(async () => await import("./setup.ts"));
      await removeLost({ store, device }, channel);
    }
    this.#cleared.add(channel);
  }

  /** Be told of all channels that are open to us; null where the live connection is down. */
  async #watch(): Promise<ReadonlyMap<ChannelId, number> | null> {
    const { live, present } = this.#site;
    const channels = this.#open();
    if (!live.connected || channels.length === 0) return null;
    this.#unheard = false;
    try {
      const watched = await live.watch(channels);
      this.#heard = new Set(channels);
      for (const [channel, who] of watched.present) present(channel, who);
      return watched.heads;
    } catch (error) {
      // One of them is closed to us by now: each is asked for by itself, over HTTP.
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }

  #open(): readonly ChannelId[] {
    const states = [...this.#site.device.turns.session.channels.values()];
    return states.filter(({ phase }) => phase !== "removed").map(({ id }) => id);
  }

  async #newest(heads: ReadonlyMap<ChannelId, number> | null): Promise<void> {
    const { device } = this.#site;
    for (const [channel, { cursor, phase }] of device.turns.session.channels) {
      if (phase === "removed") continue;
      const head = heads?.get(channel);
      if (head === undefined || head !== cursor) {
        await ifOpen(async () => await device.catchUp(channel));
      }
      const state = device.turns.session.channels.get(channel);
      if (state !== undefined && (waits(state) || state.behind)) {
        await ifOpen(async () => await device.resume(new Set([channel])));
      }
    }
  }

  /**
   * Know a circle; false where the server lists it and does not let us in.
   *
   * A chain that does not hold stops its circle, with a warning, and no other.
   */
  async #know(circle: CircleId, chain: readonly Uint8Array[]): Promise<boolean> {
    if (!isId(circle)) return true;
    try {
      return await ifOpen(async () => await this.#site.device.knowCircle(circle, chain));
    } catch (error) {
      if (!(error instanceof BadChain) && !(error instanceof ChainRolledBack)) throw error;
      const detail = error instanceof BadChain ? error.fault : "rolled_back";
      await this.#warn(circle, detail);
      return true;
    }
  }

  async #warn(circle: CircleId, detail: string): Promise<void> {
    await this.#site.device.turns.take((session) => {
      const first = [...session.channels.values()].find((state) => state.circle === circle);
      const known = { channel: first?.id ?? null, detail };
      return { session, effects: [safetyWarning("roster_forked", known)] };
    });
  }

  /** Another tab may have gone while it asked; what has no answer yet is asked for again. */
  #lookForForgotten(): void {
    if (this.#carrying > 0 || this.#retry !== null || this.syncing) return;
    const { session } = this.#site.device.turns;
    const waiting = [...session.channels.values()].filter(waits).map(({ id }) => id);
    if (waiting.length === 0) return;
    void this.#guarded(async () => await this.#site.device.resume(new Set(waiting)));
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    this.#carrying += 1;
    try {
      await work();
    } catch (error) {
      // Whoever signs out in the middle of it closes what it reads from.
      if (this.#stopped) return;
      if (error instanceof BadAnswer) this.#doubt(true);
      // What is no refusal is a fault of ours, or a file of the release that did not come.
      if (!(error instanceof Refused) && !isForNow(error)) reportError(error);
      if (!(error instanceof Refused) || isForNow(error)) this.#later();
    } finally {
      this.#carrying -= 1;
    }
  }

  #doubt(confused: boolean): void {
    if (this.#confused === confused) return;
    this.#confused = confused;
    this.#site.changed();
  }

  #later(): void {
    if (this.#retry !== null || this.#stopped) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#attempt += 1;
      void this.run();
    }, offlineWait(this.#attempt));
  }
}

/** A channel or circle that is closed to us by now keeps no other waiting; tells if it was open. */
async function ifOpen(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "not_found") throw error;
    return false;
  }
}

function isForNow(error: unknown): boolean {
  if (error instanceof Unreachable || error instanceof BadAnswer || isNotLoaded(error)) return true;
  return error instanceof Refused && isPassing(error) && !SIGNED_OUT.has(error.code);
}
