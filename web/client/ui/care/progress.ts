/** How far a forfait is: a bar, and the same in words. */

import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Standing } from "./claiming.ts";
import type { ForfaitView } from "./served.ts";
import { doneWords, leftWords, warningWords } from "./words.ts";

/** Draw the bar with its words; what still waits to be sent counts. */
export function progressOf(forfait: ForfaitView, { done, left }: Standing): HTMLElement {
  const words = doneWords(done, forfait.quota);
  const near = forfait.closing === null && warningWords(forfait, left) !== null;
  return h(
    "div",
    { class: "care-progress" },
    h("progress", { class: near ? "progress care-near" : "progress", max: forfait.quota, value: done, "aria-label": words }),
    h("p", { class: "small" }, h("span", { class: "strong number" }, words), h("span", { class: "soft" }, ` · ${leftWords(forfait, left)}`)),
  );
}

/** Say what to think of by now; nothing where there is nothing. */
export function warningOf(forfait: ForfaitView, { left }: Standing, acts: Child = null): Child {
  const words = forfait.closing === null ? warningWords(forfait, left) : null;
  if (words === null) return null;
  return h("div", { class: "banner banner-warm" }, icon("warning"), h("p", null, words), acts !== null && h("div", { class: "banner-actions" }, acts));
}
