/** A field of a form on screen: a question, where its first answer is from, what is wrong with it. */

import { type Child, fill, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type Names, answerWord, boundsWord } from "./answer_words.ts";
import { type Chosen, boxes, radios } from "./choosing.ts";
import { type Around, changeOf, inputFor, valueOf } from "./controls.ts";
import { isListed } from "./form.ts";
import type { Answer, FormField, Single } from "./served.ts";
import { several } from "./several.ts";
import { unitWord } from "./units.ts";

const FEW = 5;

/** A drawn field; `target` is what the focus goes to, `origin` says where its answer is from. */
export type DrawnField = {
  readonly field: FormField;
  readonly element: HTMLElement;
  readonly target: HTMLElement;
  readonly origin: HTMLElement;
  readonly fault: (sentence: string | null) => void;
};

export type FieldOptions = {
  readonly answer: Answer | undefined;
  readonly around: Around;
  readonly names: Names;
  /** Hears every answer, undefined where it was taken out. */
  readonly changed: (answer: Answer | undefined) => void;
};

/** Draw a question. */
export function drawField(field: FormField, options: FieldOptions): DrawnField {
  if (field.type === "note") return note(field);
  if (field.compute !== null || field.read_only) return shown(field, options);
  if (isListed(field) && field.choices.length > 0) return grouped(field, boxes(field, options.answer, options.changed));
  if (field.several !== null) {
    const id = freshId("answer");
    return grouped(field, several(field, id, options.answer, options.around, options.changed));
  }
  const few = field.type === "choice" && (field.choices.length <= FEW || field.other);
  if (field.type === "flag" || few) return grouped(field, radios(field, options.answer, options.changed));
  return single(field, options);
}

function single(field: FormField, { answer, around, changed }: FieldOptions): DrawnField {
  const id = freshId("answer");
  const input = inputFor(field, id, answer as Single | undefined, around);
  const parts = frame(field, id);
  input.setAttribute("aria-describedby", parts.described);
  input.addEventListener(changeOf(input), () => changed(valueOf(field, input)));
  const unit = field.unit === null ? null : h("span", { class: "input-unit" }, unitWord(field.unit));
  const element = h(
    "div",
    { class: "field" },
    h("label", { class: "field-label", for: id }, question(field)),
    parts.hints,
    unit === null ? input : h("div", { class: "input-group" }, input, unit),
    parts.origin,
    parts.error,
  );
  return { field, element, target: input, origin: parts.origin, fault: faulting(parts.error, input) };
}

function grouped(field: FormField, chosen: Chosen): DrawnField {
  const parts = frame(field, freshId("answer"));
  const element = h(
    "fieldset",
    { class: "fieldset", "aria-describedby": parts.described },
    h("legend", null, question(field)),
    parts.hints,
    chosen.elements,
    parts.origin,
    parts.error,
  );
  if (chosen.target.id === "") chosen.target.id = freshId("answer");
  return { field, element, target: chosen.target, origin: parts.origin, fault: faulting(parts.error, element) };
}

/** A number that Ronde makes, or an answer that is not for typing. */
function shown(field: FormField, { answer, names }: FieldOptions): DrawnField {
  const id = freshId("answer");
  const parts = frame(field, id);
  const output = h("output", { class: "answer-computed number", id, tabindex: -1 }, answerWord(field, answer, names));
  const word = field.compute === null ? null : h("p", { class: "field-hint" }, t("Calculé par Ronde"));
  const element = h("div", { class: "field" }, h("label", { class: "field-label", for: id }, labelWord(field.label)), output, parts.hints ?? word, parts.error);
  return { field, element, target: output, origin: parts.origin, fault: faulting(parts.error, output) };
}

function note(field: FormField): DrawnField {
  const element = h("p", { class: "banner", tabindex: -1 }, icon("info"), h("span", null, labelWord(field.label)));
  return { field, element, target: element, origin: h("span"), fault: () => undefined };
}

type Parts = {
  readonly hints: Child;
  readonly origin: HTMLElement;
  readonly error: HTMLElement;
  readonly described: string;
};

function frame(field: FormField, id: string): Parts {
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const origin = h("p", { class: "answer-origin", id: `${id}-origin` });
  const words = hintsOf(field);
  const hints = words.length === 0 ? null : h("p", { class: "field-hint", id: `${id}-hint` }, words.join(" · "));
  const described = [hints?.id, origin.id, error.id].filter((each) => each !== undefined).join(" ");
  return { hints, origin, error, described };
}

function hintsOf(field: FormField): readonly string[] {
  const help = field.help === null ? "" : labelWord(field.help);
  const file = field.type === "file" ? t("Le fichier se partage dans la discussion ; écrivez ici son nom.") : "";
  return [help, file, field.compute === null ? boundsWord(field) : ""].filter((each) => each !== "");
}

function question(field: FormField): Child[] {
  const words = labelWord(field.label);
  return field.required ? [words] : [words, h("span", { class: "field-optional" }, ` ${t("(facultatif)")}`)];
}

function faulting(error: HTMLElement, input: HTMLElement): (sentence: string | null) => void {
  return (sentence) => {
    if (sentence === null) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
    fill(error, sentence !== null && [icon("warning", "small"), h("span", null, sentence)]);
  };
}
