/** Two people wrote in one document: both sides, question by question, and the choice between them. */

import { type Child, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type Names, answerWord } from "./answer_words.ts";
import { choose, differing, isClash, merged } from "./compare.ts";
import { fieldsOf, isRow } from "./form.ts";
import type { Answer, Answers, FormDefinition } from "./served.ts";

export type ConflictOptions = {
  readonly form: FormDefinition;
  readonly names: Names;
  /** Who saved meanwhile. */
  readonly who: string;
  /** What both began from. */
  readonly base: Answers;
  readonly mine: Answers;
  readonly theirs: Answers;
  readonly settle: (answers: Answers) => void;
};

/**
 * Ask what stays. What only one of the two changed is chosen already; where both did, mine is,
 * until somebody says otherwise.
 */
export function conflictPart(options: ConflictOptions): HTMLElement {
  const { form, base, mine, theirs, settle, who } = options;
  const codes = differing(form, mine, theirs);
  const proposed = merged(form, base, mine, theirs);
  const taken = new Set(codes.filter((code) => JSON.stringify(proposed[code]) !== JSON.stringify(mine[code])));
  const title = freshId("conflict");
  const send = (chosen: readonly string[]): void => settle(choose(mine, theirs, chosen));
  return h(
    "section",
    { class: "card card-warm conflict", "aria-labelledby": title, tabindex: -1 },
    h("h2", { class: "section-title row", id: title }, icon("warning"), t("{who} a enregistré ce document entre-temps", { who })),
    h("p", null, t("Rien n'est perdu. Choisissez ce qui reste, question par question.")),
    codes.length === 0 && h("p", { class: "banner" }, t("Les réponses sont les mêmes des deux côtés.")),
    codes.map((code) => question(options, code, taken)),
    h(
      "div",
      { class: "button-row" },
      h("button", { class: "button", type: "button", onclick: () => send([]) }, t("Garder toutes les miennes")),
      h("button", { class: "button", type: "button", onclick: () => send(codes) }, t("Prendre toutes les siennes")),
      h("button", { class: "button button-primary", type: "button", onclick: () => send([...taken]) }, t("Enregistrer ce choix")),
    ),
  );
}

function question(options: ConflictOptions, code: string, taken: Set<string>): HTMLElement {
  const { base, mine, theirs } = options;
  const name = freshId("side");
  const side = (answers: Answers, words: string, isTheirs: boolean): HTMLElement => {
    const input = h("input", { type: "radio", name, checked: taken.has(code) === isTheirs });
    input.addEventListener("change", () => {
      if (isTheirs) taken.add(code);
      else taken.delete(code);
    });
    return h("label", { class: "check conflict-side" }, input, h("span", null, h("span", { class: "small muted" }, words), h("br"), h("span", null, said(options, code, answers[code]))));
  };
  return h(
    "fieldset",
    { class: "fieldset" },
    h("legend", null, nameOf(options, code), isClash(base, mine, theirs, code) && [" ", h("span", { class: "badge badge-warm" }, t("changé des deux côtés"))]),
    h("div", { class: "conflict-sides" }, side(mine, t("La mienne"), false), side(theirs, t("La sienne"), true)),
  );
}

function nameOf({ form }: ConflictOptions, code: string): string {
  const found = [...fieldsOf(form), ...form.sections].find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

/** An answer in words; rows one by one. */
function said({ form, names }: ConflictOptions, code: string, answer: Answer | undefined): Child {
  const fields = fieldsOf(form);
  const field = fields.find((each) => each.code === code);
  if (field !== undefined) return answerWord(field, answer, names);
  if (!Array.isArray(answer) || answer.length === 0) return "–";
  const rows = answer.filter(isRow).map((row) => {
    const words = Object.entries(row).map(([inner, held]) => {
      const asked = fields.find((each) => each.code === inner);
      return asked === undefined ? "" : `${labelWord(asked.label)} : ${answerWord(asked, held, names)}`;
    });
    return h("li", null, words.filter((each) => each !== "").join(" ; "));
  });
  return h("ol", { class: "conflict-rows" }, rows);
}
