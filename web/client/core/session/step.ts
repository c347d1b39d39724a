/** One step of a session: the state it leads to, and what it asks of the shell. */

import type { ChannelId, CircleId } from "../ids.ts";
import type { CatchUp, Effect, FetchChain, Rejoin } from "./effects.ts";
import type { ChannelState, CircleState, Session } from "./state.ts";

/** The session was never told of this channel, or has no group in it. */
export class UnknownChannel extends Error {}

/** This device holds no leaf of the channel's group. */
export class NotInChannel extends Error {}

/** The session holds no membership chain of this circle: without one it does not go on. */
export class UnknownCircle extends Error {}

/** Persist `session` first; then do `effects`, in order. */
export type Step = { readonly session: Session; readonly effects: readonly Effect[] };

/** Return the step to a session. */
export function stepTo(session: Session, ...effects: readonly Effect[]): Step {
  return { session, effects };
}

/** Take a further step and return both as one. */
export async function further(
  step: Step,
  goOn: (session: Session) => Step | Promise<Step>,
): Promise<Step> {
  const next = await goOn(step.session);
  return stepTo(next.session, ...step.effects, ...next.effects);
}

/** Return the step that only changes a channel. */
export function kept(session: Session, channel: ChannelState, ...effects: readonly Effect[]): Step {
  return stepTo(session.keep(channel), ...effects);
}

/** Ask the shell to read on. */
export function catchUp(state: ChannelState): CatchUp {
  return { kind: "catch_up", channel: state.id, after: state.cursor };
}

/** Ask the shell for a fresher chain. */
export function fetchChain(state: ChannelState): FetchChain {
  return { kind: "fetch_chain", circle: state.circle };
}

/** Tell the shell that the thread of a channel is lost. */
export function lost(state: ChannelState): Rejoin {
  return { kind: "rejoin", channel: state.id };
}

/** Return what is known of a channel; throws UnknownChannel if nothing is. */
export function channelOf(session: Session, channel: ChannelId): ChannelState {
  const state = session.channels.get(channel);
  if (state === undefined) {
    throw new UnknownChannel();
  }
  return state;
}

/** Return what is known of a circle; throws UnknownCircle if nothing is. */
export function circleOf(session: Session, circle: CircleId): CircleState {
  const state = session.circles.get(circle);
  if (state === undefined) {
    throw new UnknownCircle();
  }
  return state;
}

/**
 * Return what is known of a channel whose group we are in.
 *
 * @throws UnknownChannel Nothing is known of it.
 * @throws NotInChannel We were removed, or never joined.
 */
export function joined(session: Session, channel: ChannelId): ChannelState {
  const state = channelOf(session, channel);
  if (state.phase !== "member") {
    throw new NotInChannel();
  }
  return state;
}
