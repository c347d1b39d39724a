/** My agenda: a week of my own appointments, as a list on a phone and as a week where there is room. */

import { atOnce } from "../at_once.ts";
import type { AgendaEntry, AgendaView } from "../appointments/served.ts";
import { mondayOf, wallOf, weekFrom, weekView } from "../appointments/week.ts";
import { elsewhereWords } from "../appointments/when.ts";
import { childName } from "../circle/naming.ts";
import { dayOf, localDay, shortDate, timeOf } from "../dates.ts";
import { row } from "../day/rows.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { appointmentWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { MyDay } from "../served.ts";
import { t } from "../words.ts";

const WEEK_DAYS = 7;

/** Draw the week that the address names, or this one. */
export async function agendaPage({ ronde, place }: PageContext): Promise<Page> {
  const from = mondayOf(asked(place.query.get("from")) ?? localDay());
  const [{ value: agenda }, { value: day }] = await Promise.all([
    atOnce<AgendaView>(ronde, `/me/agenda?from=${from}&days=${WEEK_DAYS}`),
    atOnce<MyDay>(ronde, "/day"),
  ]);
  const children = new Map(day.circles.map(({ id, child }) => [child.id, { circle: id, name: childName(child) }] as const));
  const title = (entry: AgendaEntry): string => children.get(entry.child)?.name ?? t("Un enfant");
  const href = (entry: AgendaEntry): string => {
    const known = children.get(entry.child);
    return known === undefined ? "/circles" : `/circles/${known.circle}/appointments`;
  };
  const clocks = elsewhereWords(agenda.zone);
  return {
    title: t("Mon agenda"),
    element: h(
      "div",
      { class: "page page-wide" },
      h("header", { class: "page-header" }, h("h1", { class: "page-title" }, t("Mon agenda")), h("p", { class: "page-lead" }, weekWords(from), clocks !== null && ` · ${clocks}`)),
      steps(from),
      h("div", { class: "agenda-week" }, weekView({ from, agenda, title, href })),
      h("div", { class: "agenda-list" }, listOf(from, agenda, title, href)),
      h("p", { class: "small screen-only" }, h("a", { href: "/account/agenda" }, t("Relier un téléphone, reprendre un agenda"))),
    ),
  };
}

function asked(day: string | null): string | null {
  return day !== null && /^\d{4}-\d{2}-\d{2}$/u.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
}

function weekWords(from: string): string {
  const days = weekFrom(from);
  return t("Semaine du {first} au {last}", { first: shortDate(from), last: shortDate(days.at(-1) ?? from) });
}

function steps(from: string): HTMLElement {
  const at = (weeks: number): string => new Date(Date.parse(`${from}T12:00:00Z`) + weeks * WEEK_DAYS * 86_400_000).toISOString().slice(0, 10);
  return h(
    "nav",
    { class: "row", "aria-label": t("Semaines") },
    h("a", { class: "button button-small", href: `/agenda?from=${at(-1)}` }, t("Semaine d'avant")),
    h("a", { class: "button button-small", href: "/agenda" }, t("Cette semaine")),
    h("a", { class: "button button-small", href: `/agenda?from=${at(1)}` }, t("Semaine d'après")),
  );
}

function listOf(from: string, agenda: AgendaView, title: (entry: AgendaEntry) => string, href: (entry: AgendaEntry) => string): Child {
  const days = weekFrom(from).map((day) => [day, agenda.appointments.filter((each) => wallOf(each.at, agenda.zone).day === day)] as const);
  const busy = days.filter(([, held]) => held.length > 0);
  if (busy.length === 0) {
    return h("div", { class: "empty" }, icon("calendar"), h("p", { class: "empty-title" }, t("Aucun rendez-vous cette semaine")));
  }
  return busy.map(([day, held]) =>
    h(
      "section",
      { class: "section" },
      h("h2", { class: "section-title" }, dayOf(day)),
      h(
        "ul",
        { class: "list card card-flush" },
        held.map((each) =>
          row({
            href: href(each),
            drawing: "calendar",
            title: title(each),
            note: [timeOf(each.slot.start), each.slot.place_label].join(" · "),
            end: [each.status !== "booked" && h("span", { class: "badge" }, appointmentWord(each.status))],
          }),
        ),
      ),
    ),
  );
}
