/** Questions answered by choosing: one of few, several of many, or in one's own words. */

import { freshId, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { Answer, FormField, Single } from "./served.ts";

/** What is drawn inside a fieldset; `target` is what the focus goes to. */
export type Chosen = { readonly elements: readonly HTMLElement[]; readonly target: HTMLElement };

const OWN = "other";

/** Draw boxes of which one is ticked. */
export function radios(field: FormField, answer: Answer | undefined, changed: (answer: Answer | undefined) => void): Chosen {
  const name = freshId("answer");
  const options: readonly (readonly [Single, string])[] =
    field.type === "flag" ? [[true, t("Oui")], [false, t("Non")]] : field.choices.map((each) => [each.code, labelWord(each.label)] as const);
  const isOwn = field.other && typeof answer === "string" && !field.choices.some((each) => each.code === answer);
  const own = ownWords(isOwn ? answer : "", (words) => changed(words));
  const inputs = options.map(([value]) => {
    const input = h("input", { type: "radio", name, checked: value === answer });
    input.addEventListener("change", () => choose(value));
    return input;
  });
  const other = h("input", { type: "radio", name, checked: isOwn, value: OWN });
  const erase = h("button", { class: "link-button small", type: "button", "aria-label": t("Effacer la réponse") }, t("Effacer"));
  const choose = (value: Single | undefined): void => {
    erase.hidden = value === undefined && !other.checked;
    own.hidden = !other.checked;
    changed(value);
  };
  other.addEventListener("change", () => {
    choose(own.value.trim() === "" ? undefined : own.value.trim());
    own.focus();
  });
  erase.hidden = answer === undefined;
  own.hidden = !isOwn;
  erase.addEventListener("click", () => {
    for (const input of [...inputs, other]) input.checked = false;
    choose(undefined);
    inputs[0]?.focus();
  });
  const labels = inputs.map((input, at) => h("label", { class: "check" }, input, h("span", null, options[at]?.[1] ?? "")));
  const last = field.other && h("label", { class: "check" }, other, h("span", null, t("Autre, en vos mots")));
  const row = h("div", { class: "answer-radios" }, h("div", { class: "row" }, labels, last), erase);
  return { elements: field.other ? [row, own] : [row], target: inputs[0] ?? other };
}

/** Draw boxes of which any may be ticked; one that excludes the others unticks them. */
export function boxes(field: FormField, answer: Answer | undefined, changed: (answer: Answer | undefined) => void): Chosen {
  const held = new Set<unknown>(Array.isArray(answer) ? answer : []);
  const codes = field.choices.map((each) => each.code);
  const ownHeld = [...held].filter((each): each is string => typeof each === "string" && !codes.includes(each));
  const tell = (): void => {
    const ticked: string[] = codes.filter((_, at) => inputs[at]?.checked === true);
    const words = own.value.trim();
    const all = field.other && words !== "" ? [...ticked, words] : ticked;
    changed(all.length === 0 ? undefined : all);
  };
  const own = ownWords(ownHeld.join(", "), tell);
  const inputs = field.choices.map((choice) => {
    const input = h("input", { type: "checkbox", checked: held.has(choice.code) });
    input.addEventListener("change", () => {
      if (input.checked) untick(field, inputs, choice.exclusive, choice.code);
      tell();
    });
    return input;
  });
  const labels = inputs.map((input, at) => {
    const choice = field.choices[at];
    return h("label", { class: "check" }, input, h("span", null, choice === undefined ? "" : labelWord(choice.label)));
  });
  return { elements: [h("div", { class: "answer-boxes" }, labels), ...(field.other ? [own] : [])], target: inputs[0] ?? own };
}

function untick(field: FormField, inputs: readonly HTMLInputElement[], alone: boolean, code: string): void {
  for (const [at, choice] of field.choices.entries()) {
    const input = inputs[at];
    if (input !== undefined && choice.code !== code && (alone || choice.exclusive)) input.checked = false;
  }
}

function ownWords(value: string, changed: (words: string | undefined) => void): HTMLInputElement {
  const input = h("input", { class: "input", type: "text", value, autocomplete: "off", "aria-label": t("Autre réponse, en vos mots"), placeholder: t("Autre réponse, en vos mots") });
  input.addEventListener("input", () => changed(input.value.trim() === "" ? undefined : input.value.trim()));
  return input;
}
