/**
 * A device in a browser: it carries out what its session asks, over a line to a server.
 *
 * Twin of channels/headless_device.py. Every step is on the disk before its effects are
 * carried out, so a tab may die anywhere and the next one goes on (`resume`). Which tab asks
 * matters to nobody: the same bytes asked for twice get the same answer.
 */

import { type ChannelId, type CircleId, type DeviceId, type EntryId, newId } from "../core/ids.ts";
import { equal } from "../core/mls/suite.ts";
import { NotAllowed } from "../core/policy.ts";
import { type Effect, type ReadAgain, type Send, safetyWarning } from "../core/session/effects.ts";
import { openChannel, rejoin, watch } from "../core/session/join.ts";
import type { AppendRequest, Card, Item } from "../core/session/log.ts";
import {
  acknowledge,
  changeMembers,
  compose,
  receive,
  refuse,
  resume,
  trust,
} from "../core/session/session.ts";
import type { ChannelState, Session } from "../core/session/state.ts";
import type { Step } from "../core/session/step.ts";
import { forkIn, stands } from "./forks.ts";
import type { LogLine } from "./line.ts";
import { alone } from "./locks.ts";
import { lastPlace } from "./opening.ts";
import { Parcels } from "./parcels.ts";
import { decodeRecord } from "./record.ts";
import { type Moment, NotPossible, Refused, Unreachable } from "./ronde.ts";
import { Queue } from "./slices.ts";
import type { Store } from "./store.ts";
import type { Taken, Turns } from "./turn.ts";
import { NAMES } from "./values.ts";
import { askedWait, pause, raceWait } from "./waits.ts";

const TRIES = 8;
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Refusals of the person, not of what they sent: it waits until they are let in again. */
const NOT_JUDGED: ReadonlySet<string> = new Set([
  "not_signed_in",
  "device_removed",
  "no_device",
  "no_active_convention",
]);

/** What is to be said, as the session takes it. */
export type PostForm = {
  readonly type: string;
  readonly body: Uint8Array;
  readonly card: Card | null;
  readonly thread: EntryId | null;
  readonly entry: EntryId;
  /** The parked entry that says the same and is given up for it, if any. */
  readonly inPlaceOf: EntryId | null;
};

export class Device {
  readonly turns: Turns;
  readonly line: LogLine;
  readonly parcels: Parcels;
  readonly #store: Store;
  readonly #clock: () => Moment;
  readonly #reading = new Map<ChannelId, Queue>();

