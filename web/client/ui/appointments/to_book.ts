/** Visits that may be booked: from some days before their window opens, and as long as they are late. */

import { dayOf } from "../dates.ts";
import type { ChildHeader, VisitStanding } from "../served.ts";
import { t } from "../words.ts";

const DAY_MS = 86_400_000;

/**
 * Give the visits of a child that nobody has booked and that may be by now, the late ones
 * first. `opensDays` is the pathway's: how long before its window a visit may be booked.
 */
export function visitsToBook(child: Pick<ChildHeader, "late_visits" | "next_visit">, opensDays: number, now = Date.now()): readonly VisitStanding[] {
  const next = child.next_visit;
  if (next === null || next.window === null || !["due", "coming"].includes(next.state)) return child.late_visits;
  const opens = Date.parse(next.window.opens) - opensDays * DAY_MS;
  return opens <= now ? [...child.late_visits, next] : child.late_visits;
}

/** Say between which days a visit is to be held. */
export function betweenWords({ state, window }: VisitStanding): string {
  if (window === null) return "";
  if (state === "late") return t("à faire avant le {day}", { day: dayOf(window.closes) });
  return t("à prévoir entre le {opens} et le {closes}", { opens: dayOf(window.opens), closes: dayOf(window.closes) });
}
