/** The circles one is in, what is unread first. */

import type { CircleId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { ageWords, childName, nextWords } from "../circle/naming.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { stageWord } from "../nomenclature.ts";
import { noCircle } from "../parts/no_circle.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader, MyDay } from "../served.ts";
import { t, tn } from "../words.ts";

export async function circlesPage({ ronde, signal }: PageContext): Promise<Page> {
  const { value: day } = await ronde.api.read<MyDay>("/day");
  const list = h("ul", { class: "list card card-flush" });
  const draw = (): void => {
    const rows = day.circles.map(({ id, child }) => ({ id, child, unread: unreadIn(ronde, id) }));
    rows.sort((one, other) => other.unread - one.unread || childName(one.child).localeCompare(childName(other.child), "fr"));
    list.replaceChildren(...rows.map((each) => row(each.id, each.child, each.unread)));
  };
  draw();
  for (const event of ["circle", "channel"] as const) signal.addEventListener("abort", ronde.on(event, draw));
  return {
    title: t("Cercles"),
    element: h(
      "div",
      { class: "page" },
      h("h1", { class: "page-title" }, t("Cercles")),
      day.circles.length === 0 ? noCircle(ronde, day.lapsed) : list,
    ),
  };
}

function unreadIn(ronde: Ronde, circle: CircleId): number {
  return ronde.circles.find((each) => each.id === circle)?.unread ?? 0;
}

function row(id: CircleId, child: ChildHeader, unread: number): HTMLElement {
  const next = nextWords(child);
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: `/circles/${id}` },
      h(
        "span",
        { class: "list-main" },
        h("span", { class: unread > 0 ? "list-title strong" : "list-title" }, childName(child)),
        h("span", { class: "list-note" }, [ageWords(child), stageWord(child.stage)].join(" · ")),
        next !== null && h("span", { class: "list-note" }, next),
      ),
      h(
        "span",
        { class: "list-end" },
        unread > 0 && h("span", { class: "count", role: "img", "aria-label": tn("{n} message non lu", "{n} messages non lus", unread) }, unread),
        icon("forward", "small"),
      ),
    ),
  );
}
