/** A field of a form on screen: a question with its unit, its bounds and a place for what is wrong. */

import { type Child, fill, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { number, t } from "../words.ts";
import type { Wrong } from "./rules.ts";
import type { Answer, FormField } from "./served.ts";

const FEW = 5;

/** A drawn field; `target` is what the focus goes to. */
export type DrawnField = {
  readonly field: FormField;
  readonly element: HTMLElement;
  readonly target: HTMLElement;
  readonly fault: (sentence: string | null) => void;
};

/** Draw a question; `changed` hears every answer, undefined where it was taken out. */
export function drawField(
  field: FormField,
  answer: Answer | undefined,
  changed: (answer: Answer | undefined) => void,
): DrawnField {
  const one = field.type === "flag" || (field.type === "choice" && field.choices.length <= FEW);
  return one ? radios(field, answer, changed) : single(field, answer, changed);
}

/** What is wrong with an answer, and what would be right. */
export function wrongWord(field: FormField, wrong: Wrong): string {
  switch (wrong) {
    case "missing":
      return t("Il manque une réponse.");
    case "out_of_range":
      return t("La valeur doit être {bounds}.", { bounds: boundsWord(field) });
    case "impossible_date":
      return t("Ce jour n'existe pas.");
    case "too_long":
      return t("Ce texte est trop long : 2 000 signes au plus.");
    case "wrong_type":
      return field.type === "whole" ? t("Un nombre entier est attendu.") : t("Un nombre est attendu.");
    case "not_a_choice":
      return t("Choisissez une des réponses.");
    case "unknown_field":
    case "not_applicable":
      return t("Cette réponse n'est plus demandée.");
  }
}

/** Say an answer in words, for reading and printing. */
export function answerWord(field: FormField, answer: Answer | undefined): string {
  if (answer === undefined) return "–";
  if (typeof answer === "boolean") return answer ? t("Oui") : t("Non");
  if (typeof answer === "number") return field.unit === null ? number(answer) : `${number(answer)}\u00a0${unitWord(field.unit)}`;
  const choice = field.choices.find((each) => each.code === answer);
  if (choice !== undefined) return labelWord(choice.label);
  return field.type === "date" ? answer.split("-").reverse().join("/") : answer;
}

function single(
  field: FormField,
  answer: Answer | undefined,
  changed: (answer: Answer | undefined) => void,
): DrawnField {
  const id = freshId("answer");
  const input = control(field, id, answer);
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const hint = hintOf(field);
  const described = hint === null ? error.id : `${id}-hint ${error.id}`;
  input.setAttribute("aria-describedby", described);
  const listen = field.type === "choice" || field.type === "date" ? "change" : "input";
  input.addEventListener(listen, () => changed(valueOf(field, input)));
  const unit = field.unit === null ? null : h("span", { class: "input-unit" }, unitWord(field.unit));
  const element = h(
    "div",
    { class: "field" },
    h("label", { class: "field-label", for: id }, question(field)),
    hint !== null && h("p", { class: "field-hint", id: `${id}-hint` }, hint),
    unit === null ? input : h("div", { class: "input-group" }, input, unit),
    error,
  );
  return { field, element, target: input, fault: faulting(error, input) };
}

function radios(
  field: FormField,
  answer: Answer | undefined,
  changed: (answer: Answer | undefined) => void,
): DrawnField {
  const name = freshId("answer");
  const options: readonly (readonly [Answer, string])[] =
    field.type === "flag"
      ? [[true, t("Oui")], [false, t("Non")]]
      : field.choices.map((each) => [each.code, labelWord(each.label)] as const);
  const error = h("p", { class: "field-error", id: `${name}-error` });
  const inputs = options.map(([value]) => {
    const input = h("input", { type: "radio", name, checked: value === answer });
    input.addEventListener("change", () => changed(value));
    return input;
  });
  const erase = h("button", { class: "link-button small", type: "button" }, t("Effacer la réponse"));
  erase.hidden = answer === undefined;
  erase.addEventListener("click", () => {
    for (const input of inputs) input.checked = false;
    erase.hidden = true;
    changed(undefined);
  });
  const element = h(
    "fieldset",
    { class: "fieldset", "aria-describedby": error.id },
    h("legend", null, question(field)),
    h(
      "div",
      { class: "row" },
      inputs.map((input, at) => h("label", { class: "check" }, input, h("span", null, options[at]?.[1] ?? ""))),
      erase,
    ),
    error,
  );
  element.addEventListener("change", () => {
    erase.hidden = false;
  });
  return { field, element, target: inputs[0] ?? element, fault: faulting(error, element) };
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function control(field: FormField, id: string, answer: Answer | undefined): Control {
  const value = answer === undefined ? "" : String(answer);
  switch (field.type) {
    case "text":
      return h("textarea", { class: "textarea", id, rows: 3, value });
    case "date":
      return h("input", { class: "input", id, type: "date", value });
    case "choice":
      return h(
        "select",
        { class: "select", id, value },
        h("option", { value: "" }, t("Choisir…")),
        field.choices.map((each) => h("option", { value: each.code }, labelWord(each.label))),
      );
    default:
      return h("input", {
        class: "input",
        id,
        type: "text",
        inputmode: field.type === "whole" ? "numeric" : "decimal",
        autocomplete: "off",
        value: value.replace(".", ","),
      });
  }
}

/** Read a control: a comma or a point stands for the decimal mark; what is no number stays a text. */
function valueOf(field: FormField, input: Control): Answer | undefined {
  const text = input.value.trim();
  if (text === "") return undefined;
  if (field.type !== "whole" && field.type !== "decimal") return field.type === "text" ? input.value : text;
  const plain = text.replace(/[\s\u00a0\u202f]/gu, "").replace(",", ".");
  return /^-?\d+(\.\d+)?$/u.test(plain) ? Number(plain) : text;
}

function question(field: FormField): Child[] {
  const words = labelWord(field.label);
  return field.required ? [words] : [words, h("span", { class: "field-optional" }, ` ${t("(facultatif)")}`)];
}

function hintOf(field: FormField): string | null {
  return field.minimum === null && field.maximum === null ? null : boundsWord(field);
}

function boundsWord(field: FormField): string {
  const unit = field.unit === null ? "" : `\u00a0${unitWord(field.unit)}`;
  const said = (bound: number): string => `${number(bound)}${unit}`;
  if (field.minimum !== null && field.maximum !== null) {
    return t("entre {least} et {most}", { least: said(field.minimum), most: said(field.maximum) });
  }
  if (field.minimum !== null) return t("au moins {least}", { least: said(field.minimum) });
  return field.maximum === null ? "" : t("au plus {most}", { most: said(field.maximum) });
}

/** UCUM's codes as people write them. */
function unitWord(unit: string): string {
  const words: Readonly<Record<string, string>> = { wk: t("semaines"), mo: t("mois"), a: t("ans"), d: t("jours"), "{score}": t("points") };
  return words[unit] ?? unit;
}

function faulting(error: HTMLElement, input: HTMLElement): (sentence: string | null) => void {
  return (sentence) => {
    if (sentence === null) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    fill(error, sentence !== null && [icon("warning", "small"), h("span", null, sentence)]);
  };
}
