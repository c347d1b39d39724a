/** One line of a report: what it is about, what it means, what differs, and what is wanted of it. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { candidatesField } from "./candidates.ts";
import { type Selection, choose, isReady, isWanted, want } from "./selection.ts";
import type { Difference, LineView, Told } from "./served.ts";
import { isGood, lineName, resultWord, statusLook, statusWord, valueWord, whyWord } from "./words.ts";

export type LineOptions = {
  readonly ronde: Ronde;
  readonly selection: () => Selection;
  readonly select: (selection: Selection) => void;
  /** Nothing can be chosen while lines are being taken over, nor once a report is forgotten. */
  readonly fixed: boolean;
};

/** Draw a line. */
export function reportLine(line: LineView, options: LineOptions): HTMLElement {
  return h(
    "li",
    { class: "import-line" },
    h("div", { class: "import-head" }, head(line, options), h("span", { class: statusLook(line.status) }, statusWord(line.status))),
    outcome(line),
    sentences(line.problems, "danger-text"),
    sentences(line.notes, "soft"),
    line.differences.length > 0 && differences(line.differences),
    line.status === "duplicate" && line.outcome === null && candidatesField(line, { ...options, choose: (wanted) => chosen(line, wanted, options) }),
    values(line),
  );
}

function chosen(line: LineView, wanted: string | null, { selection, select }: LineOptions): void {
  select(choose(selection(), line.number, wanted));
}

function head(line: LineView, { selection, select, fixed }: LineOptions): HTMLElement {
  const name = h("span", { class: "import-name" }, h("span", { class: "strong" }, line.values.length > 0 ? lineName(line) : t("Ligne reprise")), " ", h("span", { class: "small muted" }, t("ligne {n}", { n: line.line })));
  if (!isReady(line)) return name;
  const box = h("input", { type: "checkbox", checked: isWanted(selection(), line.number), disabled: fixed, "data-line": line.number });
  box.addEventListener("change", () => select(want(selection(), line.number, box.checked)));
  return h("label", { class: "check" }, box, name);
}

function outcome({ outcome: became, sort }: LineView): Child {
  if (became === null) return null;
  const good = isGood(became.result);
  const href = became.target === null || sort === "structure" ? null : `/coordination/${sort === "child" ? "children" : "professionals"}/${became.target}`;
  return h(
    "p",
    { class: `signed ${good ? "" : "danger-text"}` },
    icon(good ? "check" : "warning", "small"),
    h("span", null, `${resultWord(became.result)}. `, href !== null && h("a", { href }, t("Ouvrir la fiche"))),
  );
}

function sentences(told: readonly Told[], look: string): Child {
  if (told.length === 0) return null;
  return h("ul", { class: `import-told small ${look}` }, told.map((each) => h("li", null, labelWord(each.sentence))));
}

/** What differs, field by field, and which of the two stays. */
function differences(held: readonly Difference[]): HTMLElement {
  const heading = (words: string): HTMLElement => h("th", { scope: "col" }, words);
  return h(
    "div",
    { class: "table-scroll", role: "region", tabindex: 0, "aria-label": t("Ce qui diffère") },
    h(
      "table",
      { class: "table" },
      h("thead", null, h("tr", null, heading(t("Colonne")), heading(t("Ici")), heading(t("Dans le fichier")), heading(t("La valeur ici est")))),
      h(
        "tbody",
        null,
        held.map((each) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, each.column),
            h("td", null, valueWord(each.ours)),
            h("td", null, valueWord(each.theirs)),
            h("td", { class: each.why === null ? "strong" : "soft" }, each.why === null ? t("remplacée") : whyWord(each.why)),
          ),
        ),
      ),
    ),
  );
}

function values(line: LineView): Child {
  if (line.values.length === 0) return null;
  return h(
    "details",
    null,
    h("summary", { class: "small import-more" }, t("Ce que dit le fichier")),
    h("dl", { class: "facts small" }, line.values.map((each) => h("div", null, h("dt", null, each.column), h("dd", null, valueWord(each.value))))),
  );
}
