/** What an answer is typed or chosen in: one input for one value. */

import { type Child, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { Known } from "./answers.ts";
import type { FormField, Single } from "./served.ts";

/** Stands for a day or a time that the browser could not read; no calendar has it. */
const UNREADABLE = "0000-00-00";

type Named = { readonly id: string; readonly name: string };

/** What fields need to know beside the form. */
export type Around = {
  readonly known: Known;
  readonly people: readonly { readonly id: string; readonly words: string }[];
  /** Places of work; fetched when the first field asks for them. */
  readonly structures: () => Promise<readonly Named[]>;
  /** Whom else one may name: where there is no circle yet, and for the office alone. */
  readonly network: (() => Promise<readonly Named[]>) | null;
};

export type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Make the input of a field for one value. */
export function inputFor(field: FormField, id: string, answer: Single | undefined, around: Around): Input {
  const value = answer === undefined ? "" : String(answer);
  switch (field.type) {
    case "text":
      return h("textarea", { class: "textarea", id, rows: 3, value });
    case "date":
      return h("input", { class: "input", id, type: "date", value, ...limits(field, around.known) });
    case "time":
      return h("input", { class: "input", id, type: "time", value });
    case "moment":
      return h("input", { class: "input", id, type: "datetime-local", value: wallClock(value) });
    case "choice":
    case "choices":
      return select(id, value, field.choices.map((each) => [each.code, labelWord(each.label)] as const));
    case "professional":
      if (around.network !== null) return fetched(id, value, around.network(), t("Un ancien membre"));
      return select(id, value, known(around.people.map((each) => [each.id, each.words] as const), value, t("Un ancien membre")));
    case "structure":
      return fetched(id, value, around.structures(), t("Une autre structure"));
    case "whole":
    case "decimal":
      return number(field, id, value);
    default:
      return h("input", { class: "input", id, type: "text", value, autocomplete: "off" });
  }
}

/** Read an input: a comma or a point stands for the decimal mark; what is no number stays a text. */
export function valueOf(field: FormField, input: Input): Single | undefined {
  if (input.validity.badInput) return UNREADABLE;
  const text = input.value.trim();
  if (text === "") return undefined;
  switch (field.type) {
    case "whole":
    case "decimal": {
      const plain = text.replace(/[\s\u00a0\u202f]/gu, "").replace(",", ".").replace("\u2212", "-");
      return /^-?\d+(\.\d+)?$/u.test(plain) ? Number(plain) : text;
    }
    case "moment":
      return new Date(text).toISOString().replace(/\.\d+Z$/u, "Z");
    case "text":
      return input.value;
    default:
      return text;
  }
}

/** The event by which an input tells that it has another value. */
export function changeOf(input: Input): "change" | "input" {
  const typed = input instanceof HTMLTextAreaElement || (input instanceof HTMLInputElement && input.type === "text");
  return typed ? "input" : "change";
}

function number(field: FormField, id: string, value: string): HTMLInputElement {
  const signed = field.minimum === null || field.minimum < 0;
  // Many phones show no minus on their keyboards for numbers.
  const keyboard = signed ? "text" : field.type === "whole" ? "numeric" : "decimal";
  return h("input", { class: "input", id, type: "text", inputmode: keyboard, autocomplete: "off", value: value.replace(".", ",") });
}

function limits(field: FormField, { birth, today }: Known): { readonly min: string | null; readonly max: string | null } {
  return { min: field.not_before === "birth" ? birth : null, max: field.not_after === "today" ? today : null };
}

type Option = readonly [string, string];

function select(id: string, value: string, options: readonly Option[]): HTMLSelectElement {
  return h("select", { class: "select", id, value }, empty(), options.map(([code, words]) => h("option", { value: code }, words)));
}

function empty(): Child {
  return h("option", { value: "" }, t("Choisir…"));
}

/** A value that nobody can choose any more stays what it is. */
function known(options: readonly Option[], value: string, words: string): readonly Option[] {
  return value === "" || options.some(([id]) => id === value) ? options : [...options, [value, words]];
}

/** A choice among what is still to come: what is chosen stays, by another word if it is not in the list. */
function fetched(id: string, value: string, coming: Promise<readonly Named[]>, other: string): HTMLSelectElement {
  const made = select(id, value, known([], value, "…"));
  void coming.then((found) => {
    const options = known(found.map((each) => [each.id, each.name] as const), value, other);
    const chosen = made.value;
    made.replaceChildren(...[["", t("Choisir…")] as const, ...options].map(([code, words]) => h("option", { value: code }, words)));
    made.value = chosen;
  });
  return made;
}

/** A moment as the clock on the wall shows it: what the browser's own field takes. */
function wallClock(moment: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
