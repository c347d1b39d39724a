/** The head of a child's own pages: in its circle with the circle's tabs, at the office without. */

import type { ChildId, CircleId } from "../../core/ids.ts";
import { type Tab, circleFrame } from "../circle/frame.ts";
import { ageWords, childName } from "../circle/naming.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { Page, PageContext } from "../router.ts";
import { type Setting, settingOf } from "./around.ts";
import type { LineOfLife } from "./life_line.ts";

export type ChildFrame = Setting & {
  readonly page: (...body: readonly Child[]) => Page;
  /** Where this child's page of a name is: `pathway`, `growth`, `write`. */
  readonly address: (name: string) => string;
};

/** Draw the head of the page that an address names: `{circle}` or `{child}`. */
export async function childFrame(context: PageContext, tab: Tab): Promise<ChildFrame> {
  const { ronde, place } = context;
  const circle = (place.params["circle"] ?? null) as CircleId | null;
  if (circle !== null) {
    const frame = await circleFrame(context, tab);
    const setting = await settingOf(ronde, frame.glance.child.id, circle);
    return { ...setting, address: (name) => `/circles/${circle}/${name}`, page: page(frame.header, setting) };
  }
  const child = place.params["child"] as ChildId;
  const { value } = await ronde.api.read<LineOfLife>(`/children/${child}/life-line`);
  const setting = await settingOf(ronde, child, value.child.circle);
  return { ...setting, address: (name) => `/coordination/${name}/${child}`, page: page(officeHead(setting), setting) };
}

function page(header: HTMLElement, { child }: Setting): ChildFrame["page"] {
  return (...body) => ({ title: childName(child), element: h("div", { class: "circle" }, header, h("div", { class: "page" }, body)) });
}

function officeHead({ child }: Setting): HTMLElement {
  return h(
    "header",
    { class: "circle-head" },
    h(
      "div",
      { class: "circle-child" },
      h("a", { class: "back-link", href: `/coordination/children/${child.id}` }, icon("back", "small"), childName(child)),
      h("h1", { class: "circle-name" }, childName(child)),
      h("p", { class: "circle-facts" }, ageWords(child)),
    ),
  );
}
