/** A short list of acts that opens from a button: arrows choose, Esc closes, focus goes back. */

import { h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import "./more_icons.ts";

export type MenuItem = {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => unknown;
  readonly danger?: boolean;
};

const EDGE = 8;

/** Open a menu beside the element that asked for it. `lead` stands above the acts. */
export function openMenu(anchor: HTMLElement, items: readonly MenuItem[], lead?: HTMLElement): void {
  const close = (): void => menu.hidePopover();
  const menu = h(
    "div",
    { class: "menu", role: "menu", popover: "auto" },
    lead ?? null,
    items.map((item) => row(item, close)),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    step(menu, event.key === "ArrowDown" ? 1 : -1);
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (hadFocus) anchor.focus();
  });
  // A modal dialog leaves nothing outside it within reach.
  (anchor.closest("dialog") ?? document.body).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.showPopover();
  place(menu, anchor);
  menu.querySelector<HTMLElement>("button")?.focus();
}

function row(item: MenuItem, close: () => void): HTMLElement {
  const chosen = (): void => {
    close();
    item.run();
  };
  const look = item.danger === true ? "menu-item menu-danger" : "menu-item";
  return h(
    "button",
    { class: look, type: "button", role: "menuitem", onclick: chosen },
    icon(item.icon, "small"),
    item.label,
  );
}

function step(menu: HTMLElement, by: number): void {
  const buttons = [...menu.querySelectorAll<HTMLElement>("button")];
  const at = buttons.findIndex((each) => each === document.activeElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const from = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.min(from.right - size.width, innerWidth - size.width - EDGE);
  const below = from.bottom + EDGE / 2;
  const fits = below + size.height + EDGE <= innerHeight;
  const top = fits ? below : from.top - size.height - EDGE / 2;
  menu.style.setProperty("left", `${Math.max(EDGE, left)}px`);
  menu.style.setProperty("top", `${Math.max(EDGE, top)}px`);
}
