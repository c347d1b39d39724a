/** What whoever has no business in the office is told. */

import { h } from "../dom.ts";
import { t } from "../words.ts";

/** Say that only the office sees this, to whoever came here by an address. */
export function notYours(): HTMLElement {
  return h(
    "div",
    { class: "page" },
    h("h1", { class: "page-title" }, t("Coordination")),
    h("p", { class: "soft" }, t("Ces pages sont celles de la coordination et du secrétariat.")),
    h("a", { class: "button", href: "/" }, t("Retour à ma journée")),
  );
}
