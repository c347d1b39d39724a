/** A child's appointments and the visits of the pathway: what was, what comes, what is to be booked. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { calendarOf, purposeOf } from "../appointments/calendar.ts";
import { appointmentRow } from "../appointments/row.ts";
import { type AppointmentView, type CalendarView, beginsAt, isOpen, isToRemake } from "../appointments/served.ts";
import { dressed } from "../clothes.ts";
import { type CircleFrame, circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { shortDay } from "../dates.ts";
import { betweenWords, visitsToBook } from "../appointments/to_book.ts";
import { settingOf } from "../documents/around.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { labelWord, visitStateWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { Listing, VisitStanding } from "../served.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export async function circleAppointmentsPage(context: PageContext): Promise<Page> {
  const { ronde } = context;
  const frame = await circleFrame(context, "appointments");
  const child = frame.glance.child;
  const calendar = await calendarOf(ronde, child.id);
  const [all, { role }] = await Promise.all([appointmentsOf(ronde, child.id), settingOf(ronde, child.id, frame.circle)]);
  const book = async (visit: string | null, moves: AppointmentView | null = null): Promise<void> => {
    try {
      const { openBooking } = await dressed(import("../appointments/booking.ts"));
      await openBooking({ ronde, child: child.id, people: frame.people, calendar, moves, visit, done: context.again });
    } catch (error) {
      toast(said(error));
    }
  };
  const asked = context.place.query.get("book");
  if (asked !== null && calendar.visits.some(({ code }) => code === asked)) {
    context.filter({ book: null });
    queueMicrotask(() => void book(asked));
  }
  return {
    title: childName(child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h(
        "div",
        { class: "page" },
        h("div", { class: "row-between" }, h("a", { class: "button button-quiet", href: `/circles/${frame.circle}/meetings` }, icon("people", "small"), t("Réunions (RCP)")), h("button", { class: "button button-primary", type: "button", onclick: () => void book(null) }, icon("plus", "small"), t("Nouveau rendez-vous"))),
        toBook(frame, calendar.opensDays, (visit) => void book(visit)),
        lists(context, frame, calendar, all, role, (visit, moves) => void book(visit, moves)),
      ),
    ),
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

/** Visits that may be booked, or are late, and that nobody has booked. */
function toBook(frame: CircleFrame, opensDays: number, book: (visit: string) => void): Child {
  const open = visitsToBook(frame.glance.child, opensDays);
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
  const until = betweenWords(visit);
  return h(
    "li",
    { class: late ? "card card-danger" : "card card-warm" },
    h(
      "div",
      { class: "card-header" },
      h("p", { class: "card-title" }, labelWord(visit.label)),
      h("span", { class: late ? "badge badge-danger" : "badge badge-warm" }, visit.state === "coming" ? t("À fixer") : visitStateWord(visit.state)),
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
  role: string,
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
    purpose: (each: AppointmentView) => purposeOf(calendar, each),
    write: reports(context, frame, calendar, role),
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

/** How the reader writes the report of a visit, if it has one and theirs is a profession that does. */
function reports(context: PageContext, frame: CircleFrame, calendar: CalendarView, role: string) {
  return ({ visit: held }: AppointmentView): (() => Promise<void>) | null => {
    const visit = calendar.visits.find(({ code }) => code === held);
    if (visit === undefined || visit.form === null || !visit.fillers.includes(role)) return null;
    const { code, form } = visit;
    return async () => {
      const { openReport } = await import("../appointments/report.ts");
      await openReport(context, frame.glance.child.id, frame.circle, code, form);
    };
  };
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
