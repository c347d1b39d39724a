/** The quality board: who is late, which file is incomplete, and the act that mends each. */

import { Board } from "../coordination/board.ts";
import { notYours } from "../coordination/office.ts";
import { officePage } from "../coordination/office_page.ts";
import { powersOf } from "../coordination/powers.ts";
import type { Page, PageContext } from "../router.ts";
import { t } from "../words.ts";

export async function coordinationBoardPage(context: PageContext): Promise<Page> {
  const title = t("Tableau de bord");
  if (!powersOf(context.ronde.me?.role).children) return { title, element: notYours() };
  const board = await Board.open(context);
  const element = officePage(context, "board", { title, body: board.element });
  element.classList.add("page-wide");
  return { title, element, arrived: () => board.arrived() };
}
