/** What the list is narrowed to, as it stands in the address, and what is asked of the server for it. */

import { localDay } from "../dates.ts";
import { type NoticeMedium, type NoticeState, STATES } from "./served.ts";

export const PERIODS = [7, 30, 90, 365] as const;
type Period = (typeof PERIODS)[number];
const DAY_MS = 86_400_000;

/** Without anything in the address: what somebody must see to. */
export type View = NoticeState | "in_need" | "all";
export type NoticeFilter = { readonly view: View; readonly medium: NoticeMedium | null; readonly period: Period };

/** Read a filter out of an address; what makes no sense there is left out. */
export function filterIn(query: URLSearchParams): NoticeFilter {
  const [state, medium, period] = ["state", "medium", "period"].map((name) => query.get(name));
  const view = state === "all" ? "all" : STATES.find((each) => each === state);
  return {
    view: view ?? "in_need",
    medium: medium === "sms" || medium === "email" ? medium : null,
    period: PERIODS.find((each) => String(each) === period) ?? PERIODS[0],
  };
}

/** Write a filter into an address. */
export function queryOf({ view, medium, period }: NoticeFilter): Readonly<Record<string, string | null>> {
  return {
    state: view === "in_need" ? null : view,
    medium,
    period: period === PERIODS[0] ? null : String(period),
  };
}

/** The page that follows a cursor. */
export function listPath(filter: NoticeFilter, limit: number, after: string, now = Date.now()): string {
  const asked = new URLSearchParams({ limit: String(limit), from: firstDay(filter, now) });
  if (after !== "") asked.set("after", after);
  if (filter.view !== "all") asked.set("state", filter.view);
  if (filter.medium !== null) asked.set("medium", filter.medium);
  return `/notices?${asked}`;
}

/** The numbers of a period. */
export function countsPath(filter: NoticeFilter, now = Date.now()): string {
  return `/notices/counts?from=${firstDay(filter, now)}`;
}

/** Whether the period makes a difference: what waits or fails now is shown whatever its day. */
export function hasPeriod({ view }: NoticeFilter): boolean {
  return !["in_need", "planned", "claimed", "sending"].includes(view);
}

function firstDay({ period }: NoticeFilter, now: number): string {
  return localDay(now - period * DAY_MS);
}
