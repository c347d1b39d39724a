/** An address at which nothing stands. */

import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

/** Say so without blame, and show the way back. */
export function notFoundPage(_context: PageContext): Page {
  const element = h(
    "div",
    { class: "page" },
    h(
      "div",
      { class: "empty" },
      icon("search"),
      h("h1", { class: "empty-title" }, t("Rien à cette adresse")),
      h("p", null, t("La page a peut-être été déplacée, ou elle n'est pas pour vous.")),
      h("a", { class: "button button-primary", href: "/" }, t("Retour à ma journée")),
    ),
  );
  return { title: t("Introuvable"), element };
}
