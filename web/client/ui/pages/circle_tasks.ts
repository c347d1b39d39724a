/** The tasks of one circle. */

import { circleFrame } from "../circle/frame.ts";
import { childName } from "../circle/naming.ts";
import { h } from "../dom.ts";
import type { Page, PageContext } from "../router.ts";
import { Board, newTaskButton } from "../tasks/board.ts";
import { TaskSource } from "../tasks/source.ts";

export async function circleTasksPage(context: PageContext): Promise<Page> {
  const frame = await circleFrame(context, "tasks");
  const source = await TaskSource.open(context.ronde, frame.circle);
  const board = new Board(context, source, { view: "board", who: "all", state: "open", circle: null });
  return {
    title: childName(frame.glance.child),
    element: h(
      "div",
      { class: "circle" },
      frame.header,
      h("div", { class: "page page-wide" }, h("div", { class: "row-end" }, newTaskButton(source)), board.element),
    ),
    arrived: () => void source.findWords(() => board.draw(), context.signal).then(() => board.openNamed()),
  };
}
