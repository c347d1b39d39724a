/** What stands at the head of the office's pages: a title, its act, and the way between the lists. */

import { type Child, fill, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import type { Sending } from "../sending/served.ts";
import { t } from "../words.ts";
import { type Powers, powersOf } from "./powers.ts";

export type OfficeTab = "start" | "board" | "duties" | "notices" | "children" | "professionals" | "statements" | "report";

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
    open !== "notices" && powersOf(ronde.me?.role).children && pauseSign(ronde),
    given.body,
  );
}

/** Whoever works here sees that nothing leaves; the button stands with the list of notices. */
function pauseSign(ronde: PageContext["ronde"]): HTMLElement {
  const place = h("div", { class: "office-slot" });
  const look = async (): Promise<void> => {
    const { value } = await ronde.api.read<Sending>("/sending");
    if (!value.paused) return;
    const { pausedBanner } = await import("../sending/pause.ts");
    fill(place, pausedBanner(value, false));
  };
  // A sign that does not come is no reason to keep the page back.
  look().catch(() => undefined);
  return place;
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
    powers.children && tab("notices", "/notices", "send", t("Envois")),
    powers.children && tab("children", "/children", "circles", t("Enfants")),
    tab("professionals", "/professionals", "people", t("Professionnels")),
    powers.children && tab("statements", "/statements", "list", t("Relevés")),
    tab("report", "/report", "document", t("Rapport")),
  );
}
