/** What is late, child by child, and the families whom a notice did not reach. */

import { childName } from "../circle/frame.ts";
import { failedLines, lateLines } from "../coordination/lateness.ts";
import { needLine, needSection } from "../coordination/lines.ts";
import { notYours, officePage } from "../coordination/office.ts";
import { Paged } from "../coordination/paged.ts";
import { CHILDREN } from "../coordination/people.ts";
import { powersOf } from "../coordination/powers.ts";
import { refill } from "../coordination/refill.ts";
import type { FailedNotice, Lateness } from "../coordination/served.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";

export function coordinationLatePage(context: PageContext): Page {
  const { ronde, signal } = context;
  const title = t("En retard");
  if (!powersOf(ronde.me?.role).children) return { title, element: notYours() };
  const late = new Paged<Lateness>(ronde, "/coordination/late");
  const failed = new Paged<FailedNotice>(ronde, "/notices/failed");
  const children = new Paged<ChildHeader>(ronde, CHILDREN);
  const body = h("div", { class: "stack-loose" });
  const draw = (): void => {
    const names = new Map([...children.items, ...late.items.map((each) => each.child)].map((each) => [each.id, childName(each)] as const));
    const calls = needSection({ title: t("Familles à appeler"), note: t("Un avis de rendez-vous n'est pas arrivé."), lines: failedLines(failed.items, names) });
    const lines = late.items.flatMap(lateLines);
    const reading = !late.done || !failed.done;
    refill(
      body,
      calls,
      lines.length > 0 && h("ul", { class: "list card card-flush", "aria-label": title }, lines.map(needLine)),
      reading && h("p", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("La suite arrive…")),
      !reading && calls === null && lines.length === 0 && nothing(),
    );
  };
  const read = async (): Promise<void> => {
    await Promise.all([late.all(signal, draw), failed.all(signal, draw)]);
    if (failed.items.length > 0) await children.all(signal, draw);
  };
  const arrived = (): void => {
    read().catch((error: unknown) => fill(body, h("p", { class: "banner banner-warm", role: "alert" }, icon("warning"), said(error))));
  };
  draw();
  return { title, element: officePage(context, "late", { title, body }), arrived };
}

function nothing(): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon("check"),
    h("p", { class: "empty-title" }, t("Rien n'est en retard")),
    h("p", null, t("Les visites, les rendez-vous et les tâches sont à jour.")),
  );
}
