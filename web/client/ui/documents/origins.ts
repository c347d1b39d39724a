/** Where a first answer is from, and taking it up or out in one click. */

import { type Child, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import type { Label } from "../served.ts";
import { t } from "../words.ts";
import { type Names, answerWord } from "./answer_words.ts";
import type { Answer, FirstAnswer, FormField } from "./served.ts";

/** How the pathway's forms are called, for naming where something is from. */
export type FormLabels = (form: string) => Label | null;

/** Are two answers the same? */
export function isSame(one: Answer | undefined, other: Answer | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What stands below a field whose first answer is known: its origin, or the offer to take it up. */
export function originWords(given: {
  readonly field: FormField;
  readonly first: FirstAnswer;
  readonly answer: Answer | undefined;
  readonly names: Names;
  readonly labels: FormLabels;
  readonly set: (answer: Answer | undefined) => void;
}): Child {
  const { field, first, answer, names, labels, set } = given;
  const from = fromWord(first, labels);
  if (answer === undefined) {
    const take = t("Reprendre {answer}", { answer: answerWord(field, first.answer, names) });
    return [h("button", { class: "link-button small", type: "button", onclick: () => set(first.answer) }, take), h("span", null, from)];
  }
  if (!isSame(answer, first.answer)) return null;
  const words = t("Effacer : {question}", { question: labelWord(field.label) });
  return [
    h("span", null, from),
    h("button", { class: "link-button small", type: "button", "aria-label": words, onclick: () => set(undefined) }, t("Effacer")),
  ];
}

function fromWord(first: FirstAnswer, labels: FormLabels): string {
  switch (first.origin) {
    case "document": {
      const label = first.form === null ? null : labels(first.form);
      const what = label === null ? (first.form ?? "") : labelWord(label);
      const day = first.on === null ? "" : first.on.split("-").reverse().join("/");
      return t("repris de « {what} », {day}", { what, day });
    }
    case "register":
      return t("repris du dossier de l'enfant");
    case "visit":
      return t("jour de la visite, ou aujourd'hui");
    case "author":
      return t("vous-même");
    case "form":
      return t("proposé par le formulaire");
  }
}
