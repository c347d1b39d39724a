/** Tasks over all circles: mine first. */

import { h } from "../dom.ts";
import type { Page, PageContext } from "../router.ts";
import { Board } from "../tasks/board.ts";
import { TaskSource } from "../tasks/source.ts";
import { t } from "../words.ts";

export async function tasksPage(context: PageContext): Promise<Page> {
  const source = await TaskSource.open(context.ronde, null);
  const board = new Board(context, source, { view: "list", who: "me", state: "open", circle: null });
  return {
    title: t("Tâches"),
    element: h("div", { class: "page page-wide" }, h("h1", { class: "page-title" }, t("Tâches")), board.element),
    arrived: () => void source.findWords(() => board.draw(), context.signal).then(() => board.openNamed()),
  };
}
