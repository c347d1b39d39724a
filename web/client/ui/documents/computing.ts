/**
 * Numbers made from other answers: the twin of care_circle/documents/computing.py. The server makes them
 * anew at every save; the page shows them meanwhile, rounded alike: `floor(x · 10ⁿ + ½) / 10ⁿ`.
 */

import { type Known, isAsked } from "./answers.ts";
import { fieldsOf, isRow, rowsOf } from "./form.ts";
import { isDay } from "./moments.ts";
import type { Answer, Answers, Computation, FormDefinition, FormField, FormSection, Row, Single } from "./served.ts";

const DECIMALS = 2;
const MONTHS_A_YEAR = 12;

/** Give the answers with every computed number made anew, rows included. */
export function computed(form: FormDefinition, answers: Answers, known: Known): Answers {
  return inRows(form, block(form, null, answers, {}, known), {}, known);
}

/** Compute what stands in the rows of a form, or of a row. */
function inRows(form: FormDefinition, made: Row, outer: Answers, known: Known): Row {
  const facts = { ...outer, ...made };
  const each = Object.entries(made).map(([code, answer]): [string, Answer] => {
    const section = form.sections.find((one) => one.code === code && one.repeats !== null);
    if (section === undefined || !Array.isArray(answer) || !answer.some(isRow)) return [code, answer];
    return [code, answer.filter(isRow).map((row) => inRows(form, block(form, section, row, facts, known), facts, known))];
  });
  return Object.fromEntries(each);
}

/** Compute the fields of a form, or of one row, that are not in rows of their own. */
function block(form: FormDefinition, rows: FormSection | null, answers: Answers, outer: Answers, known: Known): Row {
  let made: Row = answers;
  for (const section of form.sections) {
    if (rowsOf(form, section) !== rows) continue;
    for (const field of section.fields) {
      if (field.compute === null) continue;
      const { [field.code]: _, ...others } = made;
      const facts = { ...outer, ...others };
      const number = isAsked(form, section, field, facts) === true ? resultOf(form, field, facts, known) : null;
      made = number === null ? others : { ...others, [field.code]: number };
    }
  }
  return made;
}

/** Compute one field, rounded as it asks; null where a term is missing. */
function resultOf(form: FormDefinition, field: FormField, facts: Answers, known: Known): number | null {
  if (field.compute === null) return null;
  if (field.compute.operation === "months") return monthsOf(field.compute, facts, known);
  const terms = field.compute.terms.map((term) => termOf(form, term, facts));
  const there = terms.filter((term) => term !== null);
  const number = there.length < terms.length ? null : numberOf(field.compute.operation, there);
  return number === null || !Number.isFinite(number) ? null : rounded(number, field);
}

function numberOf(operation: Computation["operation"], terms: readonly number[]): number | null {
  const [first, ...others] = terms;
  if (first === undefined) return null;
  switch (operation) {
    case "mean":
      return sum(terms) / terms.length;
    case "difference":
      return others.reduce((one, other) => one - other, first);
    case "quotient":
      return others.includes(0) ? null : others.reduce((one, other) => one / other, first);
    default:
      return sum(terms);
  }
}

function sum(terms: readonly number[]): number {
  return terms.reduce((one, other) => one + other, 0);
}

/** Give the number a term stands for; of choices with scores, the sum of what is chosen. */
function termOf(form: FormDefinition, term: string | number, facts: Answers): number | null {
  if (typeof term === "number") return term;
  const held = facts[term];
  const field = fieldsOf(form).find((each) => each.code === term);
  if (field !== undefined && field.choices.length > 0 && held !== undefined) {
    const chosen: readonly (Single | Row)[] = Array.isArray(held) ? held : [held as Single];
    const scores = chosen.map((code) => field.choices.find((each) => each.code === code)?.score ?? null);
    const there = scores.filter((score) => score !== null);
    return there.length < scores.length ? null : sum(there);
  }
  return typeof held === "number" ? held : null;
}

function rounded(number: number, field: FormField): number {
  if (field.type === "whole") return Math.floor(number + 0.5);
  const scale = 10 ** (field.decimals ?? DECIMALS);
  return Math.floor(number * scale + 0.5) / scale;
}

function monthsOf({ terms }: Computation, facts: Answers, known: Known): number | null {
  const [first = null, last = null] = terms.map((term) => dayFor(String(term), facts, known));
  return first === null || last === null ? null : completedMonths(first, last);
}

function dayFor(term: string, facts: Answers, known: Known): string | null {
  if (term === "birth") return known.birth;
  if (term === "corrected") return known.correctedFrom ?? known.birth;
  const held = facts[term];
  return typeof held === "string" && isDay(held) ? held : null;
}

/**
 * Count the months completed between two days; negative before the first.
 *
 * A child of 31 January is one month old on the last day of February.
 */
function completedMonths(origin: string, on: string): number {
  const [from, until] = [split(origin), split(on)];
  const months = (until.year - from.year) * MONTHS_A_YEAR + until.month - from.month;
  const last = new Date(Date.UTC(until.year, until.month, 0)).getUTCDate();
  return Math.min(from.day, last) <= until.day ? months : months - 1;
}

function split(day: string): { readonly year: number; readonly month: number; readonly day: number } {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { year, month, day: date };
}
