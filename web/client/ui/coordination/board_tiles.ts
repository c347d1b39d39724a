/** The totals of the board: one tile for each thing that is found, which filters by it. */

import { h } from "../dom.ts";
import { number, t } from "../words.ts";
import { FINDINGS, type FindingCode, type Totals } from "./board_served.ts";
import { findingWord } from "./board_words.ts";

/** On a phone the gravest stand there, the others once somebody asks; it stays so. */
const GRAVEST = 3;
let unfolded = false;

/** Draw the tiles; `choose` is given null for everything. */
export function tiles(totals: Totals, chosen: FindingCode | null, choose: (code: FindingCode | null) => void): HTMLElement {
  const found = FINDINGS.filter((code) => (totals.findings[code] ?? 0) > 0 || code === chosen);
  const place = h(
    "div",
    { class: unfolded || found.length <= GRAVEST ? "board-tiles" : "board-tiles board-few", role: "group", "aria-label": t("Ce qui attend, et combien d'enfants") },
    tile(totals.children, t("Tous les enfants"), chosen === null, () => choose(null)),
    found.map((code) => tile(totals.findings[code] ?? 0, findingWord(code), code === chosen, () => choose(code))),
  );
  const more = h("button", { class: "button button-small board-more", type: "button" }, t("Tout voir ({n})", { n: found.length }));
  more.addEventListener("click", () => {
    unfolded = true;
    place.classList.remove("board-few");
    more.remove();
    place.querySelectorAll<HTMLElement>(".board-tile")[GRAVEST + 1]?.focus();
  });
  if (place.classList.contains("board-few")) place.append(more);
  return place;
}

function tile(count: number, label: string, on: boolean, choose: () => void): HTMLElement {
  return h(
    "button",
    { class: "board-tile", type: "button", "aria-pressed": String(on), onclick: choose },
    h("span", { class: "board-count number" }, number(count)),
    h("span", null, label),
  );
}
