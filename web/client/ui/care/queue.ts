/** Sessions on their way to the server: a list in, a list out. */

import type { Claimed } from "./claiming.ts";
import type { Mender, SessionForm } from "./served.ts";

/** Why the server did not take a session. */
export type Refusal = { readonly code: string; readonly title: string; readonly mender: Mender | null };

/**
 * A session that is on this device alone, as far as one knows.
 *
 * `tried`: it was asked for once, so the server may have it. `undo`: it is to be taken back,
 * once the server has said that it has it.
 */
export type Waiting = Claimed & {
  readonly at: number;
  readonly tried: boolean;
  readonly undo: boolean;
  readonly refused: Refusal | null;
};

export type Queue = readonly Waiting[];

/** Put a session at the end. */
export function added(queue: Queue, claim: Claimed, at: number): Queue {
  return [...queue.filter(({ session }) => session !== claim.session), { ...claim, at, tried: false, undo: false, refused: null }];
}

/** Note that a session was asked for. */
export function tried(queue: Queue, session: string): Queue {
  return changed(queue, session, { tried: true });
}

/** Take a session out: the server has it, or nobody wants it. */
export function without(queue: Queue, session: string): Queue {
  return queue.filter((each) => each.session !== session);
}

/** The server has a session; one that somebody took back meanwhile stays until it is `undone` there. */
export function arrived(queue: Queue, session: string, undone: boolean): Queue {
  const late = !undone && queue.some((each) => each.session === session && each.undo);
  return late ? queue : without(queue, session);
}

/** Note why a session was refused; one that was to be taken back anyway is gone. */
export function refused(queue: Queue, session: string, refusal: Refusal): Queue {
  if (queue.some((each) => each.session === session && each.undo)) return without(queue, session);
  return changed(queue, session, { refused: refusal });
}

/** Take a session back: out of the list if nobody has heard of it, else once it has arrived. */
export function undone(queue: Queue, session: string): Queue {
  const held = queue.find((each) => each.session === session);
  if (held === undefined || !held.tried || held.refused !== null) return without(queue, session);
  return changed(queue, session, { undo: true });
}

/** Ask again for a session that was refused, said otherwise or just as it was; a new one by its id. */
export function again(queue: Queue, session: string, form: SessionForm, fresh: string): Queue {
  return queue.map((each) => (each.session === session ? { ...each, session: fresh, form, tried: false, refused: null } : each));
}

/** The session that goes next; what was refused waits for its author. */
export function nextOf(queue: Queue): Waiting | null {
  return queue.find((each) => each.refused === null) ?? null;
}

/** What counts as said: not what was refused, nor what is to be taken back. */
export function standing(queue: Queue): Queue {
  return queue.filter((each) => each.refused === null && !each.undo);
}

function changed(queue: Queue, session: string, change: Partial<Waiting>): Queue {
  return queue.map((each) => (each.session === session ? { ...each, ...change } : each));
}
