/**
 * The board's lines: a table where there is room, cards on a phone.
 *
 * The roles are said, since a table that is laid out as cards is none for a screen reader.
 */

import { ageWords, childName } from "../circle/naming.ts";
import { type Child, h } from "../dom.ts";
import { t } from "../words.ts";
import { type Mend, togetherOf } from "./board_acts.ts";
import type { BoardFinding, BoardLine, FindingCode } from "./board_served.ts";
import { type Names, actWord, detailOf, findingWord, spanWord } from "./board_words.ts";

/** One thing to mend, of one child. */
export type Row = { readonly key: string; readonly line: BoardLine; readonly finding: BoardFinding; readonly mend: Mend };

export type TableOptions = {
  readonly names: Names;
  readonly finding: FindingCode | null;
  readonly mend: (line: BoardLine, finding: BoardFinding) => Mend;
  readonly open: (row: Row) => void;
  /** Several may be chosen, to be mended by one answer. */
  readonly choose: ((row: Row, chosen: boolean) => void) | null;
};

const GRAVE: ReadonlySet<FindingCode> = new Set(["lost", "visit_late", "notice_failed"]);

/** The rows of a line: of what is filtered by, or of everything. */
export function rowsOf(line: BoardLine, { finding, mend }: Pick<TableOptions, "finding" | "mend">): readonly Row[] {
  return line.findings
    .filter(({ code }) => finding === null || code === finding)
    .map((each) => ({ key: `${line.child.id} ${each.code} ${each.target}`, line, finding: each, mend: mend(line, each) }));
}

/** The table's frame; `chooseAll` stands where several may be chosen. */
export function tableFrame(chooseAll: HTMLInputElement | null): HTMLTableElement {
  const column = (label: Child, look = ""): HTMLElement => h("th", { role: "columnheader", scope: "col", class: look }, label);
  return h(
    "table",
    { class: chooseAll === null ? "table board-table" : "table board-table board-picking", role: "table", "aria-label": t("Ce qui attend, enfant par enfant") },
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        column(t("Enfant")),
        chooseAll !== null && column(h("label", { class: "check board-all" }, chooseAll, h("span", null, t("Tout choisir"))), "board-pick"),
        column(t("Ce qui attend")),
        column(t("Depuis")),
        column(t("Pour y remédier")),
      ),
    ),
  );
}

/** All of one child: its name once, and a row for each thing to mend. */
export function lineBody(line: BoardLine, options: TableOptions): HTMLElement | null {
  const rows = rowsOf(line, options);
  if (rows.length === 0) return null;
  return h(
    "tbody",
    { role: "rowgroup", "data-child": line.child.id },
    rows.map((row, at) => h("tr", { role: "row" }, at === 0 && childCell(line, rows, options), cells(row, options))),
  );
}

function childCell(line: BoardLine, rows: readonly Row[], { finding }: TableOptions): HTMLElement {
  const shown = new Set(rows.map((row) => row.finding.code));
  const others = [...new Set(line.findings.map(({ code }) => code))].filter((code) => !shown.has(code));
  return h(
    "th",
    { class: "board-child", role: "rowheader", scope: "rowgroup", rowspan: rows.length },
    h("a", { href: `/coordination/children/${line.child.id}` }, childName(line.child)),
    h("span", { class: "board-note" }, ageWords(line.child)),
    finding !== null && others.length > 0 && h("span", { class: "board-note" }, t("Aussi : {what}", { what: others.map(findingWord).join(", ").toLocaleLowerCase() })),
  );
}

function cells(row: Row, options: TableOptions): Child {
  const { finding, line } = row;
  const detail = detailOf(finding, options.names);
  const cell = (look: string, ...content: readonly Child[]): HTMLElement => h("td", { role: "cell", class: look }, content);
  return [
    options.choose !== null && cell("board-pick", togetherOf(finding, row.mend) !== null && pick(row, options.choose)),
    cell(
      "board-found",
      h("span", { class: GRAVE.has(finding.code) ? "strong danger-text" : "strong" }, findingWord(finding.code)),
      detail !== "" && h("span", { class: "board-note" }, detail),
    ),
    cell("board-since number", spanWord(finding)),
    cell("board-act", act(row, options, childName(line.child))),
  ];
}

function pick(row: Row, choose: (row: Row, chosen: boolean) => void): HTMLElement {
  const box = h("input", { type: "checkbox", "data-key": row.key, "aria-label": t("Choisir {name}", { name: childName(row.line.child) }) });
  box.addEventListener("change", () => choose(row, box.checked));
  return h("label", { class: "check board-box" }, box);
}

function act(row: Row, { open }: TableOptions, name: string): HTMLElement {
  const words = actWord(row.finding.act);
  const whose = h("span", { class: "visually-hidden" }, ` : ${name}`);
  const look = { class: "button button-small board-mend" };
  if ("href" in row.mend) return h("a", { ...look, href: row.mend.href }, words, whose);
  return h("button", { ...look, type: "button", onclick: () => open(row) }, words, whose);
}