  constructor(turns: Turns, line: LogLine, store: Store, clock: () => Moment) {
    this.turns = turns;
    this.line = line;
    this.parcels = new Parcels(store, clock);
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Verify a circle's chain, fetched or already shown, and take note of the circle's channels.
   *
   * Tells whether there was anything new.
   */
  async knowCircle(circle: CircleId, shown: readonly Uint8Array[] | null = null): Promise<boolean> {
    const chain = shown ?? (await this.line.chain(circle));
    const held = this.#holds(circle, chain);
    if (!held) await this.#follow(circle, chain);
    const channels = await this.line.channels(circle);
    const { session } = this.turns;
    if (channels.every((channel) => session.channels.has(channel))) return !held;
    await this.turns.take((now) => ({
      session: channels.reduce((noted, channel) => watch(noted, channel, circle), now),
      effects: [],
    }));
    return true;
  }

  /** Fetch a circle's chain and go on from it; throws BadChain, ChainRolledBack. */
  async trust(circle: CircleId): Promise<void> {
    await this.#follow(circle, await this.line.chain(circle));
  }

  /** Send what waits and read what is new in some channels, or all; asking twice is harmless. */
  async resume(channels?: ReadonlySet<ChannelId>): Promise<void> {
    for (const effect of resume(this.turns.session)) {
      const channel = channelOf(effect);
      if (channels === undefined || (channel !== null && channels.has(channel))) {
        await this.carryOut([effect]);
      }
    }
  }

  /**
   * Seal something and keep it; what is to be sent then is given back.
   *
   * What it takes the place of goes in the same transaction, so that nothing is said twice;
   * throws NotPossible where that is gone already.
   */
  async compose(channel: ChannelId, form: PostForm): Promise<readonly Effect[]> {
    const { entry, inPlaceOf, ...said } = form;
    const before = inPlaceOf === null ? null : `${NAMES.parked}${channel}/${inPlaceOf}`;
    const values = new Map<string, unknown>([[NAMES.waiting + entry, this.#clock()]]);
    if (before !== null) values.set(before, null);
    return await this.turns.take(async (session) => {
      const gone = before !== null && (await this.#store.value(before)) === null;
      if (gone) throw new NotPossible("not_in_channel");
      const step = await compose(session, channel, { ...said, entry, now: this.#clock() });
      return { ...step, values };
    });
  }

  /** Begin a channel with this device alone in it. */
  async openChannel(circle: CircleId): Promise<ChannelId> {
    const channel = newId() as ChannelId;
    await this.doIn(channel, (session) =>
      openChannel(session, channel, circle, { now: this.#clock() }),
    );
    return channel;
  }

  /** Change who is in a channel's group; gives what came of it. */
  async changeMembers(
    channel: ChannelId,
    change: { readonly adds?: readonly Uint8Array[]; readonly removes?: readonly DeviceId[] },
  ): Promise<readonly Effect[]> {
    return await this.doIn(channel, (session) =>
      changeMembers(session, channel, { ...change, now: this.#clock() }),
    );
  }

  /** Do a step; if something still waits in its channel, what went before had no answer. */
  async doIn(
    channel: ChannelId,
    work: (session: Session) => Promise<Taken> | Taken,
  ): Promise<readonly Effect[]> {
    const events = await this.carryOut(await this.turns.take(work));
    const state = this.turns.session.channels.get(channel);
    if (state === undefined || !waits(state)) return events;
    const again = resume(this.turns.session).filter((effect) => channelOf(effect) === channel);
    return [...events, ...(await this.carryOut(again))];
  }

  /** Carry out effects in order; what is only to be told comes back. */
  async carryOut(effects: readonly Effect[]): Promise<readonly Effect[]> {
    const events: Effect[] = [];
    const waiting = [...effects];
    for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
      switch (effect.kind) {
        case "send":
          waiting.unshift(...(await this.#send(effect)));
          break;
        case "catch_up":
          events.push(...(await this.catchUp(effect.channel)));
          break;
        case "read_again":
          events.push(...(await this.#readAgain(effect)));
          break;
        case "fetch_chain":
          await this.trust(effect.circle);
          break;
        case "rejoin":
          events.push(...(await this.rejoin(effect.channel)));
          break;
        default:
          events.push(effect);
      }
    }
    return events;
  }

  /** Take in the log behind our cursor, page by page. */
  async catchUp(channel: ChannelId): Promise<readonly Effect[]> {
    return await this.#queue(channel).run(async () => {
      const asked: Effect[] = [];
      for (let more = true; more; ) {
        const after = this.#state(channel).cursor;
        const page = await this.line.page(channel, after);
        asked.push(...(await this.#receive(channel, page.items)));
        // A step that could not go on (no chain, no Welcome yet) must not spin.
        more = page.more && this.#state(channel).cursor > after;
      }
      return asked;
    }).then(async (asked) => await this.carryOut(asked));
  }

  /** Take in what was pushed: nothing is asked of the server if it follows what we have. */
  async pushed(item: Item): Promise<void> {
    const { channel, seq } = item;
    const state = this.turns.session.channels.get(channel);
    if (state === undefined) return;
    const asked = await this.#queue(channel).run(async () => {
      const { cursor } = this.#state(channel);
      return seq === cursor + 1 ? await this.#receive(channel, [item]) : null;
    });
    if (asked !== null) await this.carryOut(asked);
    else if (seq > this.#state(channel).cursor) await this.catchUp(channel);
  }

  /**
   * Come into a channel from outside, by its newest commit (R10, R11).
   *
   * Where that commit leads to a group that nobody may come into, a warning says so and the
   * other channels go on.
   */
  async rejoin(channel: ChannelId, replaces: DeviceId | null = null): Promise<readonly Effect[]> {
    const { phase, pending } = this.#state(channel);
    const newest = await this.newestCommit(channel);
    return await this.carryOut(
      await this.turns.take(async (session) => {
        const now = session.channels.get(channel);
        // Another tab came in while this one asked: nobody comes in twice.
        if (now?.phase !== phase || now.pending?.id !== pending?.id) return { session, effects: [] };
        try {
          return await rejoin(session, channel, newest, { now: this.#clock(), replaces });
        } catch (error) {
          if (!(error instanceof NotAllowed)) throw error;
          const known = { channel, seq: newest.seq, device: newest.sender, detail: error.fault };
          return { session, effects: [safetyWarning("commit_refused", known)] };
        }
      }),
    );
  }

  /** Fetch the newest creation or commit of a channel. */
  async newestCommit(channel: ChannelId): Promise<Item> {
    const { cursor } = this.#state(channel);
    const kept = await lastPlace(this.#store, channel, cursor, isCommit);
    const items = await this.line.items(channel, (kept ?? 1) - 1);
    const newest = items.findLast(isCommit);
    if (newest === undefined) throw new NotPossible("not_in_channel");
    return newest;
  }

  /** Ask the log; a passing fault of the server's is tried again, with the same bytes. */
  async #send(send: Send): Promise<readonly Effect[]> {
    await pause(raceWait(send.attempt));
    const { request } = send;
    return await alone(`ronde-line-${request.channel}`, async () => {
      await this.turns.refresh();
      if (!isWanted(this.turns.session, request) || (await this.#mustWait(request))) return [];
      try {
        const files = request.kind === "entry" ? await this.parcels.sendFor(request.id) : [];
        const seq = await this.#place(request);
        const asked = await this.turns.take(async (session) =>
          retold(await acknowledge(session, request, seq, { now: this.#clock() })),
        );
        await this.parcels.drop(files);
        return asked;
      } catch (error) {
        if (!(error instanceof Refused) || isPassing(error)) throw error;
        const { code } = error;
        return await this.turns.take((session) =>
          refuse(session, request, code, { now: this.#clock() }),
        );
      }
    });
  }

  /** Nothing is said where devices stand in two groups; changes of the group lead out of it. */
  async #mustWait({ channel, kind }: AppendRequest): Promise<boolean> {
    if (kind === "create" || kind === "commit") return false;
    return stands(await forkIn(this.#store, channel), this.#state(channel));
  }

  async #place(request: AppendRequest): Promise<number> {
    const { circle } = this.#state(request.channel);
    for (let attempt = 1; attempt < TRIES; attempt += 1) {
      try {
        return await this.line.append(request, circle);
      } catch (error) {
        if (!(error instanceof Refused) || !PASSING.has(error.status)) throw error;
        await pause(error.retryAfter === null ? raceWait(attempt) : askedWait(error.retryAfter));
      }
    }
    throw new Unreachable();
  }

  async #receive(channel: ChannelId, items: readonly Item[]): Promise<readonly Effect[]> {
    return await this.turns.take(async (session) => {
      const step = await receive(session, channel, items, { now: this.#clock() });
      return { ...retold(step), items };
    });
  }

  /** Hand the named places to the session once more, now that it has their keys. */
  async #readAgain({ channel, seqs }: ReadAgain): Promise<readonly Effect[]> {
    const first = Math.min(...seqs);
    const held = await this.#store.log(channel, first, Math.max(...seqs));
    const wanted = new Set(seqs);
    const items = [...held]
      .filter(([seq]) => wanted.has(seq))
      .map(([seq, data]) => decodeRecord(channel, seq, data).item);
    return await this.carryOut(await this.#receive(channel, items));
  }

  /** Tell whether a chain is the one that was verified here before. */
  #holds(circle: CircleId, chain: readonly Uint8Array[]): boolean {
    const known = this.turns.session.circles.get(circle)?.chain ?? [];
    const same = known.length > 0 && known.length === chain.length;
    return same && known.every((one, at) => equal(one, chain[at] ?? new Uint8Array()));
  }

  async #follow(circle: CircleId, chain: readonly Uint8Array[]): Promise<void> {
    await this.carryOut(await this.turns.take((session) => trust(session, circle, chain)));
  }

  #state(channel: ChannelId): ChannelState {
    const state = this.turns.session.channels.get(channel);
    if (state === undefined) throw new NotPossible("not_in_channel");
    return state;
  }

  #queue(channel: ChannelId): Queue {
    const queue = this.#reading.get(channel) ?? new Queue();
    this.#reading.set(channel, queue);
    return queue;
  }
}

/** A step that only took in what the log would tell again; what it sends must be kept first. */
function retold(step: Step): Taken {
  return { ...step, retold: step.effects.every(({ kind }) => kind !== "send") };
}

/** Tell whether something of a channel's waits for the server's word: its creation too. */
export function waits(state: ChannelState): boolean {
  if (state.pending !== null) return true;
  return state.phase === "member" && (state.outbox.length > 0 || !state.wanted.isNothing);
}

function isCommit({ kind }: Item): boolean {
  return kind === "create" || kind === "commit";
}

/** Tell whether a request is still to be asked: another tab may have had its answer. */
function isWanted(session: Session, request: AppendRequest): boolean {
  const state = session.channels.get(request.channel);
  if (state === undefined) return false;
  if (state.pending?.id === request.id) return !state.pending.refused;
  const outgoing = state.outbox.find((one) => one.id === request.id);
  return outgoing?.sealed?.epoch === request.epoch && !outgoing.sealed.held;
}

/** Tell whether a refusal says nothing about what was sent: it may be asked again. */
export function isPassing({ status, code }: Refused): boolean {
  return PASSING.has(status) || NOT_JUDGED.has(code);
}

function channelOf(effect: Effect): ChannelId | null {
  switch (effect.kind) {
    case "send":
      return effect.request.channel;
    case "catch_up":
    case "read_again":
    case "rejoin":
      return effect.channel;
    default:
      return null;
  }
}
