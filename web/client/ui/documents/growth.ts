/** A child's own measures over time: axes with round marks, the twin of care_circle/documents/growth.py. */

import type { DocumentId } from "../../core/ids.ts";
import type { Day, Label } from "../served.ts";

export type Measure = { readonly on: Day; readonly months: number; readonly value: number; readonly document: DocumentId };
export type Series = { readonly code: string; readonly label: Label; readonly unit: string; readonly measures: readonly Measure[] };
export type SeriesView = { readonly series: Series };
export type Axis = { readonly low: number; readonly high: number; readonly step: number };

const MOST_TICKS = 7;
const STEPS = [1, 2, 5, 10];
const GRAMS = 1000;

/** Lay an axis under some values, its ends on round numbers. @throws Error without values. */
export function axisOver(values: readonly number[]): Axis {
  if (values.length === 0) throw new Error("an axis needs a value");
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = roundStep((high - low || Math.abs(high) || 1) / MOST_TICKS);
  const [first, last] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  return { low: first, high: last > first ? last : first + step, step };
}

/** How far along an axis a value stands, from 0 to 1. */
export function placeOn({ low, high }: Axis, value: number): number {
  return (value - low) / (high - low);
}

/** The marked values, from the lowest on. */
export function marksOf({ low, high, step }: Axis): readonly number[] {
  const count = Math.round((high - low) / step);
  return Array.from({ length: count + 1 }, (_, at) => Number((low + at * step).toFixed(6)));
}

/** One curve for each measure: a weight in grams goes on as one in kilograms. */
export function curvesOf(found: readonly SeriesView[]): readonly Series[] {
  const all = found.map((each) => each.series);
  const inKilos = new Set(all.filter((each) => each.unit === "kg").map((each) => each.code));
  const curves = new Map<string, Series>();
  for (const each of all) {
    const series = each.unit === "g" && inKilos.has(each.code) ? kilos(each) : each;
    const key = `${series.code} ${series.unit}`;
    const held = curves.get(key)?.measures ?? [];
    const measures = [...held, ...series.measures].sort((one, other) => one.on.localeCompare(other.on) || one.document.localeCompare(other.document));
    curves.set(key, { ...(curves.get(key) ?? series), measures });
  }
  return [...curves.values()];
}

function kilos(series: Series): Series {
  return { ...series, unit: "kg", measures: series.measures.map((each) => ({ ...each, value: each.value / GRAMS })) };
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((each) => each * power >= least * 0.999) ?? 10;
  return factor * power;
}
