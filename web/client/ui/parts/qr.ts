/** A QR code drawn as elements, since no markup is ever parsed from text. */

import { encode } from "uqr";
import { h, svg } from "../dom.ts";

/** Draw a text as a QR code on white, whatever the theme; `label` says what it is for. */
export function qrCode(text: string, label: string): HTMLElement {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  let path = "";
  for (const [y, row] of data.entries()) {
    for (const [x, dark] of row.entries()) if (dark) path += `M${x} ${y}h1v1h-1z`;
  }
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("path", { d: path, fill: "#111" }),
  );
  return h("div", { class: "tile qr" }, drawing);
}
