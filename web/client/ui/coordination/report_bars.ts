/** Bars: how long each is of a whole, as drawings that no reader needs, since the numbers stand beside them. */

import { h, svg } from "../dom.ts";

const WIDE = 100;
const HIGH = 10;

/** How far along a bar a number lies, from 0 to 100; what is beyond the whole is its end. */
export function along(value: number, whole: number): number {
  if (!(whole > 0) || !(value > 0)) return 0;
  return Math.min(WIDE, Math.round((1000 * value) / whole) / 10);
}

/** One bar of a whole. */
export function bar(value: number, whole: number, look: "now" | "before" = "now"): HTMLElement {
  return drawn(
    svg("rect", { class: "report-ground", x: 0, y: 0, width: WIDE, height: HIGH }),
    svg("rect", { class: `report-${look}`, x: 0, y: 0, width: along(value, whole), height: HIGH }),
  );
}

/** From one number to another, with a line at the one in the middle. */
export function span(low: number, middle: number, high: number, whole: number): HTMLElement {
  const [from, at, until] = [along(low, whole), along(middle, whole), along(high, whole)];
  return drawn(
    svg("rect", { class: "report-ground", x: 0, y: 0, width: WIDE, height: HIGH }),
    svg("rect", { class: "report-before", x: from, y: 0, width: Math.max(0.5, until - from), height: HIGH }),
    svg("rect", { class: "report-now", x: Math.max(0, at - 0.5), y: 0, width: 1, height: HIGH }),
  );
}

/** Stretched to the room there is: only lengths count, and there are no letters in it. */
function drawn(...parts: readonly SVGElement[]): HTMLElement {
  return h("span", { class: "report-bar" }, svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" }, parts));
}
