/** A line of « Ma journée » and the heading it stands under. */

import { type Child, h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";

export type Row = {
  readonly href: string;
  readonly drawing: IconName;
  readonly title: string;
  readonly note: string;
  /** Is it somebody's text of any length, of which the beginning is enough? */
  readonly cut?: boolean;
  readonly end: readonly Child[];
};

/** Draw a line that leads to what it is about. */
export function row(given: Row): HTMLElement {
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href: given.href },
      h("span", { class: "list-lead" }, icon(given.drawing)),
      h(
        "span",
        { class: "list-main" },
        h("span", { class: "list-title" }, given.title),
        given.note !== "" && h("span", { class: given.cut === true ? "list-note truncate" : "list-note" }, given.note),
      ),
      h("span", { class: "list-end" }, given.end),
    ),
  );
}

/** Draw lines under a heading; `more` leads to the whole list. */
export function section(title: string, rows: readonly HTMLElement[], more?: { readonly href: string; readonly label: string }): HTMLElement {
  return h(
    "section",
    { class: "section" },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title" }, title),
      more !== undefined && h("a", { href: more.href }, more.label),
    ),
    h("ul", { class: "list card card-flush" }, rows),
  );
}
