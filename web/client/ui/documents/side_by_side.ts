/** Two sets of answers in two columns, what changed marked in words and in colour. */

import { type Child, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type Names, answerWord } from "./answer_words.ts";
import { type Change, type Line, sideBySide } from "./compare.ts";
import { rowName } from "./rows.ts";
import type { Answers, FormDefinition } from "./served.ts";

/** One side: what stands at its head, and its answers. */
export type Side = { readonly title: string; readonly answers: Answers };

/** Draw two sides; `all` also shows what is the same on both. */
export function comparison(form: FormDefinition, left: Side, right: Side, names: Names, all: boolean): HTMLElement {
  const blocks = sideBySide(form, left.answers, right.answers)
    .map((block) => ({ ...block, lines: block.lines.filter((each) => all || each.change !== "same") }))
    .filter((block) => block.lines.length > 0);
  if (blocks.length === 0) return h("p", { class: "banner" }, t("Les réponses sont les mêmes des deux côtés."));
  const parts = blocks.map(({ section, row, lines }) => {
    const name = row === null ? labelWord(section.label) : rowName(section, row - 1);
    return h("tbody", null, h("tr", { class: "versus-part" }, h("th", { colspan: 3, scope: "rowgroup" }, name)), lines.map((each) => lineOf(each, left, right, names)));
  });
  return h(
    "table",
    { class: "versus" },
    h("caption", { class: "visually-hidden" }, t("{left} à côté de {right}", { left: left.title, right: right.title })),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("Question")), h("th", { scope: "col" }, left.title), h("th", { scope: "col" }, right.title))),
    parts,
  );
}

function lineOf({ field, left, right, change }: Line, one: Side, other: Side, names: Names): HTMLElement {
  return h(
    "tr",
    { class: `versus-${change}` },
    h("th", { scope: "row" }, labelWord(field.label), mark(change)),
    h("td", null, h("span", { class: "versus-side", "aria-hidden": "true" }, one.title), answerWord(field, left, names)),
    h("td", null, h("span", { class: "versus-side", "aria-hidden": "true" }, other.title), answerWord(field, right, names)),
  );
}

function mark(change: Change): Child {
  const words: Readonly<Record<Change, () => string>> = {
    same: () => "",
    added: () => t("Ajouté"),
    removed: () => t("Retiré"),
    changed: () => t("Modifié"),
  };
  const looks: Readonly<Record<Change, string>> = { same: "", added: "badge-good", removed: "badge-danger", changed: "badge-warm" };
  return change !== "same" && h("span", { class: `badge ${looks[change]}` }, words[change]());
}
