/** What stands at the head of the office's pages: a title, its act, and the way between the lists. */

import { type Child, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import { t } from "../words.ts";
import { type Powers, powersOf } from "./powers.ts";

export type OfficeTab = "start" | "board" | "duties" | "children" | "professionals" | "statements" | "report";

/** A page of the office, with one tab open. */
export function officePage(
  { ronde }: PageContext,
  open: OfficeTab,
  given: { readonly title: string; readonly action?: Child; readonly body: Child },
): HTMLElement {
  return h(
    "div",
    { class: "page page-wide office" },
    h(
      "header",
      { class: "page-header" },
      h("h1", { class: "page-title" }, given.title),
      given.action !== undefined && h("div", { class: "page-actions" }, given.action),
    ),
    tabs(open, powersOf(ronde.me?.role)),
    given.body,
  );
}

function tabs(open: OfficeTab, powers: Powers): HTMLElement {
  const tab = (name: OfficeTab, path: string, drawing: IconName, label: string): HTMLElement =>
    h(
      "a",
      { class: "tab", href: `/coordination${path}`, "aria-current": name === open ? "page" : null },
      icon(drawing, "small"),
      label,
    );
  return h(
    "nav",
    { class: "tabs", "aria-label": t("Coordination") },
    tab("start", "", "check", t("À faire")),
    powers.children && tab("board", "/board", "board", t("Tableau de bord")),
    powers.children && tab("duties", "/duties", "flag", t("Démarches")),
    powers.children && tab("children", "/children", "circles", t("Enfants")),
    tab("professionals", "/professionals", "people", t("Professionnels")),
    powers.children && tab("statements", "/statements", "list", t("Relevés")),
    tab("report", "/report", "document", t("Rapport")),
  );
}
