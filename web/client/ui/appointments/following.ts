/** One session of a series, or this one and all that follow: asked wherever one is changed. */

import { dayOf, timeOf } from "../dates.ts";
import { fill, freshId, h } from "../dom.ts";
import { t, tn } from "../words.ts";
import { shortRefusal } from "./refusal.ts";
import type { Foreseen } from "./served.ts";

/** Ask how far a change goes; for what is in no series there is nothing to ask. */
export class HowFar {
  readonly element: HTMLElement;
  readonly #all = h("input", { type: "radio", name: freshId("far"), value: "all" });
  readonly #places = h("div", { class: "stack-tight", "aria-live": "polite" });

  constructor(inSeries: boolean, changed: () => void = () => undefined) {
    const one = h("input", { type: "radio", name: this.#all.name, value: "one", checked: true });
    for (const each of [one, this.#all]) {
      each.addEventListener("change", () => {
        fill(this.#places);
        changed();
      });
    }
    this.element = h(
      "fieldset",
      { class: "fieldset", hidden: !inSeries },
      h("legend", null, t("Quelles séances ?")),
      h("label", { class: "check" }, one, h("span", null, t("Cette séance seulement"))),
      h("label", { class: "check" }, this.#all, h("span", null, t("Celle-ci et toutes les suivantes"))),
      this.#places,
    );
  }

  /** Whether all that follow change too. */
  get isAll(): boolean {
    return this.#all.checked;
  }

  /** Show where sessions would go; false where one of them cannot. */
  show(sessions: readonly Foreseen[]): boolean {
    const trouble = sessions.filter(({ refused }) => refused !== null);
    fill(
      this.#places,
      h("p", { class: "strong" }, tn("{n} séance change", "{n} séances changent", sessions.length)),
      h(
        "ul",
        { class: "small" },
        sessions.map(({ start, refused }) =>
          h("li", { class: refused === null ? "" : "danger-text" }, t("{day} à {time}", { day: dayOf(start), time: timeOf(start) }), refused !== null && ` : ${shortRefusal(refused)}`),
        ),
      ),
    );
    return trouble.length === 0;
  }
}
