/** A forfait on the child's page: how far it is, who holds it, its sessions, what may be done. */

import type { ProfessionalId } from "../../core/ids.ts";
import { dateOf, shortDay, timeOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { t, tn } from "../words.ts";
import { standingOf } from "./claiming.ts";
import { progressOf, warningOf } from "./progress.ts";
import type { EarlyCare, ForfaitView, SessionView } from "./served.ts";
import { causeWord, closingWord, disciplineWord, forfaitStateWord, partWord, placeWord } from "./words.ts";

export type ForfaitGiven = {
  readonly care: EarlyCare;
  readonly people: People;
  readonly me: ProfessionalId | null;
  /** Buttons about the whole of it. */
  readonly acts: Child;
  /** What to do when it nears its end. */
  readonly next: Child;
  /** A button that takes a session back, where one may. */
  readonly correct: (session: SessionView) => Child;
  /** The card of whoever holds its sessions. */
  readonly claim: HTMLElement | null;
};

/** Draw a forfait. */
export function forfaitCard(forfait: ForfaitView, given: ForfaitGiven): HTMLElement {
  const standing = standingOf(forfait, [], given.me, new Date());
  return h(
    "article",
    { class: "card care-card" },
    h(
      "div",
      { class: "stack-tight" },
      h("div", { class: "row" }, h("h3", { class: "card-title" }, disciplineWord(given.care, forfait.discipline)), h("span", { class: "row care-badges" }, badges(forfait))),
      h("p", { class: "card-note" }, holderWords(forfait, given.people)),
    ),
    progressOf(forfait, standing),
    warningOf(forfait, standing, given.next),
    lateStart(forfait),
    ending(forfait, given),
    given.claim,
    sessions(forfait, given),
    given.acts !== null && h("div", { class: "button-row" }, given.acts),
  );
}

function badges(forfait: ForfaitView): Child {
  const look = forfait.state === "open" ? "badge badge-accent" : "badge";
  return [
    forfait.number > 1 && h("span", { class: "badge" }, t("{n}e forfait", { n: forfait.number })),
    h("span", { class: look }, forfait.closing?.renewed === true ? t("Renouvelé") : forfaitStateWord(forfait.state)),
  ];
}

function holderWords(forfait: ForfaitView, people: People): string {
  const opened = t("ouvert le {day}", { day: dateOf(forfait.opened_on) });
  const holder = forfait.professional === null ? t("À attribuer") : people.name(forfait.professional);
  return [holder, opened].join(" · ");
}

/** Say that nothing has begun yet, with how long it has been open. */
function lateStart(forfait: ForfaitView): Child {
  if (forfait.state !== "open" || forfait.first_done_on !== null) return null;
  const days = Math.floor((Date.now() - new Date(`${forfait.opened_on}T12:00`).getTime()) / 86_400_000);
  const words = days < 1 ? t("Aucune séance pour l'instant.") : tn("Aucune séance depuis l'ouverture, il y a {n} jour.", "Aucune séance depuis l'ouverture, il y a {n} jours.", days);
  return h("p", { class: "small soft" }, words);
}

function ending({ closing }: ForfaitView, { care, people }: ForfaitGiven): Child {
  if (closing === null || closing.renewed) return null;
  const who = people.name(closing.by);
  return h("p", { class: "small soft" }, t("Fermé par {who} le {day} : {reason}", { who, day: dateOf(closing.last_day), reason: closingWord(care, closing.reason) }));
}

function sessions(forfait: ForfaitView, given: ForfaitGiven): Child {
  if (forfait.sessions.length === 0) return null;
  const newest = [...forfait.sessions].sort((one, other) => other.start.localeCompare(one.start));
  const missed = forfait.missed > 0 ? tn("dont {n} manquée", "dont {n} manquées", forfait.missed) : null;
  return h(
    "details",
    null,
    h("summary", null, [tn("{n} séance enregistrée", "{n} séances enregistrées", newest.length), missed].filter(Boolean).join(", ")),
    h(
      "table",
      { class: "table care-table" },
      h("thead", null, h("tr", null, [t("Date"), t("Séance"), t("Par"), t("Note")].map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", null, newest.map((each) => sessionRow(each, given))),
    ),
  );
}

function sessionRow(session: SessionView, given: ForfaitGiven): HTMLElement {
  const { taken_back: taken } = session;
  const what = session.done
    ? [partWord(session.part), session.minutes !== null && t("{n} min", { n: session.minutes }), placeWord(given.care, session.place)]
    : [t("Manquée"), placeWord(given.care, session.place)];
  return h(
    "tr",
    { class: taken === null ? null : "care-taken" },
    h("th", { scope: "row", class: "nowrap" }, `${shortDay(session.start)}, ${timeOf(session.start)}`),
    h("td", null, h("span", { class: "care-what" }, what.filter(Boolean).join(", "))),
    h("td", null, given.people.name(session.professional)),
    h(
      "td",
      null,
      session.note,
      taken !== null && h("span", { class: "small" }, t("Retirée : {why}", { why: [causeWord(taken.cause), taken.words].filter(Boolean).join(", ") })),
      taken === null && given.correct(session),
    ),
  );
}
