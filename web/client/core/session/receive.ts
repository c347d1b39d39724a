/**
 * Taking in a channel's log, item by item, in order.
 *
 * What does not hold is reported and passed over, with the state as it was: a forged
 * commit must not keep the real one from being processed.
 */

import type { Moment } from "../canonical.ts";
import type { ChannelId } from "../ids.ts";
import { equal } from "../mls/suite.ts";
import { EpochKey } from "../past.ts";
import type { Item } from "./log.ts";
import { joinPasts, readEntry } from "./read.ts";
import { advance } from "./send.ts";
import type { ChannelState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import { catchUp, channelOf, circleOf, further, kept, lost, stepTo } from "./step.ts";

/** No group will ever come near; the epoch after it is still a number held exactly. */
export const MAX_EPOCH = Number.MAX_SAFE_INTEGER - 1;

/**
 * Take in items of one channel, then do what has become possible.
 *
 * Items seen before are passed over, unless there is a key for them now; after a gap
 * nothing more is taken and the shell is asked to catch up.
 */
export async function receiveItems(
  session: Session,
  channel: ChannelId,
  items: readonly Item[],
  { now }: { readonly now: Moment },
): Promise<Step> {
  let step = stepTo(session);
  for (const item of items) {
    const state = channelOf(step.session, channel);
    if (item.channel !== channel) {
      continue;
    }
    if (item.seq > state.cursor + 1) {
      return stepTo(step.session, ...step.effects, catchUp(state));
    }
    step = await further(step, (then) => take(then, item, now));
    if (channelOf(step.session, channel).cursor < item.seq) {
      // It waits for a fresher chain, and so does all that follows.
      break;
    }
  }
  step = await further(step, (then) => settle(then, channel));
  return further(step, (then) => advance(then, channel, { now }));
}

async function take(session: Session, item: Item, now: Moment): Promise<Step> {
  const before = channelOf(session, item.channel);
  if (item.seq <= before.cursor) {
    const again = before.unread.includes(item.seq) && item.kind === "entry";
    return again ? readEntry(session, before, item) : stepTo(session);
  }
  const state = before.with({ cursor: item.seq });
  if (!Number.isInteger(item.epoch) || item.epoch < 0 || item.epoch > MAX_EPOCH) {
    return kept(session, state);
  }
  switch (item.kind) {
    case "create":
      return dated(await takeCreate(session, state, item), state, now);
    case "entry":
      return readEntry(session, state, item);
    case "commit": {
      const { takeCommit } = await import("./changing.ts");
      return dated(await takeCommit(session, state, inOrder(state, item)), state, now);
    }
    case "history":
      return (await import("./changing.ts")).takeHistory(session, state, item);
  }
}

/**
 * Date a commit no earlier than the epochs before it, whatever the server says.
 *
 * Dated back, it could let in a certificate or a key package that was over by then.
 */
function inOrder({ epochs }: ChannelState, item: Item): Item {
  return { ...item, at: epochs.reduce((at, { began }) => Math.max(at, began), item.at) };
}

/**
 * Let no epoch begin after we heard of it, whatever the server says.
 *
 * Dated ahead, it would be handed to newcomers who may read since a later day only (R9).
 */
function dated(step: Step, before: ChannelState, now: Moment): Step {
  const state = channelOf(step.session, before.id);
  const fresh = state.epochs.slice(before.epochs.length);
  if (fresh.every(({ began }) => began <= now)) return step;
  const heard = fresh.map((known) => new EpochKey({ ...known, began: Math.min(known.began, now) }));
  return kept(step.session, state.with({ epochs: [...before.epochs, ...heard] }), ...step.effects);
}

function settle(session: Session, channel: ChannelId): Step {
  const [state, effects] = joinPasts(channelOf(session, channel));
  const isLost = state.behind && state.pending === null;
  return kept(session, state, ...effects, ...(isLost ? [lost(state)] : []));
}

async function takeCreate(session: Session, state: ChannelState, item: Item): Promise<Step> {
  const { pending } = state;
  if (pending === null || pending.kind !== "create") {
    return kept(session, state);
  }
  if (pending.id !== item.id || !equal(pending.body, item.body)) {
    // Somebody else began this channel; we wait to be added.
    return kept(session, state.with({ pending: null }));
  }
  const { roster } = circleOf(session, state.circle);
  const { adopt } = await import("./changing.ts");
  return adopt(session, state, await pending.group.awake(), item, { roster });
}
