/** Fields that ask for one of several answers, and how typed texts become the server's values. */

import { type Child, assign, fill, freshId, h } from "../dom.ts";
import { type Answerable, check } from "../form.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";

export type Choice = Answerable & {
  readonly element: HTMLElement;
  readonly input: HTMLSelectElement;
};

export type Option = { readonly value: string; readonly label: string };

/** A select with its label, hint and place for what is wrong. */
export function choice(given: {
  readonly label: string;
  readonly name: string;
  readonly options: readonly Option[];
  readonly value?: string;
  readonly hint?: Child;
}): Choice {
  const id = freshId(given.name);
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const hint = given.hint === undefined ? null : h("p", { class: "field-hint", id: `${id}-hint` }, given.hint);
  const input = h(
    "select",
    {
      class: "select",
      id,
      name: given.name,
      value: given.value ?? given.options[0]?.value ?? "",
      "aria-describedby": hint === null ? error.id : `${hint.id} ${error.id}`,
    },
    given.options.map((each) => h("option", { value: each.value }, each.label)),
  );
  const fault = (sentence: string | null): void => {
    assign(input, { "aria-invalid": sentence === null ? null : "true" });
    fill(error, sentence !== null && [icon("warning", "small"), h("span", null, sentence)]);
  };
  input.addEventListener("change", () => fault(null));
  const label = h("label", { class: "field-label", for: id }, given.label);
  return { element: h("div", { class: "field" }, label, hint, input, error), input, label: given.label, fault };
}

export type Radios = Answerable & { readonly element: HTMLElement; readonly value: () => string };

/** A few answers side by side, one of them chosen. */
export function radios(given: {
  readonly label: string;
  readonly name: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly changed?: () => void;
}): Radios {
  const name = freshId(given.name);
  const boxes = given.options.map((each) =>
    h("input", { type: "radio", name, value: each.value, checked: each.value === given.value, onchange: given.changed }),
  );
  const element = h(
    "fieldset",
    { class: "fieldset" },
    h("legend", null, given.label),
    h("div", { class: "segmented" }, boxes.map((box, at) => h("label", null, box, given.options[at]?.label))),
  );
  const value = (): string => boxes.find((each) => each.checked)?.value ?? "";
  const input = boxes[0] ?? element;
  return { element, input, value, label: given.label, fault: () => undefined };
}

/** A box that must be ticked before one goes on. */
export function promise(label: string): Answerable & { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const error = h("p", { class: "field-error", id: freshId("promise-error") });
  const box = check(label, { "aria-describedby": error.id });
  const fault = (sentence: string | null): void => {
    assign(box.input, { "aria-invalid": sentence === null ? null : "true" });
    fill(error, sentence !== null && [icon("warning", "small"), h("span", null, sentence)]);
  };
  box.input.addEventListener("change", () => fault(null));
  return { element: h("div", { class: "field" }, box.element, error), input: box.input, label, fault };
}

/** Turn a French number as people type it into the international form; others stay as they are. */
export function phoneOf(typed: string): string | null {
  const plain = typed.replace(/[\s.()/-]/gu, "");
  if (plain === "") return null;
  if (/^0[1-9]\d{8}$/u.test(plain)) return `+33${plain.slice(1)}`;
  return plain.startsWith("00") ? `+${plain.slice(2)}` : plain;
}

/** Read a number as people type it, with a comma or a point; null for nothing, NaN for no number. */
export function numberOf(typed: string): number | null {
  const plain = typed.replace(/\s/gu, "").replace(",", ".");
  return plain === "" ? null : Number(plain);
}

/** Today, as a date field writes it. */
export function today(): string {
  return new Date().toLocaleDateString("sv-SE");
}

/** What is wrong with a name, or null. */
export function wrongName(typed: string): string | null {
  return typed.trim() === "" ? t("Il manque le nom.") : null;
}
