/** What leaves a device: one thing at a time for each channel, in the order it was made. */

import type { Moment } from "../canonical.ts";
import { Entry, seal } from "../entry.ts";
import type { ChannelId, DeviceId, EntryId } from "../ids.ts";
import { newId } from "../ids.ts";
import type { Roster } from "../membership.ts";
import { Refused } from "../mls/refused.ts";
import { isActive, strangers } from "../policy.ts";
import { GroupAtRest } from "./at_rest.ts";
import type { Effect, Send } from "./effects.ts";
import { safetyWarning } from "./effects.ts";
import type { AppendRequest } from "./log.ts";
import { Outgoing, Pending, Sealed, Wanted } from "./outgoing.ts";
import type { ChannelState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import {
  catchUp,
  channelOf,
  circleOf,
  fetchChain,
  further,
  kept,
  lost,
  NotInChannel,
  stepTo,
} from "./step.ts";

export const STALE_EPOCH = "stale_epoch";
/** Refusals after which nothing was stored and the same thing may succeed in the next epoch. */
const WAIT = [STALE_EPOCH, "channel_frozen", "not_in_group"];

type At = { readonly now: Moment };

/**
 * Do the next thing that a channel waits for, if nothing is on its way already.
 *
 * A wanted change goes before entries. Somebody off the roster in the group is removed
 * before anything is said (R13); without an up-to-date chain nothing is done at all.
 */
export async function advance(session: Session, channel: ChannelId, { now }: At): Promise<Step> {
  const state = channelOf(session, channel);
  const circle = circleOf(session, state.circle);
  const { group } = state;
  const idle = state.wanted.isNothing && state.outbox.length === 0;
  if (group === null || !maySend(state) || idle) {
    return stepTo(session);
  }
  if (circle.outdated) {
    return stepTo(session, fetchChain(state));
  }
  const off = await strangers(circle.roster, state.members);
  if (off.length > 0 && circle.checks <= state.checked) {
    // Whoever has just come may be on a roster that we have not seen yet.
    return stepTo(session, fetchChain(state), catchUp(state));
  }
  const blocked = off.length > 0 && state.blocked === circle.chain.length;
  if (blocked || off.includes(session.device.id)) {
    return stepTo(session);
  }
  const change = await dueChange(state, circle.roster, off);
  if (!change.isNothing) {
    return commit(session, state, group, { change, now });
  }
  return sendFirst(session, state, group, circle.roster);
}

/** Return what to do after a start or a reconnect: ask again for all that had no answer. */
export function resend(session: Session): readonly Effect[] {
  return [...session.channels.values()].flatMap(unanswered);
}

/** Take the log's yes. A commit is adopted when the log shows it, not before (R5). */
export async function acknowledge(
  session: Session,
  request: AppendRequest,
  seq: number,
  { now }: At,
): Promise<Step> {
  const state = channelOf(session, request.channel);
  if (state.pending?.id === request.id) {
    return stepTo(session, catchUp(state));
  }
  if (state.outbox.every((outgoing) => outgoing.id !== request.id)) {
    return stepTo(session);
  }
  const news: Effect[] = [{ kind: "entry_stored", channel: state.id, id: request.id, seq }];
  if (seq <= state.cursor) {
    // We have read that far and it was not there: the log is another than it was.
    const detail = "log_rewound";
    news.push(safetyWarning("group_forked", { channel: state.id, seq, detail }));
  }
  const step = kept(session, without(state, request.id), ...news);
  return further(step, (then) => advance(then, state.id, { now }));
}

/**
 * Take the log's no: after `stale_epoch` nothing was stored, and we try again (R5).
 *
 * What can never succeed is put aside with an event and blocks nothing behind it.
 */
export async function refuse(
  session: Session,
  request: AppendRequest,
  code: string,
  { now }: At,
): Promise<Step> {
  const state = channelOf(session, request.channel);
  if (state.pending?.id === request.id) {
    return refusePending(session, state, state.pending, { code, now });
  }
  const outgoing = state.outbox.find((one) => one.id === request.id);
  const sealed = outgoing?.sealed ?? null;
  if (outgoing === undefined || sealed === null || sealed.epoch !== request.epoch) {
    // The answer to a ciphertext that was replaced since.
    return stepTo(session);
  }
  if (WAIT.includes(code)) {
    const held = new Outgoing({ ...outgoing, sealed: new Sealed({ ...sealed, held: true }) });
    const waiting = state.outbox.map((one) => (one === outgoing ? held : one));
    return wait(session, state.with({ outbox: waiting }), code);
  }
  const outbox = state.outbox.filter((one) => one !== outgoing);
  const parked: Effect = { kind: "entry_parked", channel: state.id, id: request.id, code };
  const step = kept(session, state.with({ outbox }), parked);
  return further(step, (then) => advance(then, state.id, { now }));
}

/** Take an entry that the log has out of the outbox, and chain the next one to it. */
export function without(state: ChannelState, stored: EntryId): ChannelState {
  const outgoing = state.outbox.find((one) => one.id === stored);
  if (outgoing === undefined) {
    return state;
  }
  const outbox = state.outbox.filter((one) => one !== outgoing);
  if (outgoing.kind !== "entry" || outgoing.sealed === null) {
    return state.with({ outbox });
  }
  return state.with({
    outbox,
    ownCounter: state.ownCounter + 1,
    ownHead: outgoing.sealed.hash,
  });
}

/** Keep a pending creation or commit and ask the log for it: stored before sent (R5). */
export function pendingStep(session: Session, state: ChannelState, pending: Pending): Step {
  const send = { ...sending(pending.request(state.id)), attempt: state.attempt };
  return kept(session, state.with({ pending }), send);
}

function maySend(state: ChannelState): boolean {
  return state.phase === "member" && state.pending === null && !state.behind;
}

function unanswered(state: ChannelState): readonly Effect[] {
  const effects: Effect[] = [];
  if (state.pending !== null && !state.pending.refused) {
    effects.push(sending(state.pending.request(state.id)));
  }
  const [first] = state.outbox;
  if (first !== undefined && first.sealed !== null && !first.sealed.held) {
    effects.push(sending(first.request(state.id, first.sealed)));
  }
  effects.push(catchUp(state));
  if (state.unread.length > 0 && state.given.length > 0) {
    effects.push({ kind: "read_again", channel: state.id, seqs: state.unread });
  }
  return effects;
}

async function dueChange(
  state: ChannelState,
  roster: Roster,
  off: readonly DeviceId[],
): Promise<Wanted> {
  const removes = [...new Set([...state.wanted.removes, ...off])];
  const devices = state.members.map((tenure) => tenure.certificate.device);
  const present = new Set(devices.filter((device) => !removes.includes(device)));
  const adds: Uint8Array[] = [];
  for (const one of state.wanted.adds) {
    const { certificateIn } = await import("./changing.ts");
    const certificate = certificateIn(one);
    if ((await isActive(roster, certificate)) && !present.has(certificate.device)) {
      adds.push(one);
    }
  }
  return new Wanted({ ...state.wanted, adds, removes });
}

async function commit(
  session: Session,
  state: ChannelState,
  before: GroupAtRest,
  { change, now }: { readonly change: Wanted; readonly now: Moment },
): Promise<Step> {
  const { BadBundle, Bundle, leavesOf, opened } = await import("./changing.ts");
  const packages = opened(change.adds);
  const leaves = leavesOf(state, change.removes);
  const awake = await before.awake();
  try {
    const { group, ...messages } = await awake.commit(packages, leaves, { now });
    const groupInfo = await group.groupInfo();
    const keyPackages = packages.map((one) => one.reference());
    const bundle = new Bundle({ ...messages, groupInfo, keyPackages });
    const place = { id: newId() as EntryId, kind: "commit", epoch: state.epoch } as const;
    const next = { body: bundle.encode(), group: GroupAtRest.of(group) };
    return pendingStep(session, state, new Pending({ ...place, ...next }));
  } catch (error) {
    if (error instanceof Refused || error instanceof BadBundle) {
      return dropChange(session, state, { code: "refused", adding: packages.length > 0, now });
    }
    throw error;
  }
}

async function sendFirst(
  session: Session,
  state: ChannelState,
  { leaf }: GroupAtRest,
  roster: Roster,
): Promise<Step> {
  const [first, ...rest] = state.outbox;
  if (first === undefined || first.sealed?.epoch === state.epoch) {
    // On its way, or refused for an epoch that the log says is over.
    return stepTo(session);
  }
  const sealed =
    first.kind === "entry"
      ? await sealedBy(session, state, first, { leaf, roster })
      : new Sealed({ epoch: state.epoch, body: first.body });
  const outbox = [new Outgoing({ ...first, sealed }), ...rest];
  return kept(session, state.with({ outbox }), sending(first.request(state.id, sealed)));
}

async function sealedBy(
  session: Session,
  state: ChannelState,
  outgoing: Outgoing,
  { leaf, roster }: { readonly leaf: number; readonly roster: Roster },
): Promise<Sealed> {
  const current = state.epochs.at(-1);
  if (current === undefined) {
    throw new NotInChannel();
  }
  const { id, type, thread, body } = outgoing;
  const entry = new Entry({
    channel: state.id,
    epoch: current.epoch,
    professional: session.device.professional,
    leaf,
    id,
    type,
    thread,
    previous: state.ownHead,
    counter: state.ownCounter + 1,
    circleLength: roster.statements.length,
    circleHead: roster.head,
    body,
  });
  const signatureKey = session.device.signatureKey.private;
  const envelope = await seal(entry, { key: current.key, signatureKey });
  return new Sealed({ epoch: current.epoch, body: envelope.encode(), hash: entry.hash });
}

type Answered = { readonly code: string; readonly now: Moment };

async function refusePending(
  session: Session,
  state: ChannelState,
  pending: Pending,
  { code, now }: Answered,
): Promise<Step> {
  if (code === STALE_EPOCH) {
    const refused = new Pending({ ...pending, refused: true });
    return wait(session, state.with({ pending: refused, attempt: state.attempt + 1 }), code);
  }
  const { Bundle } = await import("./changing.ts");
  const adding = Bundle.decode(pending.body).keyPackages.length > 0;
  return dropChange(session, state, { code, adding, now });
}

function dropChange(
  session: Session,
  state: ChannelState,
  { code, adding, now }: Answered & { readonly adding: boolean },
): Promise<Step> {
  // Without the newcomers the rest may pass; if there were none, it is not asked for
  // again under this chain.
  const blocked = adding ? state.blocked : circleOf(session, state.circle).chain.length;
  const dropped = state.with({ pending: null, wanted: new Wanted(), attempt: 0, blocked });
  const step = kept(session, dropped, { kind: "commit_refused", channel: state.id, code });
  return further(step, (then) => advance(then, state.id, { now }));
}

function wait(session: Session, state: ChannelState, code: string): Step {
  // The log confirms what a commit that we refused made us doubt: it went on without us.
  if (code === STALE_EPOCH && state.group !== null && state.doubt > state.epoch) {
    const newest = Math.max(state.newest, state.doubt);
    return kept(session, state.with({ newest, pending: null }), lost(state));
  }
  const news = code === STALE_EPOCH ? [] : [fetchChain(state)];
  return kept(session, state, catchUp(state), ...news);
}

function sending(request: AppendRequest): Send {
  return { kind: "send", request, attempt: 0 };
}
