/** The totals of the board: one tile for each thing that is found, which filters by it. */

import { h } from "../dom.ts";
import { number, t } from "../words.ts";
import { FINDINGS, type FindingCode, type Totals } from "./board_served.ts";
import { findingWord } from "./board_words.ts";

/** Draw the tiles; `choose` is given null for everything. */
export function tiles(totals: Totals, chosen: FindingCode | null, choose: (code: FindingCode | null) => void): HTMLElement {
  const found = FINDINGS.filter((code) => (totals.findings[code] ?? 0) > 0 || code === chosen);
  return h(
    "div",
    { class: "board-tiles", role: "group", "aria-label": t("Ce qui attend, et combien d'enfants") },
    tile(totals.children, t("Tous les enfants"), chosen === null, () => choose(null)),
    found.map((code) => tile(totals.findings[code] ?? 0, findingWord(code), code === chosen, () => choose(code))),
  );
}

function tile(count: number, label: string, on: boolean, choose: () => void): HTMLElement {
  return h(
    "button",
    { class: "board-tile", type: "button", "aria-pressed": String(on), onclick: choose },
    h("span", { class: "board-count number" }, number(count)),
    h("span", null, label),
  );
}
