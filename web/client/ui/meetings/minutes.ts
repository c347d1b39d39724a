/** The minutes of a meeting to read: who was there, what was said, what was decided and where it stands. */

import { dateOf, dayAndTime, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { stateWord } from "../feed/words_of.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";
import type { DecisionView, MinutesView } from "./served.ts";

/** Draw the newest minutes, and those before them folded. */
export function minutesSection(versions: readonly MinutesView[], people: People, decisions: HTMLElement): Child {
  const newest = versions.at(-1);
  if (newest === undefined) return null;
  const before = versions.slice(0, -1).reverse();
  return [
    h("section", { class: "card" }, h("h2", { class: "section-title" }, t("Compte-rendu")), signature(newest, people), words(newest, people)),
    decisions,
    before.length > 0 &&
      h(
        "details",
        { class: "card" },
        h("summary", { class: "strong" }, t("Versions d'avant")),
        before.map((each) => h("div", { class: "stack-tight" }, signature(each, people), words(each, people), h("ul", { class: "prose" }, each.decisions.map(({ decision }) => h("li", null, decision))))),
      ),
  ];
}

function signature(minutes: MinutesView, people: People): Child {
  const { signed_at: at, signed_by: by, reason } = minutes;
  const badge =
    at === null
      ? h("p", { class: "signed soft small" }, icon("clock", "small"), h("span", null, t("Brouillon de {who}, {when}", { who: people.name(minutes.author), when: dayAndTime(minutes.saved_at) })))
      : h("p", { class: "signed soft small" }, icon("check", "small"), h("span", null, t("Signé par {who}, {when}", { who: people.name(by), when: dayAndTime(at) })));
  return [badge, reason !== "" && h("p", { class: "small soft" }, t("Corrigé : {why}", { why: reason }))];
}

function words(minutes: MinutesView, people: People): Child {
  const fact = (name: string, value: string): HTMLElement => h("div", null, h("dt", null, name), h("dd", null, value));
  return [
    h("dl", { class: "facts" }, fact(t("Tenue le"), dateOf(minutes.held_on)), fact(t("Présents"), minutes.present.length === 0 ? t("personne n'est noté") : people.names(minutes.present))),
    h("p", { class: "message-text" }, minutes.points),
  ];
}

/** Draw the decisions with their tasks. `isSent` tells whether this device has posted one. */
export function decisionList(decisions: readonly DecisionView[], people: People, isSigned: boolean, isSent: (decision: DecisionView) => boolean): HTMLElement {
  return h(
    "ul",
    { class: "list card card-flush" },
    decisions.map((each) =>
      h(
        "li",
        { class: "list-row" },
        h("span", { class: "list-main" }, h("span", { class: "list-title" }, each.decision), h("span", { class: "list-note" }, whoAndWhen(each, people))),
        isSigned && h("span", { class: "list-end" }, taskBadge(each, isSent(each))),
      ),
    ),
  );
}

function whoAndWhen({ owner, by }: DecisionView, people: People): string {
  const who = owner === null ? t("personne n'est chargé") : people.name(owner);
  return by === null ? who : t("{who}, pour le {day}", { who, day: shortDay(by) });
}

function taskBadge({ task }: DecisionView, sent: boolean): HTMLElement {
  if (task !== null) return h("span", { class: task === "completed" ? "badge badge-good" : "badge badge-accent" }, stateWord(task));
  return sent ? h("span", { class: "badge badge-accent" }, t("Tâche donnée")) : h("span", { class: "badge badge-warm" }, t("Tâche pas encore donnée"));
}
