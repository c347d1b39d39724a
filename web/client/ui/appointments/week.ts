/** A week as columns of days: appointments and busy times at their height, on the clocks of one zone. */

import { dayOf, shortDay, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { t } from "../words.ts";
import type { AgendaEntry, AgendaView } from "./served.ts";

const DAYS = 7;
const FIRST_HOUR = 7;
const LAST_HOUR = 20;
const MINUTES_A_ROW = 15;
const ROWS = ((LAST_HOUR - FIRST_HOUR) * 60) / MINUTES_A_ROW;

export type WeekOptions = {
  /** The first day, YYYY-MM-DD. */
  readonly from: string;
  readonly agenda: AgendaView;
  readonly title: (entry: AgendaEntry) => string;
  readonly href: (entry: AgendaEntry) => string;
};

/** What an instant is on the clocks of a zone: its day, and the minutes since midnight. */
export type Wall = { readonly day: string; readonly minutes: number };

/** Read an instant on the clocks of a zone. */
export function wallOf(at: number, zone: string): Wall {
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at);
  const [day = "", time = "00:00"] = text.split(" ");
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return { day, minutes: hours * 60 + minutes };
}

/** Give the days of a week from its first one. */
export function weekFrom(from: string): readonly string[] {
  const start = Date.parse(`${from}T12:00:00Z`);
  return Array.from({ length: DAYS }, (_, n) => new Date(start + n * 86_400_000).toISOString().slice(0, 10));
}

/** Give the Monday of the week a day is in. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T12:00:00Z`);
  const back = (at.getUTCDay() + 6) % 7;
  return new Date(at.getTime() - back * 86_400_000).toISOString().slice(0, 10);
}

/** Give the rows of the grid that a span takes on a day, or null where it is not on it. */
export function rowsOf(day: string, start: Wall, end: Wall): readonly [number, number] | null {
  if (start.day > day || end.day < day || (end.day === day && end.minutes === 0)) return null;
  const row = (minutes: number): number => Math.min(ROWS, Math.max(0, (minutes - FIRST_HOUR * 60) / MINUTES_A_ROW));
  const from = Math.floor(start.day < day ? 0 : row(start.minutes));
  const to = Math.ceil(end.day > day ? ROWS : row(end.minutes));
  return to <= 0 || from >= ROWS ? null : [from + 1, Math.max(from + 2, to + 1)];
}

/** Draw a week. */
export function weekView(options: WeekOptions): HTMLElement {
  const { agenda, from } = options;
  const today = wallOf(Date.now(), agenda.zone).day;
  const hours = Array.from({ length: LAST_HOUR - FIRST_HOUR }, (_, n) => FIRST_HOUR + n);
  const scale = h("div", { class: "week-scale", "aria-hidden": "true" }, hours.map((hour) => h("span", null, t("{hour} h", { hour }))));
  return h("div", { class: "week" }, scale, weekFrom(from).map((day) => column(day, day === today, options)));
}

function column(day: string, isToday: boolean, { agenda, title, href }: WeekOptions): HTMLElement {
  const placed = (element: HTMLElement, start: number, end: number): Child => {
    const rows = rowsOf(day, wallOf(start, agenda.zone), wallOf(end, agenda.zone));
    if (rows === null) return null;
    const slot = h("li", { class: "week-slot" }, element);
    slot.style.setProperty("grid-row", `${rows[0]} / ${rows[1]}`);
    return slot;
  };
  const entries = agenda.appointments
    .filter(({ status }) => status !== "cancelled")
    .map((each) => placed(h("a", { class: "week-entry", href: href(each) }, h("span", { class: "week-time" }, timeOf(each.slot.start)), h("span", null, title(each))), each.at, each.at + each.slot.duration_minutes * 60_000));
  const busy = agenda.busy.map((each) => placed(h("span", { class: "week-busy" }, t("Occupé")), each.start, each.end));
  return h(
    "section",
    { class: isToday ? "week-day week-today" : "week-day", "aria-label": dayOf(day) },
    h("h2", { class: "week-head" }, shortDay(day)),
    h("ul", { class: "week-slots" }, busy, entries),
  );
}
