/** What stands around every page: skip link, navigation, status, news, toasts. */

import { fill, found, h } from "../dom.ts";
import { type IconName, brandMark, icon } from "../icons.ts";
import { keyName } from "../keyboard.ts";
import type { Area } from "../router.ts";
import { language, t, tn } from "../words.ts";
import { avatar, fullName } from "./avatar.ts";
import type { CircleView, Me } from "../../shell/ronde.ts";

export type FrameCircle = { readonly view: CircleView; readonly name: string };

/** What the frame shows of the person and their circles. */
export type FrameState = {
  readonly me: Me | null;
  readonly area: Area;
  readonly path: string;
  readonly circles: readonly FrameCircle[];
  readonly openSwitcher: () => void;
};

const COORDINATING = new Set(["coordinator", "secretary", "administrator"]);

/** Build the frame into its place and give the element that pages go into. */
export function buildFrame(place: HTMLElement): HTMLElement {
  const main = h("main", { class: "frame-main", id: "main", tabindex: -1 });
  fill(
    place,
    h("a", { class: "skip", href: "#main" }),
    h(
      "div",
      { class: "frame" },
      h("header", { class: "nav" }),
      h("div", { class: "frame-body" }, h("div", { class: "status", role: "status" }), main),
    ),
    h("div", { class: "toasts", role: "status" }),
    h("div", { class: "visually-hidden", id: "news", "aria-live": "polite" }),
  );
  const skip = found<HTMLAnchorElement>(place, ".skip");
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  return main;
}

let drawn = "";

/** Draw the navigation for this person and page, unless it stands there just so already. */
export function drawNavigation(state: FrameState): void {
  const told = JSON.stringify([language(), state.me, state.area, state.path, state.circles]);
  if (told === drawn) return;
  drawn = told;
  const focused = document.activeElement?.closest(".nav a")?.getAttribute("href");
  draw(state);
  // Whoever walks through the links by keyboard is not thrown out by a message that comes in.
  if (focused != null) document.querySelector<HTMLElement>(`.nav a[href="${focused}"]`)?.focus();
}

function draw(state: FrameState): void {
  found(document, ".skip").textContent = t("Aller au contenu");
  const unread = state.circles.reduce((sum, each) => sum + each.view.unread, 0);
  fill(
    found(document, ".nav"),
    h("a", { class: "nav-brand", href: "/" }, brandMark(), h("span", null, "Ronde")),
    switcherButton(state.openSwitcher),
    h(
      "nav",
      { class: "nav-links", "aria-label": t("Navigation principale") },
      link(state, "day", "/", "day", t("Ma journée")),
      link(state, "circles", "/circles", "circles", t("Cercles"), unread),
      link(state, "tasks", "/tasks", "tasks", t("Tâches")),
      COORDINATING.has(state.me?.role ?? "") &&
        link(state, "coordination", "/coordination", "coordination", t("Coordination")),
      link(state, "account", "/account", "account", t("Compte")),
    ),
    state.circles.length > 0 && circleList(state),
    state.me !== null && person(state.me),
  );
}

function switcherButton(open: () => void): HTMLElement {
  return h(
    "button",
    { class: "nav-search", type: "button", onclick: open, "aria-keyshortcuts": "Control+K" },
    icon("search", "small"),
    h("span", null, t("Aller à…")),
    h("kbd", { class: "key", "aria-hidden": "true" }, `${keyName("Mod")} K`),
  );
}

function link(state: FrameState, area: Area, href: string, name: IconName, label: string, count = 0): HTMLElement {
  return h(
    "a",
    { class: "nav-link", href, "data-area": area, "aria-current": state.area === area ? "page" : null },
    h("span", { class: "nav-icon" }, icon(name)),
    h("span", { class: "nav-label" }, label),
    count > 0 && counted(count),
  );
}

function counted(count: number): HTMLElement {
  return h(
    "span",
    { class: "count" },
    h("span", { "aria-hidden": "true" }, count > 99 ? "99+" : count),
    h("span", { class: "visually-hidden" }, tn("{n} message non lu", "{n} messages non lus", count)),
  );
}

function circleList(state: FrameState): HTMLElement {
  const rows = state.circles.map(({ view, name }) => {
    const here = state.path.startsWith(`/circles/${view.id}`);
    return h(
      "li",
      null,
      h(
        "a",
        { class: "nav-circle", href: `/circles/${view.id}`, "aria-current": here ? "true" : null },
        h("span", { class: view.unread > 0 ? "truncate strong" : "truncate" }, name),
        view.unread > 0 && counted(view.unread),
      ),
    );
  });
  return h(
    "nav",
    { class: "nav-circles", "aria-label": t("Mes cercles") },
    h("p", { class: "nav-heading", "aria-hidden": "true" }, t("Mes cercles")),
    h("ul", null, rows),
  );
}

function person(me: Me): HTMLElement {
  return h(
    "a",
    { class: "nav-person", href: "/account" },
    avatar(me, { id: me.professional }),
    h("span", { class: "truncate" }, fullName(me)),
  );
}
