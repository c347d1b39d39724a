/**
 * The check of what somebody filled in: the twin of care_circle/documents/answers.py, so that nobody
 * waits for the server to learn that a weight is out of range.
 */

import { type Verdict, allOf, evaluate } from "./condition.ts";
import { enclosing, isListed, isRow, isRowsOf, rowsOf } from "./form.ts";
import { isDay, isMoment, isTimeOfDay } from "./moments.ts";
import type { Answer, Answers, FormDefinition, FormField, FormSection, Path, Row, Rows } from "./served.ts";

export const MAX_TEXT = 2000;
export const MAX_LINE = 255;
const MAX_LISTED = 100;

export const WRONGS = [
  "unknown_field",
  "missing",
  "not_applicable",
  "wrong_type",
  "out_of_range",
  "not_a_choice",
  "too_long",
  "too_precise",
  "too_early",
  "too_late",
  "too_few",
  "too_many",
] as const;
export type Wrong = (typeof WRONGS)[number];

/** What is wrong at a path; its last step is the code of a field or of a section. */
export type AnswerProblem = { readonly field: string; readonly wrong: Wrong; readonly path: Path };

/** The days of a child that answers are held against; null where nobody knows them. */
export type Known = {
  readonly birth: string | null;
  readonly correctedFrom: string | null;
  readonly today: string | null;
};

/** List what is wrong; a draft may be incomplete, a `whole` form may not. */
export function problemsOf(form: FormDefinition, answers: Answers, whole: boolean, known: Known): readonly AnswerProblem[] {
  return block({ form, whole, known }, null, answers, {}, []);
}

/** Tell whether a section is asked, with all that it lies in; null while that is open. */
export function applies(form: FormDefinition, section: FormSection, facts: Answers): Verdict {
  return allOf(enclosing(form, section).map(({ when }) => (when === null ? true : evaluate(when, facts))));
}

/** Tell whether a field is asked, its section's conditions and its own; null while that is open. */
export function isAsked(form: FormDefinition, section: FormSection, field: FormField, facts: Answers): Verdict {
  return allOf([applies(form, section, facts), field.when === null ? true : evaluate(field.when, facts)]);
}

/** Leave out answers to what is not asked, or not yet. */
export function asked(form: FormDefinition, answers: Answers): Answers {
  let left = answers;
  // Taking one answer out may close the question that leaned on it.
  for (;;) {
    const kept = askedIn(form, null, left, {});
    if (JSON.stringify(kept) === JSON.stringify(left)) return kept;
    left = kept;
  }
}

function askedIn(form: FormDefinition, rows: FormSection | null, answers: Answers, outer: Answers): Row {
  const facts = { ...outer, ...answers };
  const kept: Record<string, Answer> = {};
  for (const section of form.sections) {
    const held = answers[section.code];
    if (isRowsOf(form, section, rows) && Array.isArray(held) && applies(form, section, facts) === true) {
      const inner = held.filter(isRow).map((row) => askedIn(form, section, row, facts));
      if (inner.length > 0) kept[section.code] = inner;
    }
    if (rowsOf(form, section) !== rows) continue;
    for (const field of section.fields) {
      const answer = answers[field.code];
      if (answer !== undefined && isAsked(form, section, field, facts) === true) kept[field.code] = answer;
    }
  }
  return kept;
}

type Check = { readonly form: FormDefinition; readonly whole: boolean; readonly known: Known };

function block(check: Check, rows: FormSection | null, answers: Answers, outer: Answers, path: Path): AnswerProblem[] {
  const { form } = check;
  const facts = { ...outer, ...answers };
  const known = new Set<string>();
  const found: AnswerProblem[] = [];
  for (const section of form.sections) {
    if (isRowsOf(form, section, rows)) {
      known.add(section.code);
      found.push(...rowProblems(check, section, answers, facts, path));
    }
    if (rowsOf(form, section) === rows) {
      for (const field of section.fields) known.add(field.code);
      found.push(...sectionProblems(check, section, answers, facts, path));
    }
  }
  const strays = Object.keys(answers).filter((code) => !known.has(code));
  return [...found, ...strays.sort().map((code) => problem("unknown_field", path, code))];
}

function sectionProblems(check: Check, section: FormSection, answers: Answers, facts: Answers, path: Path): AnswerProblem[] {
  const there = applies(check.form, section, facts);
  const found = section.fields.flatMap((field) => {
    const wrong = fieldWrong(check, field, there, answers, facts);
    return wrong === null ? [] : [problem(wrong, path, field.code)];
  });
  const empty = section.fields.every((field) => answers[field.code] === undefined);
  const lacks = check.whole && section.required && section.repeats === null && there === true && empty;
  return lacks ? [...found, problem("missing", path, section.code)] : found;
}

