/** Our own small drawings: strokes on a grid of 24, coloured by the text around them. */

import { svg } from "./dom.ts";

const ring = (cx: number, cy: number, r: number): string =>
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
  phone: "M8 2.8h8A1.5 1.5 0 0 1 17.5 4.3v15.4A1.5 1.5 0 0 1 16 21.2H8a1.5 1.5 0 0 1-1.5-1.5V4.3A1.5 1.5 0 0 1 8 2.8zM10.8 18.3h2.4",
  computer: "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15V6a1.5 1.5 0 0 1 1.5-1.5zM9 20h6M12 16.5V20",
  passkey: `${ring(8, 8.5, 3.8)}M2.5 19.5c.4-3.6 2.6-5.5 5.5-5.5 1.3 0 2.5.4 3.4 1.1${ring(17.5, 10.8, 2.7)}M17.5 13.5v6.7l1.7-1.6-1.7-1.5`,
  bell: "M6.2 16.5V11a5.8 5.8 0 0 1 11.6 0v5.5l1.7 1.7H4.5zM10 20.7h4",
  eye: `M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z${ring(12, 12, 2.8)}`,
  hidden: "M3.5 3.5l17 17M9.3 6A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.8 3.5M6.2 7.6A16 16 0 0 0 2.5 12S6 18.5 12 18.5c1.5 0 2.9-.4 4.1-1M9.9 10a2.8 2.8 0 0 0 4 4",
  copy: "M9.5 8.5h9A1.5 1.5 0 0 1 20 10v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 8 19v-9a1.5 1.5 0 0 1 1.5-1.5zM16 8.5V5A1.5 1.5 0 0 0 14.5 3.5h-9A1.5 1.5 0 0 0 4 5v9a1.5 1.5 0 0 0 1.5 1.5H8",
  print: "M7 8.5V3.5h10v5M7 17H4.5A1.5 1.5 0 0 1 3 15.5V10a1.5 1.5 0 0 1 1.5-1.5h15A1.5 1.5 0 0 1 21 10v5.5a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6.5H7z",
  download: "M12 3.5v12M7 10.8l5 4.9 5-4.9M4.5 20h15",
  trash: "M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l.9 13h9.2l.9-13M10.3 10.5v5.5M13.7 10.5v5.5",
  pencil: "M4 20l.9-4.2L16.3 4.4a1.9 1.9 0 0 1 2.7 0l.6.6a1.9 1.9 0 0 1 0 2.7L8.2 19.1zM14 6.7l3.3 3.3",
  forward: "M9 5.5l6.5 6.5L9 18.5",
  back: "M15 5.5L8.5 12l6.5 6.5",
  down: "M5.5 9l6.5 6.5L18.5 9",
  up: "M5.5 15L12 8.5l6.5 6.5",
  send: "M3.5 11.8L20.5 4l-6 16.5-3.3-7zM11.2 13.5L20.5 4",
  clip: "M19.5 11.5l-7.7 7.7a4.7 4.7 0 0 1-6.6-6.6l8.1-8.1a3.1 3.1 0 0 1 4.4 4.4l-8 8a1.6 1.6 0 0 1-2.3-2.2l7.2-7.2",
  camera: `M4.5 7.5h3l1.5-2.5h6l1.5 2.5h3A1.5 1.5 0 0 1 21 9v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18V9a1.5 1.5 0 0 1 1.5-1.5z${ring(12, 13, 3.5)}`,
  reply: "M9.5 5.5L4 11l5.5 5.5M4 11h9.5a6.5 6.5 0 0 1 6.5 6.5v1",
  smile: `${ring(12, 12, 8.8)}M8.2 14.3a4.6 4.6 0 0 0 7.6 0M9 9.5v.1M15 9.5v.1`,
  flag: "M5.5 21V4M5.5 4.8c4-2.5 8 2 13 0v9c-5 2-9-2.5-13 0",
  clock: `${ring(12, 12, 8.8)}M12 7v5l3.3 2.2`,
  calendar: "M5 5.5h14A1.5 1.5 0 0 1 20.5 7v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 19V7A1.5 1.5 0 0 1 5 5.5zM3.5 10.3h17M8 3v4M16 3v4",
  document: "M6.5 3h7.8L19 7.7v11.8A1.5 1.5 0 0 1 17.5 21h-11A1.5 1.5 0 0 1 5 19.5v-15A1.5 1.5 0 0 1 6.5 3zM14 3v5h5M8.5 12.5h7M8.5 16.3h5",
  people: `${ring(9, 8.3, 3.3)}M2.5 19.5c.5-3.7 3-5.5 6.5-5.5s6 1.8 6.5 5.5M15.3 5.2a3.3 3.3 0 0 1 0 6.2M18 14.6c2 .7 3.2 2.3 3.5 4.9`,
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v3M17 20h3M14 20v-.500",
  leave: "M10 4H5.5A1.5 1.5 0 0 0 4 5.5v13A1.5 1.5 0 0 0 5.5 20H10M15 7.5l4.5 4.5-4.5 4.5M19.5 12H9.5",
  globe: `${ring(12, 12, 8.8)}M3.2 12h17.6M12 3.2c5 5.3 5 12.3 0 17.6M12 3.2c-5 5.3-5 12.3 0 17.6`,
  refresh: "M19.5 8A8.3 8.3 0 0 0 4.2 9.8M4.5 4.8v5h5M4.5 16a8.3 8.3 0 0 0 15.3-1.8M19.5 19.2v-5h-5",
  more: "M5.5 12v.100M12 12v.100M18.5 12v.100",
  filter: "M4 6.5h16M7 12h10M10 17.5h4",
  board: "M4.5 4.5h4v15h-4zM10 4.5h4v9h-4zM15.5 4.5h4v12h-4z",
  list: "M8.5 6.5h11M8.5 12h11M8.5 17.5h11M4.5 6.5v.100M4.5 12v.100M4.5 17.5v.100",
  message: "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v9.5A1.5 1.5 0 0 1 19 17h-7l-4.5 3.8V17H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5z",
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-5.5h4V20",
  help: `${ring(12, 12, 8.8)}M9.3 9.3a2.8 2.8 0 1 1 4.3 2.4c-1 .7-1.6 1.2-1.6 2.3M12 16.9v.1`,
  sent: "M4.5 12.8l4.2 4.2L18 7.5",
  received: "M2.5 12.8l4.2 4.2L16 7.5M11.5 15.8l1.2 1.2L22 7.5",
} as const;

export type IconName = keyof typeof DRAWINGS;

/** Draw an icon. It is decoration: whatever it means must also be said in words. */
export function icon(name: IconName, size: "" | "small" | "large" = ""): SVGElement {
  const look = size === "" ? "icon" : `icon icon-${size}`;
  return svg(
    "svg",
    { class: look, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: DRAWINGS[name] }),
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
