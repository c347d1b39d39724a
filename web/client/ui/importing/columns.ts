/** Which columns a source may have, and an empty table to begin with. */

import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { SourceView } from "./served.ts";
import { sortWord } from "./words.ts";

type Sheet = SourceView["sheets"][number];

/** Show the columns that are understood. */
export function openColumns(source: SourceView | undefined): void {
  if (source === undefined) return;
  openDialog({
    title: t("Colonnes de « {source} »", { source: labelWord(source.label) }),
    wide: true,
    body: h(
      "div",
      { class: "stack-loose" },
      h("p", { class: "soft" }, t("L'ordre des colonnes est libre. Une colonne qui n'est pas dans la liste est laissée de côté, et le rapport le dit.")),
      source.sheets.map((sheet) => section(sheet, source.format === "csv")),
    ),
  });
}

function section(sheet: Sheet, isTable: boolean): HTMLElement {
  return h(
    "section",
    { class: "stack-tight" },
    h("h3", { class: "strong" }, sortWord(sheet.sort)),
    h("ul", { class: "list card card-flush" }, sheet.columns.map((each) => h("li", { class: "list-row" }, column(each)))),
    isTable && h("div", { class: "row-end" }, model(sheet)),
  );
}

function column({ names, needed }: Sheet["columns"][number]): Child {
  const [first = "", ...others] = names;
  return [
    h(
      "span",
      { class: "list-main" },
      h("span", { class: "list-title" }, first),
      others.length > 0 && h("span", { class: "list-note" }, t("ou : {names}", { names: others.join(", ") })),
    ),
    needed && h("span", { class: "list-end" }, h("span", { class: "badge badge-accent" }, t("obligatoire"))),
  ];
}

/** A table without lines, as spreadsheets open it: UTF-8 with its mark, semicolons. */
function model(sheet: Sheet): HTMLElement {
  const save = (): void => {
    const heads = sheet.columns.map(({ names }) => `"${(names[0] ?? "").replaceAll('"', '""')}"`).join(";");
    const href = URL.createObjectURL(new Blob(["\ufeff", heads, "\r\n"], { type: "text/csv" }));
    h("a", { href, download: `ronde-${sheet.sort}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 0);
  };
  return h("button", { class: "button button-small", type: "button", onclick: save }, icon("download", "small"), t("Télécharger un tableau vide"));
}
