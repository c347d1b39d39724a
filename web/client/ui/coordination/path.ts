/** Steps one after the other, each with its state, a sentence and the act that takes it further. */

import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { t } from "../words.ts";

type StepState = "done" | "now" | "later" | "stopped";

export type Step = {
  readonly state: StepState;
  readonly title: string;
  readonly note: Child;
  readonly acts?: Child;
};

const SAID: Readonly<Record<StepState, () => string>> = {
  done: () => t("fait"),
  now: () => t("à faire"),
  later: () => t("ensuite"),
  stopped: () => t("arrêté"),
};

/** Draw the steps below a heading of the page. */
export function stepPath(steps: readonly Step[], label: string): HTMLElement {
  return h("ol", { class: "path", "aria-label": label }, steps.map(step));
}

/** Draw the steps that begin a page; their heading is for those who do not see the page. */
export function leadingSteps(steps: readonly Step[], label: string): HTMLElement {
  return h("section", null, h("h2", { class: "visually-hidden" }, label), stepPath(steps, label));
}

function step(given: Step, at: number): HTMLElement {
  const { state } = given;
  const sign = state === "done" ? icon("check", "small") : state === "stopped" ? icon("warning", "small") : at + 1;
  return h(
    "li",
    { class: "path-step", "data-state": state },
    h("span", { class: "path-sign", "aria-hidden": "true" }, sign),
    h(
      "div",
      { class: "path-body" },
      h("h3", { class: "path-title" }, given.title, h("span", { class: "visually-hidden" }, ` (${SAID[state]()})`)),
      given.note !== null && h("div", { class: "path-note" }, given.note),
      given.acts !== undefined && given.acts !== null && given.acts !== false && h("div", { class: "button-row" }, given.acts),
    ),
  );
}
