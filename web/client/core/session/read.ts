/** Opening entries: the right key, the right author, the right place in the author's chain. */

import type { Notice } from "../author.ts";
import { AuthorChain, begin } from "../author.ts";
import type { Entry, EntryFault, Members, OpenedEntry } from "../entry.ts";
import { BadEntry, Envelope, open } from "../entry.ts";
import type { CircleId, DeviceId } from "../ids.ts";
import { MAX_STATEMENTS } from "../membership.ts";
import { equal } from "../mls/suite.ts";
import type { Concern, Effect, SafetyWarning, Shown } from "./effects.ts";
import { safetyWarning } from "./effects.ts";
import type { Item } from "./log.ts";
import { authorOf, holder } from "./memory.ts";
import { without } from "./send.ts";
import type { ChannelState, Session } from "./state.ts";
import { CircleState } from "./state.ts";
import type { Step } from "./step.ts";
import { circleOf, further, kept, stepTo } from "./step.ts";

/** We were not given the key of an entry's epoch. */
export class NoKey extends Error {}

/** Open an entry as it comes in the log, or again once there is a key for it. */
export async function readEntry(session: Session, state: ChannelState, item: Item): Promise<Step> {
  const late = state.unread.includes(item.seq);
  const opened = await attempt(state, item);
  if (opened instanceof NoKey) {
    return unreadable(session, state, item);
  }
  if (opened instanceof BadEntry) {
    return kept(session, state, warning(item, "entry_refused", { detail: opened.fault }));
  }
  const [read, notice] = follow(state, item, opened, late);
  let followed = read;
  if (authorOf(opened.author) === authorOf(session.device.certificate)) {
    followed = own(followed, opened.entry);
  }
  if (late) {
    followed = followed.with({ unread: followed.unread.filter((seq) => seq !== item.seq) });
  }
  const step = kept(session, followed, ...shown(item, opened, notice));
  return further(step, (then) => checkHead(then, state.circle, item, opened));
}

/**
 * Open an item's entry with whatever key fits, and change nothing.
 *
 * @throws NoKey We have none of that epoch.
 * @throws BadEntry It is not what it claims to be.
 */
export async function openItem(state: ChannelState, item: Item): Promise<OpenedEntry> {
  const envelope = Envelope.decode(item.body);
  const { channel, epoch, id } = envelope;
  if (channel !== item.channel || epoch !== item.epoch || id !== item.id) {
    throw new BadEntry("mismatched");
  }
  let refusal: BadEntry | null = null;
  for (const opening of keysFor(state, epoch)) {
    try {
      return await open(envelope, opening);
    } catch (error) {
      if (!(error instanceof BadEntry)) {
        throw error;
      }
      refusal = error;
    }
  }
  const known = state.witnessed(epoch) !== null;
  if (refusal === null || (refusal.fault === "unreadable" && !known)) {
    // A giver's key that does not fit says nothing about the author.
    throw new NoKey();
  }
  throw refusal;
}

/** Tell what stands at each entry's place among items already received. */
export async function lookThrough(
  state: ChannelState,
  items: readonly Item[],
): Promise<readonly Shown[]> {
  const sealed = items.filter((item) => item.kind === "entry" && item.channel === state.id);
  // Most of the work is done by threads of the platform's own.
  const looks = await Promise.all(
    sealed.map(async (item) => ({ item, one: await look(state, item) })),
  );
  const opened = looks.filter(({ one }) => one.kind === "entry_opened").map(({ item }) => item);
  // A key that opened one entry of its epoch is the right one for all of them.
  const proven = new Set(opened.map((item) => item.epoch));
  const first = new Map(opened.toReversed().map((item) => [item.id, item.seq]));
  return looks
    .filter(({ item }) => item.seq <= (first.get(item.id) ?? item.seq))
    .map(({ item, one }) =>
      one.kind === "cannot_read" && proven.has(item.epoch) ? refused(item, "unreadable") : one,
    );
}

/**
 * Once nothing is unread, tie what was read late to what was read as it came.
 *
 * An author whose two halves do not meet had entries withheld in between.
 */
export function joinPasts(state: ChannelState): readonly [ChannelState, readonly Effect[]] {
  if (state.unread.length > 0 || state.past.size === 0) {
    return [state, []];
  }
  const authors = new Map(state.authors);
  const effects: Effect[] = [];
  for (const [author, chain] of state.past) {
    const live = authors.get(author);
    if (live === undefined) {
      authors.set(author, chain);
      continue;
    }
    if (live.floor !== chain.counter + 1 || !equal(live.floorPrevious, chain.head)) {
      const device = author.split(" ")[1] as DeviceId;
      effects.push(safetyWarning("entry_withheld", { channel: state.id, device }));
    }
    const { floor, floorPrevious } = chain;
    authors.set(author, new AuthorChain({ ...live, floor, floorPrevious }));
  }
  return [state.with({ authors, past: new Map() }), effects];
}

