/** Lines of what waits, each a link to the act that mends it, under a heading with their number. */

import { type Child, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import { t } from "../words.ts";

const FEW = 6;

export type Line = {
  readonly href: string;
  readonly lead: HTMLElement | IconName;
  readonly title: string;
  readonly note: string;
  readonly end?: Child;
};

export type NeedSection = {
  readonly title: string;
  readonly note?: string;
  readonly lines: readonly Line[];
  /** Where the whole list is. */
  readonly all?: string;
};

/** Draw a section of lines; nothing where nothing waits. */
export function needSection({ title, note, lines, all }: NeedSection): HTMLElement | null {
  if (lines.length === 0) return null;
  const shown = all === undefined ? lines : lines.slice(0, FEW);
  return h(
    "section",
    { class: "section" },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title row" }, title, h("span", { class: "badge" }, lines.length)),
      all !== undefined && lines.length > shown.length && h("a", { href: all }, t("Voir les {n}", { n: lines.length })),
    ),
    note !== undefined && h("p", { class: "section-note" }, note),
    h("ul", { class: "list card card-flush" }, shown.map(needLine)),
  );
}

/** Draw one line. */
export function needLine(line: Line): HTMLElement {
  const lead = typeof line.lead === "string" ? h("span", { class: "row-sign" }, icon(line.lead)) : line.lead;
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: line.href },
      lead,
      h(
        "span",
        { class: "list-main office-line" },
        h("span", { class: "list-title" }, line.title),
        line.note !== "" && h("span", { class: "list-note" }, line.note),
      ),
      h("span", { class: "list-end muted" }, line.end, icon("forward", "small")),
    ),
  );
}