function rowProblems(check: Check, section: FormSection, answers: Answers, facts: Answers, path: Path): AnswerProblem[] {
  const held = answers[section.code] ?? [];
  const there = applies(check.form, section, facts);
  if (!Array.isArray(held) || !held.every(isRow)) return [problem("wrong_type", path, section.code)];
  const rows: readonly Row[] = held;
  if (rows.length > 0 && there !== true && (check.whole || there === false)) return [problem("not_applicable", path, section.code)];
  const wrong = countWrong(section.repeats ?? { least: 0, most: null }, rows.length, check.whole && there === true);
  const inner = rows.flatMap((row, at) => block(check, section, row, facts, [...path, section.code, at]));
  return wrong === null ? inner : [problem(wrong, path, section.code), ...inner];
}

function problem(wrong: Wrong, path: Path, code: string): AnswerProblem {
  return { field: code, wrong, path: [...path, code] };
}

function fieldWrong(check: Check, field: FormField, there: Verdict, answers: Answers, facts: Answers): Wrong | null {
  const own = field.when === null ? true : evaluate(field.when, facts);
  const isHere = allOf([there, own]);
  const answer = answers[field.code];
  if (answer === undefined) {
    const least = Math.max(field.required ? 1 : 0, field.several?.least ?? 0);
    return check.whole && least > 0 && isHere === true && field.compute === null ? "missing" : null;
  }
  if (isHere !== true && (check.whole || isHere === false)) return "not_applicable";
  return answerWrong(field, answer, facts, check.known, check.whole);
}

/** Tell what is wrong with an answer that is asked for, or null. */
export function answerWrong(field: FormField, answer: Answer, facts: Answers, known: Known, whole: boolean): Wrong | null {
  const single = (each: unknown): Wrong | null => singleWrong(field, each) ?? limitWrong(field, each, facts, known);
  if (!isListed(field)) return single(answer);
  if (!Array.isArray(answer) || answer.length === 0) return "wrong_type";
  const held: readonly unknown[] = answer;
  const rows = field.several ?? { least: 0, most: field.other ? null : field.choices.length };
  const first = held.map(single).find((wrong) => wrong !== null) ?? null;
  return first ?? (clash(field, held) ? "not_a_choice" : countWrong(rows, held.length, whole));
}

/** Are choices said twice, or beside one that excludes the others? */
function clash(field: FormField, held: readonly unknown[]): boolean {
  if (field.choices.length === 0) return false;
  const alone = field.choices.filter((each) => each.exclusive).map((each) => each.code as unknown);
  return new Set(held).size < held.length || (held.length > 1 && held.some((each) => alone.includes(each)));
}

function limitWrong(field: FormField, answer: unknown, facts: Answers, known: Known): Wrong | null {
  if (field.type !== "date" || typeof answer !== "string") return null;
  const [least, most] = [dayOf(field.not_before, facts, known), dayOf(field.not_after, facts, known)];
  if (least !== null && answer < least) return "too_early";
  return most !== null && answer > most ? "too_late" : null;
}

/** The day that a limit names: of the child, of another answer, or itself. */
export function dayOf(said: string | null, facts: Answers, known: Known): string | null {
  if (said === null) return null;
  if (said === "birth") return known.birth;
  if (said === "today") return known.today;
  const found = isDay(said) ? said : facts[said];
  return typeof found === "string" && isDay(found) ? found : null;
}

function countWrong(rows: Rows, count: number, whole: boolean): Wrong | null {
  if (count > (rows.most ?? MAX_LISTED)) return "too_many";
  return whole && count < rows.least ? "too_few" : null;
}

function singleWrong(field: FormField, answer: unknown): Wrong | null {
  switch (field.type) {
    case "flag":
      return typeof answer === "boolean" ? null : "wrong_type";
    case "whole":
    case "decimal":
      return numberWrong(field, answer);
    case "choice":
    case "choices":
      if (field.choices.some((each) => each.code === answer)) return null;
      return field.other ? textWrong(answer, MAX_LINE) : "not_a_choice";
    case "note":
      return "unknown_field";
    default:
      return writtenWrong(field, answer);
  }
}

const READS: Partial<Readonly<Record<FormField["type"], (text: string) => boolean>>> = { date: isDay, time: isTimeOfDay, moment: isMoment };

function writtenWrong(field: FormField, answer: unknown): Wrong | null {
  const reads = READS[field.type];
  if (reads !== undefined) return typeof answer === "string" && reads(answer) ? null : "wrong_type";
  return textWrong(answer, field.most ?? (field.type === "text" ? MAX_TEXT : MAX_LINE));
}

function textWrong(answer: unknown, most: number): Wrong | null {
  if (typeof answer !== "string") return "wrong_type";
  return [...answer].length > most ? "too_long" : null;
}

function numberWrong(field: FormField, answer: unknown): Wrong | null {
  if (typeof answer !== "number" || (field.type === "whole" && !Number.isInteger(answer))) return "wrong_type";
  const above = field.minimum === null || answer >= field.minimum;
  const below = field.maximum === null || answer <= field.maximum;
  if (!above || !below || Number.isNaN(answer)) return "out_of_range";
  return field.decimals === null || Number(answer.toFixed(field.decimals)) === answer ? null : "too_precise";
}
