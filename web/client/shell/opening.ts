/** From a place in the log to what a page may show of it: opened when somebody looks. */

import { BadContent, type ContentType, decode, typeOf } from "../core/content.ts";
import type { ChannelId, DeviceId } from "../core/ids.ts";
import type { Roster } from "../core/membership.ts";
import type { Shown } from "../core/session/effects.ts";
import type { Item } from "../core/session/log.ts";
import type { Outgoing } from "../core/session/outgoing.ts";
import { lookThrough } from "../core/session/read.ts";
import type { ChannelState } from "../core/session/state.ts";
import { bytesOf } from "./forms.ts";
import { type LogRecord, decodeRecord } from "./record.ts";
import type { ParkedEntry } from "./remember.ts";
import type { Author, Inside, Moment, ShownEntry } from "./ronde.ts";
import { slices } from "./slices.ts";
import type { Store } from "./store.ts";

/** How many are opened beside each other: the browser ciphers in threads of its own. */
const AT_ONCE = 12;
const REPLAYED = "replayed";
/** Places read at once on the way back. */
const STEP = 200;

/** Read places `from` to `to` of a channel as this device keeps them. */
export async function records(
  store: Store,
  channel: ChannelId,
  from: number,
  to: number,
): Promise<LogRecord[]> {
  const held = await store.log(channel, from, to);
  return [...held].map(([seq, data]) => decodeRecord(channel, seq, data));
}

/** Open records, in their order; what is nothing to look at is left out. No roster, no offices. */
export async function openRecords(
  state: ChannelState,
  held: readonly LogRecord[],
  roster: Roster | null = null,
): Promise<ShownEntry[]> {
  const breathe = slices();
  const shown: ShownEntry[] = [];
  for (let at = 0; at < held.length; at += AT_ONCE) {
    const some = held.slice(at, at + AT_ONCE).map(async (one) => await openRecord(state, one, roster));
    for (const one of await Promise.all(some)) if (one !== null) shown.push(one);
    await breathe();
  }
  return shown;
}

async function openRecord(
  state: ChannelState,
  record: LogRecord,
  roster: Roster | null,
): Promise<ShownEntry | null> {
  const { item, findings } = record;
  const { id, seq, at } = item;
  const sender = authorOf(state, item.sender);
  const sent = { state: "sent", code: null, thread: null, coordinates: false } as const;
  const place = { id, seq, at, card: item.card, ...sent };
  if (findings.members !== undefined) {
    const { added, removed } = findings.members;
    if (added.length + removed.length === 0) return null;
    return { ...place, author: sender, inside: { kind: "members", added, removed } };
  }
  if (item.kind !== "entry" || findings.notice === REPLAYED) return null;
  const [look] = await lookThrough(state, [item]);
  if (look === undefined) return null;
  if (look.kind !== "entry_opened") return { ...place, author: sender, inside: unseen(look) };
  const { entry, author } = look.opened;
  const proven = { professional: author.professional, device: author.device };
  const inside = insideOf(entry.type, entry.body, findings.notice ?? null);
  const coordinates = roster?.coordinated(author.professional, entry.circleLength) ?? false;
  return { ...place, author: proven, coordinates, thread: entry.thread, inside };
}

function unseen(look: Exclude<Shown, { kind: "entry_opened" }>): Inside {
  return look.kind === "cannot_read" ? { kind: "no-key" } : { kind: "fault", fault: look.fault };
}

/** Who we are in a circle as we write. */
export type Ourselves = { readonly author: Author; readonly coordinates: boolean };

/** Show what waits in the outbox. */
export function openOutgoing(outgoing: Outgoing, ourselves: Ourselves, at: Moment): ShownEntry {
  return {
    id: outgoing.id,
    seq: null,
    at,
    ...ourselves,
    inside: insideOf(outgoing.type, outgoing.body, null),
    thread: outgoing.thread,
    card: outgoing.card,
    state: "waiting",
    code: null,
  };
}

/** Show what the log refused. */
export function openParked(parked: ParkedEntry, ourselves: Ourselves): ShownEntry {
  return {
    id: parked.id,
    seq: null,
    at: parked.at,
    ...ourselves,
    inside: insideOf(parked.type, bytesOf(parked.body), null),
    thread: parked.thread,
    card: parked.card,
    state: "parked",
    code: parked.code,
  };
}

/** The last place of a channel up to `upto` that holds what is looked for, or null. */
export async function lastPlace(
  store: Store,
  channel: ChannelId,
  upto: number,
  wanted: (item: Item) => boolean,
): Promise<number | null> {
  const breathe = slices();
  for (let last = upto; last > 0; last -= STEP) {
    const held = await records(store, channel, Math.max(1, last - STEP + 1), last);
    const found = held.findLast(({ item }) => wanted(item));
    if (found !== undefined) return found.item.seq;
    await breathe();
  }
  return null;
}

function insideOf(type: string, body: Uint8Array, notice: string | null): Inside {
  try {
    const content = decode(type, body);
    return { kind: "content", type: typeOf(content) satisfies ContentType, content, notice };
  } catch (error) {
    if (!(error instanceof BadContent)) throw error;
    return { kind: "unknown", type };
  }
}

/** Whose device the server says it was; nobody's word but the server's. */
function authorOf(state: ChannelState, device: DeviceId): Author | null {
  const held = state.tenures.findLast((tenure) => tenure.certificate.device === device);
  return held === undefined ? null : { professional: held.certificate.professional, device };
}

