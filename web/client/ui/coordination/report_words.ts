/** The words of the yearly report: what a figure says in a sentence, and what its parts are called. */

import { labelWord, PROFESSIONS } from "../nomenclature.ts";
import type { Label } from "../served.ts";
import { locale, t, tn } from "../words.ts";
import type { Figure, Mark, ReportPathway } from "./report_served.ts";

const KEYS: Readonly<Record<string, () => string>> = {
  unknown: () => t("non renseigné"),
  in_time: () => t("vus à temps"),
  late: () => t("vus en retard"),
  missed: () => t("non vus"),
  male: () => t("garçons"),
  female: () => t("filles"),
};

const MARKS: Readonly<Record<Mark, () => string>> = {
  S: () => t("indicateur sourcé"),
  A: () => t("indicateur supposé"),
  "~": () => t("indicateur par analogie"),
};

export function markWord(mark: Mark): string {
  return MARKS[mark]();
}

/** A number with at most one figure behind the comma. */
export function figureWord(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);
}

/** A number of days. */
export function daysWord(value: number): string {
  return tn("{n} jour", "{n} jours", Math.round(value * 10) / 10);
}

export function percentWord(value: number): string {
  return t("{n} %", { n: figureWord(value) });
}

/** What a part of a figure is called: by the pathway where it says so, else by our own words. */
export function keyWord(key: string, figure: Figure, pathway: ReportPathway): string {
  const known = KEYS[key]?.() ?? PROFESSIONS[key]?.();
  const label = labelsOf(figure, pathway).find((each) => each.code === key)?.label;
  return label === undefined ? (known ?? key) : labelWord(label);
}

function labelsOf(figure: Figure, pathway: ReportPathway): readonly { readonly code: string; readonly label: Label }[] {
  const measure = pathway.indicators.find((each) => each.code === figure.code)?.measure;
  switch (measure?.word) {
    case "count":
      return pathway.inclusion.criteria.map(({ id, label }) => ({ code: id, label }));
    case "exits":
      return pathway.exits;
    case "forfaits":
      return pathway.disciplines;
    case "completeness":
      return pathway.forms[measure.form ?? ""]?.sections.flatMap((each) => each.fields) ?? [];
    default:
      return [];
  }
}

/** Tell whether a figure's values are days from one event to another. */
export function isDelay(figure: Figure, pathway: ReportPathway): boolean {
  return pathway.indicators.find((each) => each.code === figure.code)?.measure.word === "delay";
}

/** What a figure comes to, in a sentence that a screen reader says instead of the drawing. */
export function sentenceOf(figure: Figure, pathway: ReportPathway): string {
  const { n, denominator, median, lower_quartile: low, upper_quartile: high, mean } = figure;
  if (n === 0) return t("Rien à compter cette année.");
  if (denominator !== null && median === null) return shareWord(figure);
  if (median !== null && low !== null && high !== null && isDelay(figure, pathway)) {
    const spread = { days: daysWord(median), low: daysWord(low), high: daysWord(high) };
    return [t("La moitié en {days} au plus ; le quart le plus rapide en {low}, le plus lent en {high} et plus.", spread), countWord(n)].join(" ");
  }
  if (mean !== null) return [t("{mean} par enfant en moyenne.", { mean: figureWord(mean) }), countWord(n)].join(" ");
  return countWord(n);
}

function shareWord({ numerator, denominator, percent, baseline, few }: Figure): string {
  const of = t("{part} sur {whole}", { part: figureWord(numerator ?? 0), whole: figureWord(denominator ?? 0) });
  if (percent === null || few) return t("{of} : trop peu pour en tirer un pourcentage.", { of });
  const told = t("{percent}, soit {of}.", { percent: percentWord(percent), of });
  return baseline === null ? told : [told, t("Référence : {percent}.", { percent: percentWord(baseline) })].join(" ");
}

function countWord(n: number): string {
  return tn("Sur {n} compté.", "Sur {n} comptés.", n);
}
