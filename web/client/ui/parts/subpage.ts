/** A page under another: the way back, a title, and what it is for. */

import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";

/** Stand a page under the one it belongs to. */
export function subpage(
  parent: { readonly href: string; readonly name: string },
  title: string,
  lead: Child,
  ...body: readonly Child[]
): HTMLElement {
  return h(
    "div",
    { class: "page" },
    h(
      "header",
      { class: "page-header" },
      h("a", { class: "back-link", href: parent.href }, icon("back", "small"), parent.name),
      h("h1", { class: "page-title" }, title),
      h("p", { class: "page-lead" }, lead),
    ),
    ...body,
  );
}
