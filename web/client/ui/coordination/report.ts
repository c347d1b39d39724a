/** One year of the pathway: each indicator with what it is of, drawn and as a table. */

import { type Child, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { number, t } from "../words.ts";
import { bar, span } from "./report_bars.ts";
import type { Figure, Report, ReportPathway } from "./report_served.ts";
import { daysWord, figureWord, isDelay, keyWord, markWord, percentWord, sentenceOf } from "./report_words.ts";

/** Draw all figures of a year, in the order of the pathway. */
export function reportSections({ figures }: Report, pathway: ReportPathway): HTMLElement {
  return h("div", { class: "report" }, figures.map((figure) => section(figure, pathway)));
}

function section(figure: Figure, pathway: ReportPathway): HTMLElement {
  const id = `figure-${figure.code}`;
  const note = pathway.indicators.find((each) => each.code === figure.code)?.note ?? null;
  return h(
    "section",
    { class: "card", "aria-labelledby": id },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title", id }, labelWord(figure.label)),
      h("span", { class: figure.mark === "S" ? "badge" : "badge badge-warm", title: note }, markWord(figure.mark)),
    ),
    h("p", { class: "report-total" }, h("span", { class: "report-figure number" }, total(figure, pathway)), h("span", { class: "soft" }, sentenceOf(figure, pathway))),
    folded(table(figure, pathway)),
  );
}

/** On a phone the figure comes first, and what it is made of when it is asked for. */
function folded(lines: Child): Child {
  if (lines === null) return null;
  const open = !matchMedia("(max-width: 36rem)").matches;
  return h("details", { class: "report-detail", open }, h("summary", null, t("Le détail")), lines);
}

function total(figure: Figure, pathway: ReportPathway): string {
  if (figure.n === 0) return "–";
  if (figure.median !== null && isDelay(figure, pathway)) return daysWord(figure.median);
  if (figure.percent !== null && figure.median === null) return percentWord(figure.percent);
  if (figure.mean !== null) return figureWord(figure.mean);
  return figure.denominator === null ? number(figure.n) : t("{part} sur {whole}", { part: figure.numerator ?? 0, whole: figure.denominator });
}

type Line = { readonly name: string; readonly value: string; readonly drawn: Child };

function table(figure: Figure, pathway: ReportPathway): Child {
  const lines = [...shares(figure), ...spread(figure, pathway), ...parts(figure, pathway)];
  if (lines.length === 0) return null;
  const head = (words: Child, look = ""): HTMLElement => h("th", { role: "columnheader", scope: "col", class: look }, words);
  // The roles are said, since a table that is laid out as lines is none for a screen reader.
  return h(
    "div",
    { class: "table-scroll" },
    h(
      "table",
      { class: "table report-table", role: "table", "aria-label": labelWord(figure.label) },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head(t("Quoi")), head(t("Nombre"), "report-value"), head(h("span", { class: "visually-hidden" }, t("Dessin")), "report-drawn"))),
      h("tbody", { role: "rowgroup" }, lines.map(row)),
    ),
  );
}

function row({ name, value, drawn }: Line): HTMLElement {
  return h(
    "tr",
    { role: "row" },
    h("th", { role: "rowheader", scope: "row" }, name),
    h("td", { role: "cell", class: "report-value number" }, value),
    h("td", { role: "cell", class: "report-drawn" }, drawn),
  );
}

/** A share beside the one to compare it with; of too few no bar is drawn, since it would say a percentage. */
function shares({ percent, baseline, numerator, denominator }: Figure): readonly Line[] {
  if (denominator === null) return [];
  const of = t("{part} sur {whole}", { part: numerator ?? 0, whole: denominator });
  const now = percent === null ? { value: of, drawn: null } : { value: `${percentWord(percent)} (${of})`, drawn: bar(percent, 100) };
  const before = baseline === null ? [] : [{ name: t("Référence"), value: percentWord(baseline), drawn: bar(baseline, 100, "before") }];
  return [{ name: t("Cette année"), ...now }, ...before];
}

function spread(figure: Figure, pathway: ReportPathway): readonly Line[] {
  const { median, lower_quartile: low, upper_quartile: high } = figure;
  if (median === null || low === null || high === null || !isDelay(figure, pathway)) return [];
  const whole = Math.max(high * 1.25, 1);
  return [
    { name: t("Médiane"), value: daysWord(median), drawn: span(low, median, high, whole) },
    { name: t("Un quart en moins de"), value: daysWord(low), drawn: null },
    { name: t("Un quart en plus de"), value: daysWord(high), drawn: null },
  ];
}

/** The parts, the greatest first; one child may be in several. */
function parts(figure: Figure, pathway: ReportPathway): readonly Line[] {
  const most = Math.max(1, ...figure.parts.map((each) => each.count));
  return [...figure.parts]
    .sort((one, other) => other.count - one.count)
    .map(({ key, count }) => ({ name: keyWord(key, figure, pathway), value: number(count), drawn: bar(count, most) }));
}
