/** What a tap on « Séance faite » says, from what was said before: pure, no clock and no page. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { ForfaitView, Part, SessionForm, SessionView } from "./served.ts";

/** Where one usually holds the sessions of a forfait, and how long the last one took. */
export type Usual = { readonly place: string; readonly minutes: number };

/** A session that this device holds and the server may not have yet. */
export type Claimed = { readonly forfait: string; readonly session: string; readonly form: SessionForm };

/** A forfait with what still waits to be sent counted in. */
export type Standing = {
  readonly done: number;
  readonly left: number;
  readonly next: Part;
  /** One's own sessions of a day, sent or not, that stand. */
  readonly today: readonly (Claimed & { readonly sent: boolean })[];
};

const MINUTE = 60_000;
/** How many of the last places are asked for the usual one. */
const LATEST = 5;

/**
 * Find what a session of a forfait usually is: its own sessions first, then one's others.
 *
 * Null before the first session ever: nothing is supposed, it is asked once.
 */
export function usualOf(forfait: ForfaitView, all: readonly ForfaitView[], me: ProfessionalId | null): Usual | null {
  const own = ownDone(forfait, me);
  const held = own.length > 0 ? own : all.flatMap((each) => ownDone(each, me));
  const latest = held.sort((one, other) => other.start.localeCompare(one.start)).slice(0, LATEST);
  const [last] = latest;
  if (last === undefined || last.minutes === null) return null;
  return { place: oftenest(latest.map((each) => each.place)), minutes: last.minutes };
}

/** A session that has just ended: it began so many minutes ago, and not before midnight. */
export function heldNow(usual: Usual, part: Part, now: Date): SessionForm {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const began = new Date(Math.max(now.getTime() - usual.minutes * MINUTE, midnight.getTime()));
  return { start: wallTime(began), part, done: true, place: usual.place, minutes: usual.minutes, note: "" };
}

/** Count in what waits; what the server already lists is not counted twice. */
export function standingOf(forfait: ForfaitView, waiting: readonly Claimed[], me: ProfessionalId | null, now: Date): Standing {
  const known = new Set(forfait.sessions.map(({ id }) => id));
  const ours = waiting.filter((each) => each.forfait === forfait.id && !known.has(each.session));
  const held = ours.filter(({ form }) => form.done);
  const assessed = forfait.sessions.filter((each) => counts(each) && each.part === "assessment").length;
  const toCome = held.filter(({ form }) => form.part === "assessment").length;
  const today = dayPart(wallTime(now));
  const sent = forfait.sessions
    .filter((each) => each.professional === me && each.taken_back === null)
    .map((each) => ({ forfait: forfait.id, session: each.id, form: each, sent: true }));
  return {
    done: forfait.done + held.length,
    left: Math.max(0, forfait.left - held.length),
    next: assessed + toCome < forfait.assessments ? "assessment" : "session",
    today: [...sent, ...ours.map((each) => ({ ...each, sent: false }))].filter(({ form }) => dayPart(form.start) === today),
  };
}

/** Whether a forfait belongs among those one reports on: open, or finished and nothing followed. */
export function isToReport(forfait: ForfaitView): boolean {
  return forfait.closing === null;
}

/** A moment as the wall clock shows it, to the minute, without an offset. */
export function wallTime(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:00`;
}

/** The day of a wall time. */
export function dayPart(wall: string): string {
  return wall.slice(0, 10);
}

function counts(session: SessionView): boolean {
  return session.done && session.taken_back === null;
}

function ownDone(forfait: ForfaitView, me: ProfessionalId | null): SessionView[] {
  return forfait.sessions.filter((each) => counts(each) && each.professional === me);
}

/** What comes most often; of two, what came last. */
function oftenest(places: readonly string[]): string {
  const times = (place: string): number => places.filter((each) => each === place).length;
  return [...new Set(places)].sort((one, other) => times(other) - times(one))[0] ?? "";
}
