/** Our own small drawings: strokes on a grid of 24, coloured by the text around them. */

import { svg } from "./dom.ts";
import type { FeedIconName } from "./feed/drawings.ts";
import type { MoreIconName } from "./more_icons.ts";

/** A circle as a path. */
export const ring = (cx: number, cy: number, r: number): string =>
  `M${cx - r} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

const DRAWINGS = {
  day: `${ring(12, 12, 4)}M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4`,
  circles: `${ring(12, 12, 2.6)}${ring(12, 4.6, 1.7)}${ring(18.4, 8.3, 1.7)}${ring(18.4, 15.7, 1.7)}${ring(12, 19.4, 1.7)}${ring(5.6, 15.7, 1.7)}${ring(5.6, 8.3, 1.7)}`,
  tasks: "M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5zM8 12.2l2.8 2.8L16.2 9",
  coordination: `${ring(6, 6, 2.5)}${ring(18, 6, 2.5)}${ring(12, 18, 2.5)}M8.5 6h7M7.2 8.2l3.7 7.5M16.8 8.2l-3.7 7.5`,
  account: `${ring(12, 8.2, 3.7)}M4.5 20.2c.6-4 3.6-6 7.5-6s6.9 2 7.5 6`,
  close: "M6 6l12 12M18 6L6 18",
  search: `${ring(10.5, 10.5, 6)}M15 15l5.2 5.2`,
  plus: "M12 5v14M5 12h14",
  check: "M5 12.8l4.6 4.6L19.2 7",
  warning: "M12 4.2L2.9 19.5h18.2zM12 10v4.2M12 16.9v.1",
  info: `${ring(12, 12, 8.8)}M12 11v5.5M12 7.7v.1`,
  offline: "M3 4l17 16M7.2 9.3A4.8 4.8 0 0 0 7.5 18.9h9.6M9.8 6.5a5.6 5.6 0 0 1 8.4 4.1 4.3 4.3 0 0 1 2 6.8",
  online: "M7.5 18.9a4.8 4.8 0 0 1-.6-9.5 5.9 5.9 0 0 1 11.3 1.2 4.2 4.2 0 0 1-.5 8.3z",
  shield: "M12 3l7.5 2.7v5.6c0 4.5-3 7.8-7.5 9.7-4.5-1.9-7.5-5.2-7.5-9.7V5.7zM8.7 12l2.4 2.4 4.2-4.6",
  lock: "M6.5 10.5h11A1.5 1.5 0 0 1 19 12v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5zM8 10.5V7.7a4 4 0 0 1 8 0v2.8",
  eye: `M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z${ring(12, 12, 2.8)}`,
  download: "M12 3.5v12M7 10.8l5 4.9 5-4.9M4.5 20h15",
  back: "M15 5.5L8.5 12l6.5 6.5",
  forward: "M9 5.5l6.5 6.5L9 18.5",
  send: "M3.5 11.8L20.5 4l-6 16.5-3.3-7zM11.2 13.5L20.5 4",
  flag: "M5.5 21V4M5.5 4.8c4-2.5 8 2 13 0v9c-5 2-9-2.5-13 0",
  clock: `${ring(12, 12, 8.8)}M12 7v5l3.3 2.2`,
  calendar: "M5 5.5h14A1.5 1.5 0 0 1 20.5 7v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 19V7A1.5 1.5 0 0 1 5 5.5zM3.5 10.3h17M8 3v4M16 3v4",
  document: "M6.5 3h7.8L19 7.7v11.8A1.5 1.5 0 0 1 17.5 21h-11A1.5 1.5 0 0 1 5 19.5v-15A1.5 1.5 0 0 1 6.5 3zM14 3v5h5M8.5 12.5h7M8.5 16.3h5",
  people: `${ring(9, 8.3, 3.3)}M2.5 19.5c.5-3.7 3-5.5 6.5-5.5s6 1.8 6.5 5.5M15.3 5.2a3.3 3.3 0 0 1 0 6.2M18 14.6c2 .7 3.2 2.3 3.5 4.9`,
  more: "M5.5 12v.100M12 12v.100M18.5 12v.100",
  board: "M4.5 4.5h4v15h-4zM10 4.5h4v9h-4zM15.5 4.5h4v12h-4z",
  list: "M8.5 6.5h11M8.5 12h11M8.5 17.5h11M4.5 6.5v.100M4.5 12v.100M4.5 17.5v.100",
  message: "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v9.5A1.5 1.5 0 0 1 19 17h-7l-4.5 3.8V17H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5z",
  help: `${ring(12, 12, 8.8)}M9.3 9.3a2.8 2.8 0 1 1 4.3 2.4c-1 .7-1.6 1.2-1.6 2.3M12 16.9v.1`,
  heart: "M12 20s-7.500-4.600-7.500-10.200A4.200 4.200 0 0 1 12 7.300a4.200 4.200 0 0 1 7.500 2.500C19.500 15.400 12 20 12 20z",
  received: "M2.5 12.8l4.2 4.2L16 7.5M11.5 15.8l1.2 1.2L22 7.5",
} as const;

export type IconName = keyof typeof DRAWINGS | MoreIconName | FeedIconName;

const drawings = new Map<string, string>(Object.entries(DRAWINGS));

/** Learn more drawings: some come with what opens over a page and with forms, some with discussions. */
export function learnDrawings(more: Readonly<Partial<Record<IconName, string>>>): void {
  for (const [name, drawing] of Object.entries(more)) drawings.set(name, drawing);
}

/** Draw an icon. It is decoration: whatever it means must also be said in words. */
export function icon(name: IconName, size: "" | "small" | "large" = ""): SVGElement {
  const look = size === "" ? "icon" : `icon icon-${size}`;
  return svg(
    "svg",
    { class: look, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: drawings.get(name) }),
  );
}

/** Draw the sign of the house: six people around a child. */
export function brandMark(): SVGElement {
  const points = [0, 1, 2, 3, 4, 5].map((at) => {
    const angle = (at * Math.PI) / 3;
    return svg("circle", {
      class: "mark-person",
      cx: (16 + 9.5 * Math.sin(angle)).toFixed(2),
      cy: (16 - 9.5 * Math.cos(angle)).toFixed(2),
      r: 2.1,
    });
  });
  return svg(
    "svg",
    { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "mark-ground", width: 32, height: 32, rx: 8 }),
    svg("circle", { class: "mark-child", cx: 16, cy: 16, r: 4.1 }),
    points,
  );
}