async function attempt(state: ChannelState, item: Item): Promise<OpenedEntry | NoKey | BadEntry> {
  try {
    return await openItem(state, item);
  } catch (error) {
    if (error instanceof NoKey || error instanceof BadEntry) {
      return error;
    }
    throw error;
  }
}

async function look(state: ChannelState, item: Item): Promise<Shown> {
  const { id: channel } = state;
  const { seq, epoch, at, card } = item;
  const opened = await attempt(state, item);
  if (opened instanceof NoKey) {
    return { kind: "cannot_read", channel, seq, epoch };
  }
  if (opened instanceof BadEntry) {
    return refused(item, opened.fault);
  }
  return { kind: "entry_opened", channel, seq, at, opened, card, notice: null };
}

function refused({ channel, seq, at, sender }: Item, fault: EntryFault): Shown {
  return { kind: "entry_refused", channel, seq, at, sender, fault };
}

type Opening = { readonly key: Uint8Array; readonly members: Members };

function* keysFor(state: ChannelState, epoch: number): Iterable<Opening> {
  const known = state.witnessed(epoch);
  if (known !== null) {
    yield { key: known.key, members: (at, leaf) => state.member(at, leaf) };
    return;
  }
  for (const { epochs, tenures } of state.given) {
    for (const { key } of epochs.filter((one) => one.epoch === epoch)) {
      yield { key, members: (at, leaf) => holder(tenures, at, leaf) };
    }
  }
}

function unreadable(session: Session, state: ChannelState, item: Item): Step {
  if (state.unread.includes(item.seq)) {
    return kept(session, state);
  }
  const { seq, epoch } = item;
  const newest = state.group === null ? state.newest : Math.max(state.newest, epoch);
  const waiting = state.with({ unread: [...state.unread, seq], newest });
  return kept(session, waiting, { kind: "cannot_read", channel: state.id, seq, epoch });
}

function follow(
  state: ChannelState,
  item: Item,
  { author, entry }: OpenedEntry,
  late: boolean,
): [ChannelState, Notice | null] {
  const chains = late ? state.past : state.authors;
  const name = authorOf(author);
  const known = chains.get(name);
  const earlier = state.unread.some((seq) => seq < item.seq);
  const [chain, notice] =
    known === undefined && earlier
      ? [begin(entry), null]
      : (known ?? new AuthorChain()).follow(entry);
  const followed = new Map(chains).set(name, chain);
  return [state.with(late ? { past: followed } : { authors: followed }), notice];
}

function shown(item: Item, opened: OpenedEntry, notice: Notice | null): readonly Effect[] {
  const { device } = opened.author;
  const effects: Effect[] = [];
  if (device !== item.sender) {
    effects.push(warning(item, "sender_spoofed", {}));
  }
  if (notice === "replayed") {
    return [...effects, warning(item, "entry_replayed", {})];
  }
  if (notice !== null) {
    effects.push(warning(item, "entry_withheld", { detail: notice, device }));
  }
  const { channel, seq, at, card } = item;
  return [...effects, { kind: "entry_opened", channel, seq, at, opened, card, notice }];
}

function own(state: ChannelState, entry: Entry): ChannelState {
  const said = without(state, entry.id);
  if (entry.counter >= said.ownCounter) {
    // A device restored from an old copy of its store meets what it had said since.
    return said.with({ ownCounter: entry.counter, ownHead: entry.hash });
  }
  return said;
}

function checkHead(session: Session, circle: CircleId, item: Item, { entry }: OpenedEntry): Step {
  const known = circleOf(session, circle);
  const { circleLength, professional } = entry;
  if (circleLength > MAX_STATEMENTS) {
    // No chain is ever that long: to wait for it would be to fall silent for nothing.
    return stepTo(session, warning(item, "roster_forked", {}));
  }
  if (circleLength > known.chain.length) {
    const claims = new Map(known.claims).set(professional, circleLength);
    const claimed = session.keepCircle(circle, new CircleState({ ...known, claims }));
    return stepTo(claimed, { kind: "fetch_chain", circle });
  }
  const head = known.roster.heads[circleLength - 1];
  if (head === undefined || !equal(head, entry.circleHead)) {
    return stepTo(session, warning(item, "roster_forked", {}));
  }
  return stepTo(session);
}

function warning(
  { channel, seq, sender }: Item,
  concern: Concern,
  known: Partial<Pick<SafetyWarning, "detail" | "device">>,
): SafetyWarning {
  return safetyWarning(concern, { channel, seq, device: sender, ...known });
}
