/** A field of several lines, with its label, hint and fault. */

import { assign, fill, freshId, h } from "../dom.ts";
import { type Answerable } from "../form.ts";
import { icon } from "../icons.ts";

export type TextField = Answerable & { readonly element: HTMLElement; readonly input: HTMLTextAreaElement };

/** Make a field for a few lines; `most` is in characters. */
export function textField(given: {
  readonly label: string;
  readonly name: string;
  readonly hint: string;
  readonly most: number | null;
  readonly rows: number;
  readonly value?: string;
}): TextField {
  const id = freshId(given.name);
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const hint = h("p", { class: "field-hint", id: `${id}-hint` }, given.hint);
  const input = h("textarea", {
    class: "textarea",
    id,
    name: given.name,
    rows: given.rows,
    maxlength: given.most,
    value: given.value ?? "",
    "aria-describedby": `${hint.id} ${error.id}`,
  });
  const fault = (sentence: string | null): void => {
    assign(input, { "aria-invalid": sentence === null ? null : "true" });
    fill(error, sentence !== null && [icon("warning", "small"), h("span", null, sentence)]);
  };
  input.addEventListener("input", () => fault(null));
  const label = h("label", { class: "field-label", for: id }, given.label);
  return { element: h("div", { class: "field" }, label, hint, input, error), input, label: given.label, fault };
}
