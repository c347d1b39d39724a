/** The old address of what is late: the board says it now, with all else that waits. */

import { h } from "../dom.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export function coordinationLatePage({ go }: PageContext): Page {
  const title = t("Tableau de bord");
  return {
    title,
    element: h("div", { class: "page" }, h("h1", { class: "page-title" }, title)),
    arrived: () => go("/coordination/board?finding=visit_late", { replace: true }),
  };
}
