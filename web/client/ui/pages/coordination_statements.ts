/** Statements to pay: validated by their professionals, marked as paid here, many at once. */

import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { powersOf } from "../coordination/powers.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

/** Draw the page; what is to pay comes in as it is read. */
export function coordinationStatementsPage(context: PageContext): Page {
  const title = t("Relevés à payer");
  if (!powersOf(context.ronde.me?.role).children) return { title, element: notYours() };
  const place = h("div", null, h("p", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("Un instant.")));
  const lead = t("Validés par leurs professionnels, à payer. Cochez, vérifiez le total, marquez comme payés.");
  const body = [h("p", { class: "soft" }, lead), place];
  return { title, element: officePage(context, "statements", { title, body }), arrived: () => void read(context, place) };
}

async function read(context: PageContext, place: HTMLElement): Promise<void> {
  try {
    const { openTill } = await import("../care/till.ts");
    fill(place, await openTill(context));
  } catch (error) {
    if (!context.signal.aborted) fill(place, h("p", { class: "banner banner-warm", role: "alert" }, icon("warning"), said(error)));
  }
}
