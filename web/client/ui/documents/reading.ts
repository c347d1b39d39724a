/** A signed document to read, compare and print: its answers, its versions, who signed them. */

import { dateOf, dayAndTime } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { answerWord } from "./fields.ts";
import { applies } from "./rules.ts";
import type { Answers, DocumentState, DocumentView, FormDefinition, Version } from "./served.ts";

/** The name of a document's state. */
function documentStateWord(state: DocumentState): string {
  const words: Readonly<Record<DocumentState, string>> = {
    draft: t("Brouillon"),
    signed: t("Signé"),
    amended: t("Modifié après signature"),
    "entered-in-error": t("Saisi par erreur"),
  };
  return words[state];
}

/** The look of a state's badge. */
export function documentBadge(state: DocumentState): HTMLElement {
  const looks: Readonly<Record<DocumentState, string>> = {
    draft: "badge badge-warm",
    signed: "badge badge-good",
    amended: "badge badge-good",
    "entered-in-error": "badge badge-danger",
  };
  return h("span", { class: looks[state] }, documentStateWord(state));
}

/** Draw the answers of a version, section by section; what changed since `before` stands out. */
export function answersView(form: FormDefinition, answers: Answers, before: Answers | null): Child[] {
  return form.sections.flatMap((section) => {
    const rows = section.fields
      .filter((field) => applies(field, answers) && (answers[field.code] !== undefined || field.required))
      .map((field) => {
        const now = answerWord(field, answers[field.code]);
        const then = before === null ? now : answerWord(field, before[field.code]);
        return h(
          "div",
          null,
          h("dt", null, labelWord(field.label)),
          h("dd", null, now, now !== then && [" ", h("del", { class: "muted" }, then)]),
        );
      });
    if (rows.length === 0) return [];
    return [
      h("section", { class: "card" }, h("h2", { class: "section-title" }, labelWord(section.label)), h("dl", { class: "facts answers" }, rows)),
    ];
  });
}

/** Who signed what when, newest first; choosing one shows it against the one before. */
export function versionList(
  document: DocumentView,
  people: People,
  shown: number,
  choose: (version: Version) => void,
): Child {
  if (document.versions.length < 2) return null;
  return h(
    "section",
    { class: "section screen-only" },
    h("h2", { class: "section-title" }, t("Versions")),
    h(
      "ul",
      { class: "list card card-flush" },
      [...document.versions].reverse().map((version) =>
        h(
          "li",
          null,
          h(
            "button",
            { class: "list-row list-link hit", type: "button", "aria-pressed": String(version.number === shown), onclick: () => choose(version) },
            h(
              "span",
              { class: "list-main" },
              h("span", { class: "list-title" }, t("Version {n}", { n: version.number })),
              h("span", { class: "list-note" }, signedWords(version, people)),
              version.reason !== null && h("span", { class: "list-note" }, t("Motif : {reason}", { reason: version.reason })),
            ),
          ),
        ),
      ),
    ),
  );
}

/** By whom and when a version was signed. */
export function signedWords(version: Version, people: People): string {
  const who = people.name(version.author);
  if (version.signed_at === null) return t("Enregistré par {who}, {when}", { who, when: dayAndTime(version.saved_at) });
  return t("Signé par {who} le {day}", { who, day: dateOf(version.signed_at) });
}
