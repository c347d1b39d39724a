/** Two sets of answers to one form side by side: what was added, taken out, changed. */

import { fieldsOf, isRow, isRowsOf, rowsIn, rowsOf } from "./form.ts";
import type { Answer, Answers, FormDefinition, FormField, FormSection, Row } from "./served.ts";

export type Change = "same" | "added" | "removed" | "changed";

/** One question on both sides; `rows` are the rows it lies in, counted from one. */
export type Line = {
  readonly field: FormField;
  readonly left: Answer | undefined;
  readonly right: Answer | undefined;
  readonly change: Change;
};

/** A section, or one row of it, with the questions that either side answered. */
export type Block = { readonly section: FormSection; readonly row: number | null; readonly change: Change; readonly lines: readonly Line[] };

/** Lay two sets of answers side by side, in the form's order. */
export function sideBySide(form: FormDefinition, left: Answers, right: Answers): readonly Block[] {
  return blocks(form, null, left, right, null);
}

/** The codes at the top of a form whose answers differ: fields, and sections with rows. */
export function differing(form: FormDefinition, one: Answers, other: Answers): readonly string[] {
  const made = new Set(fieldsOf(form).filter((field) => field.compute !== null).map((field) => field.code));
  const codes = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...codes].filter((code) => !made.has(code) && !isEqual(one[code], other[code]));
}

/** Take from `theirs` what only they changed since `base`; where both did, mine stays. */
export function merged(form: FormDefinition, base: Answers, mine: Answers, theirs: Answers): Answers {
  const taken = differing(form, mine, theirs).filter((code) => isEqual(mine[code], base[code]));
  return choose(mine, theirs, taken);
}

/** My answers, but theirs for the codes that are named. */
export function choose(mine: Answers, theirs: Answers, taken: readonly string[]): Answers {
  const made: Record<string, Answer> = { ...mine };
  for (const code of taken) {
    const answer = theirs[code];
    if (answer === undefined) delete made[code];
    else made[code] = answer;
  }
  return made;
}

/** Did both change this, differently? */
export function isClash(base: Answers, mine: Answers, theirs: Answers, code: string): boolean {
  return !isEqual(mine[code], base[code]) && !isEqual(theirs[code], base[code]) && !isEqual(mine[code], theirs[code]);
}

function blocks(form: FormDefinition, rows: FormSection | null, left: Answers, right: Answers, row: number | null): readonly Block[] {
  return form.sections.flatMap((section) => {
    if (isRowsOf(form, section, rows)) {
      const pairs = paired(rowsIn(left, section), rowsIn(right, section));
      return pairs.flatMap(([one, other], at) => blocks(form, section, one ?? {}, other ?? {}, at + 1));
    }
    if (rowsOf(form, section) !== rows) return [];
    const lines = section.fields.map((field) => line(field, left, right)).filter((each) => each.left !== undefined || each.right !== undefined);
    return lines.length === 0 ? [] : [{ section, row, change: changeOf(lines), lines }];
  });
}

function line(field: FormField, one: Answers, other: Answers): Line {
  const [left, right] = [one[field.code], other[field.code]];
  return { field, left, right, change: changeBetween(left, right) };
}

function changeBetween(left: Answer | undefined, right: Answer | undefined): Change {
  if (isEqual(left, right)) return "same";
  if (left === undefined) return "added";
  return right === undefined ? "removed" : "changed";
}

function changeOf(lines: readonly Line[]): Change {
  const [first = "same", ...others] = lines.map((each) => each.change);
  return others.every((each) => each === first) ? first : "changed";
}

type Pair = readonly [Row | null, Row | null];

/**
 * Put the rows of both sides beside one another: equal rows meet, in their order, and what lies
 * between them is paired from the top. A row taken out in the middle moves no other.
 */
function paired(left: readonly Row[], right: readonly Row[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (const [nextLeft, nextRight] of [...commonRows(left, right), [left.length, right.length] as const]) {
    const between = Math.max(nextLeft - i, nextRight - j);
    for (let at = 0; at < between; at += 1) {
      pairs.push([i + at < nextLeft ? (left[i + at] ?? null) : null, j + at < nextRight ? (right[j + at] ?? null) : null]);
    }
    const [one, other] = [left[nextLeft], right[nextRight]];
    if (one !== undefined && other !== undefined) pairs.push([one, other]);
    [i, j] = [nextLeft + 1, nextRight + 1];
  }
  return pairs;
}

/** Places of rows that both sides have, as many as go in one order (the longest common part). */
function commonRows(left: readonly Row[], right: readonly Row[]): readonly (readonly [number, number])[] {
  const longest = left.map(() => right.map(() => 0));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = longest[i];
      if (row !== undefined) row[j] = isEqual(left[i], right[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: (readonly [number, number])[] = [];
  for (let [i, j] = [0, 0]; i < left.length && j < right.length; ) {
    if (isEqual(left[i], right[j])) found.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return found;
}

/** Equal answers, whatever the order of a row's questions; choices are a set. */
function isEqual(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(answer: unknown): unknown {
  if (Array.isArray(answer)) {
    const held: readonly unknown[] = answer;
    return held.some(isRow) ? held.map(ordered) : [...held].map((each) => JSON.stringify(each)).sort();
  }
  if (!isRow(answer)) return answer;
  return Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, each]) => [code, ordered(each)]);
}
