/** A child's appointments and the visits of the pathway: what was, what comes, what is to be booked. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { openBooking } from "../appointments/booking.ts";
import { appointmentRow } from "../appointments/row.ts";
import { type AppointmentView, type CalendarView, type DaysForm, beginsAt, isOpen, isToRemake } from "../appointments/served.ts";
import { type CircleFrame, childName, circleFrame } from "../circle/frame.ts";
import { dayOf, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { PathwayForm } from "../documents/served.ts";
import { icon } from "../icons.ts";
import { labelWord, visitStateWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing, VisitStanding } from "../served.ts";
import { t } from "../words.ts";

export async function circleAppointmentsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await circleFrame(context, "appointments");
  const child = frame.glance.child;
  const calendar = await calendarOf(ronde, child.id);
  const all = await appointmentsOf(ronde, child.id);
  const book = (visit: string | null, moves: AppointmentView | null = null): void =>
    openBooking({ ronde, child: child.id, people: frame.people, calendar, moves, visit, done: context.again });
  return {
    title: childName(child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h("div", { class: "row-between" }, h("a", { class: "button button-quiet", href: `/circles/${frame.circle}/meetings` }, icon("people", "small"), t("Réunions (RCP)")), h("button", { class: "button button-primary", type: "button", onclick: () => book(null) }, icon("plus", "small"), t("Nouveau rendez-vous"))),
        toBook(frame, book),
        lists(context, frame, calendar, all, book),
      ),
    ),
  };
}

async function calendarOf(ronde: Ronde, child: ChildId): Promise<CalendarView> {
  const { value: pathway } = await ronde.api.read<PathwayForm>("/pathway");
  const { value: days } = await ronde.api.read<DaysForm>(`/children/${child}/calendar`);
  const windows = new Map(days.visits.map((each) => [each.visit, each.window] as const));
  return {
    visits: pathway.visits.map(({ code, label }) => ({ code, label, window: windows.get(code) ?? null })),
  };
}

async function appointmentsOf(ronde: Ronde, child: ChildId): Promise<readonly AppointmentView[]> {
  const found: AppointmentView[] = [];
  let after: string | null = "";
  while (after !== null) {
    const path: string = `/children/${child}/appointments?after=${after}`;
    const { value }: { value: Listing<AppointmentView> } = await ronde.api.read(path);
    found.push(...value.items);
    after = value.next;
  }
  return found.sort((one, other) => one.slot.start.localeCompare(other.slot.start));
}

/** Visits that are due or late and that nobody has booked. */
function toBook(frame: CircleFrame, book: (visit: string) => void): Child {
  const child = frame.glance.child;
  const next = child.next_visit;
  const open = [...child.late_visits, ...(next !== null && next.state === "due" ? [next] : [])];
  if (open.length === 0) return null;
  return h(
    "section",
    { class: "section" },
    h("h2", { class: "section-title" }, t("À prévoir")),
    h("ul", { class: "stack-tight" }, open.map((visit) => visitCard(visit, () => book(visit.visit)))),
  );
}

function visitCard(visit: VisitStanding, book: () => void): HTMLElement {
  const late = visit.state === "late";
  const until = visit.window === null ? "" : t("à faire avant le {day}", { day: dayOf(visit.window.closes) });
  return h(
    "li",
    { class: late ? "card card-danger" : "card card-warm" },
    h(
      "div",
      { class: "card-header" },
      h("p", { class: "card-title" }, labelWord(visit.label)),
      h("span", { class: late ? "badge badge-danger" : "badge badge-warm" }, visitStateWord(visit.state)),
    ),
    h("p", { class: "card-note" }, until),
    h("div", { class: "card-footer" }, h("button", { class: "button button-small", type: "button", onclick: book }, t("Fixer un rendez-vous"))),
  );
}

function lists(
  context: PageContext,
  frame: CircleFrame,
  calendar: CalendarView,
  all: readonly AppointmentView[],
  book: (visit: string | null, moves?: AppointmentView) => void,
): Child {
  const now = Date.now();
  const past = (each: AppointmentView): boolean => beginsAt(each.slot) <= now;
  const unsettled = all.filter((each) => isOpen(each) && past(each));
  const coming = all.filter((each) => isOpen(each) && !past(each));
  const missed = all.filter((each) => isToRemake(each, all));
  const gone = all.filter((each) => !isOpen(each) && !missed.includes(each)).reverse();
  const options = {
    ronde: context.ronde,
    people: frame.people,
    visitName: (code: string) => visitName(calendar, code),
    move: (each: AppointmentView) => book(each.visit, each),
    changed: context.again,
    remake: (each: AppointmentView) => book(each.visit),
  };
  const part = (title: string, held: readonly AppointmentView[]): Child =>
    held.length > 0 &&
    h(
      "section",
      { class: "section" },
      h("h2", { class: "section-title" }, title),
      h("ul", { class: "stack-tight" }, held.map((each) => appointmentRow(each, options, past(each)))),
    );
  if (all.length === 0) return nothing(calendar);
  return [part(t("La famille est-elle venue ?"), unsettled), part(t("Manqués, à refixer"), missed), part(t("À venir"), coming), part(t("Passés ou annulés"), gone), visits(calendar)];
}

function visitName(calendar: CalendarView, code: string): string {
  const found = calendar.visits.find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

/** All visits of the pathway, with this child's days. */
function visits(calendar: CalendarView): HTMLElement {
  return h(
    "details",
    { class: "card" },
    h("summary", { class: "strong" }, t("Toutes les visites du parcours")),
    h(
      "dl",
      { class: "facts" },
      calendar.visits.map((each) =>
        h(
          "div",
          null,
          h("dt", null, labelWord(each.label)),
          h("dd", null, each.window === null ? t("date inconnue") : t("du {opens} au {closes}", { opens: shortDay(each.window.opens), closes: shortDay(each.window.closes) })),
        ),
      ),
    ),
  );
}

function nothing(calendar: CalendarView): Child[] {
  return [
    h(
      "div",
      { class: "empty" },
      icon("calendar"),
      h("p", { class: "empty-title" }, t("Aucun rendez-vous pour l'instant")),
      h("p", null, t("Un rendez-vous fixé ici prévient la famille à temps, et le lui rappelle.")),
    ),
    visits(calendar),
  ];
}
