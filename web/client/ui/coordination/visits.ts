/** A child's visits and appointments as the office minds them: what is late, what is to be said, what comes. */

import type { Ronde } from "../../shell/ronde.ts";
import { type AppointmentView, type CalendarView, beginsAt, isOpen, isToRemake } from "../appointments/served.ts";
import { dressed } from "../clothes.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { labelWord, visitStateWord } from "../nomenclature.ts";
import type { ChildHeader, VisitStanding } from "../served.ts";
import { t } from "../words.ts";
import { Paged } from "./paged.ts";

type Rows = typeof import("../appointments/row.ts");
type Words = typeof import("../appointments/calendar.ts") & typeof import("../appointments/to_book.ts");

/** `rows` draws appointments: it is loaded where there are some. `words` says what they are for. */
export type Visits = { readonly calendar: CalendarView; readonly appointments: readonly AppointmentView[]; readonly rows: Rows | null; readonly words: Words };

/** Fetch a child's days and appointments. */
export async function visitsOf(ronde: Ronde, child: ChildHeader, signal: AbortSignal): Promise<Visits> {
  const [calendars, booking] = await Promise.all([import("../appointments/calendar.ts"), import("../appointments/to_book.ts")]);
  const [calendar, appointments] = await Promise.all([
    calendars.calendarOf(ronde, child.id),
    new Paged<AppointmentView>(ronde, `/children/${child.id}/appointments`).all(signal),
  ]);
  const rows = appointments.length > 0 ? await import("../appointments/row.ts") : null;
  return { words: { ...calendars, ...booking }, calendar, appointments: [...appointments].sort((one, other) => one.slot.start.localeCompare(other.slot.start)), rows };
}

/** What is late or due, what nobody settled, and what comes; `book` asks for an appointment for a visit. */
export function visitsSection(given: {
  readonly ronde: Ronde;
  readonly child: ChildHeader;
  readonly people: People;
  readonly visits: Visits;
  readonly changed: () => void;
}): { readonly element: HTMLElement; readonly book: (visit: string | null) => void } {
  const { ronde, child, people, visits, changed } = given;
  const { calendar, appointments, rows, words } = visits;
  const open = async (visit: string | null, moves: AppointmentView | null): Promise<void> => {
    const { openBooking } = await dressed(import("../appointments/booking.ts"));
    await openBooking({ ronde, child: child.id, people, calendar, moves, visit, done: changed });
  };
  const book = (visit: string | null, moves: AppointmentView | null = null): void => void open(visit, moves);
  const purpose = (each: AppointmentView): string | null => words.purposeOf(calendar, each);
  const late = new Set<string | null>(child.late_visits.map((each) => each.visit));
  const row = (each: AppointmentView): Child => {
    // A visit that is late has its button already, beside the day it was due.
    const remake = late.has(each.visit) ? {} : { remake: (): void => book(each.visit) };
    return rows?.appointmentRow(each, { ronde, people, purpose, move: (moved) => book(moved.visit, moved), changed, ...remake }, isPast(each));
  };
  const missed = appointments.filter((each) => isToRemake(each, appointments));
  const due = child.stage !== "exit" && toBook(child, visits, book, new Set(missed.map((each) => each.visit)));
  const booked = appointments.filter(isOpen).sort((one, other) => Number(isPast(other)) - Number(isPast(one)));
  const element = h(
    "section",
    { class: "section", id: "appointments", tabindex: -1, "aria-label": t("Rendez-vous") },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title" }, t("Rendez-vous")),
      child.included_on !== null && child.stage !== "exit" && h("button", { class: "button button-small", type: "button", onclick: () => book(null) }, icon("plus", "small"), t("Nouveau rendez-vous")),
    ),
    due,
    missed.length + booked.length > 0 && h("ul", { class: "stack-tight" }, [...missed, ...booked].map(row)),
    missed.length + booked.length === 0 && due === false && h("p", { class: "soft" }, t("Aucun rendez-vous à venir.")),
  );
  return { element, book };
}

function isPast(appointment: AppointmentView): boolean {
  return beginsAt(appointment.slot) <= Date.now();
}

/** Visits to book; those of which an appointment was missed are said there. */
function toBook(child: ChildHeader, { calendar, words }: Visits, book: (visit: string) => void, missed: ReadonlySet<string | null>): Child {
  const due = words.visitsToBook(child, calendar.opensDays).filter(({ visit, state }) => state === "late" || !missed.has(visit));
  return due.length > 0 && h("ul", { class: "stack-tight" }, due.map((visit, at) => visitCard(visit, words.betweenWords(visit), { book: () => book(visit.visit), first: at === 0 && child.circle !== null })));
}

/** Once the circle stands, the first visit to book is what the page is for. */
function visitCard(visit: VisitStanding, between: string, { book, first }: { readonly book: () => void; readonly first: boolean }): HTMLElement {
  const late = visit.state === "late";
  return h(
    "li",
    { class: late ? "card card-danger" : "card card-warm" },
    h(
      "div",
      { class: "card-header" },
      h("p", { class: "card-title" }, labelWord(visit.label)),
      h("span", { class: late ? "badge badge-danger" : "badge badge-warm" }, visit.state === "coming" ? t("À fixer") : visitStateWord(visit.state)),
    ),
    visit.window !== null && h("p", { class: "card-note" }, between),
    h("div", { class: "card-footer" }, h("button", { class: first ? "button button-small button-primary" : "button button-small", type: "button", onclick: book }, t("Fixer un rendez-vous"))),
  );
}
