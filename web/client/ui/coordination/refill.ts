/** Drawing a list anew under the hands of somebody who walks through it by keyboard. */

import { type Child, fill } from "../dom.ts";

/** Replace what an element holds; a link that had the focus has it again, if it is still there. */
export function refill(element: HTMLElement, ...children: readonly Child[]): void {
  const held = document.activeElement;
  const href = held !== null && element.contains(held) ? held.getAttribute("href") : null;
  fill(element, ...children);
  if (href === null) return;
  const links = [...element.querySelectorAll<HTMLElement>("a")];
  links.find((each) => each.getAttribute("href") === href)?.focus({ preventScroll: true });
}
