/** A question with several answers, each in an input of its own. */

import { announce, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { Chosen } from "./choosing.ts";
import { type Around, type Input, changeOf, inputFor, valueOf } from "./controls.ts";
import type { Answer, FormField, Single } from "./served.ts";

/** Draw a list of inputs with a button for one more. */
export function several(field: FormField, id: string, answer: Answer | undefined, around: Around, changed: (answer: Answer | undefined) => void): Chosen {
  const list = h("ul", { class: "stack-tight" });
  const inputs: Input[] = [];
  const tell = (): void => {
    const held = inputs.map((input) => valueOf(field, input)).filter((each) => each !== undefined);
    changed(held.length === 0 ? undefined : held);
  };
  const draw = (): void => {
    fill(list, inputs.map((input, at) => h("li", { class: "answer-several" }, input, remover(at))));
    more.hidden = inputs.length >= (field.several?.most ?? Number.POSITIVE_INFINITY);
  };
  const remover = (at: number): HTMLElement => {
    const words = t("Retirer la réponse {n}", { n: at + 1 });
    const remove = (): void => {
      inputs.splice(at, 1);
      if (inputs.length === 0) add(undefined);
      draw();
      (inputs[Math.min(at, inputs.length - 1)] ?? more).focus();
      announce(t("Réponse retirée."));
      tell();
    };
    return h("button", { class: "icon-button", type: "button", "aria-label": words, onclick: remove }, icon("trash", "small"));
  };
  const add = (value: Single | undefined): void => {
    const at = inputs.length;
    const input = inputFor(field, at === 0 ? id : `${id}-${at}`, value, around);
    input.setAttribute("aria-label", `${labelWord(field.label)}, ${at + 1}`);
    input.addEventListener(changeOf(input), tell);
    inputs.push(input);
  };
  const more = h("button", { class: "button button-small", type: "button" }, icon("plus", "small"), t("Ajouter une réponse"));
  more.addEventListener("click", () => {
    add(undefined);
    draw();
    inputs.at(-1)?.focus();
  });
  const held = Array.isArray(answer) ? answer.filter((each) => typeof each !== "object") : [];
  for (const value of held) add(value);
  if (inputs.length === 0) add(undefined);
  draw();
  return { elements: [list, h("div", null, more)], target: inputs[0] ?? more };
}
