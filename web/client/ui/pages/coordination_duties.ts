/** The office's duties: what the pathway asks of it, child by child. */

import { Duties } from "../coordination/duties.ts";
import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export async function coordinationDutiesPage(context: PageContext): Promise<Page> {
  const title = t("Démarches");
  if (!powersOf(context.ronde.me?.role).children) return { title, element: notYours() };
  const duties = await Duties.open(context);
  return { title, element: officePage(context, "duties", { title, body: duties.element }) };
}
