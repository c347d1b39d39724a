/** What families are told: what left, what waits, what failed, and the pause of all sending. */

import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Page, PageContext } from "../router.ts";
import { Notices } from "../sending/notices.ts";
import { pausePlace } from "../sending/pause.ts";
import { t } from "../words.ts";

export async function coordinationNoticesPage(context: PageContext): Promise<Page> {
  const title = t("Envois");
  const powers = powersOf(context.ronde.me?.role);
  if (!powers.children) return { title, element: notYours() };
  const [pause, notices] = await Promise.all([pausePlace(context.ronde, powers.decide), Notices.open(context)]);
  const element = officePage(context, "notices", { title, body: [pause, notices.element] });
  return { title, element };
}
