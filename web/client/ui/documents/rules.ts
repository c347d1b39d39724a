/**
 * What a form asks and whether an answer fits: the twin of care_circle/condition.py and
 * answers.py, so that nobody waits for the server to learn that a weight is out of range.
 */

import type { Answer, Answers, Condition, FormDefinition, FormField } from "./served.ts";

const MAX_TEXT = 2000;

/** Yes, no, or null while the answers do not decide it (Kleene's logic). */
export type Verdict = boolean | null;

export type Wrong =
  | "missing"
  | "wrong_type"
  | "out_of_range"
  | "not_a_choice"
  | "too_long"
  | "impossible_date"
  | "unknown_field"
  | "not_applicable";

export type AnswerProblem = { readonly field: string; readonly wrong: Wrong };

/** Answer a condition from what was filled in. */
export function evaluate(condition: Condition, answers: Answers): Verdict {
  const parts = (): Verdict[] => condition.parts.map((part) => evaluate(part, answers));
  switch (condition.operator) {
    case "all":
      return all(parts());
    case "any":
      return not(all(parts().map(not)));
    case "not":
      return not(parts()[0] ?? null);
    default:
      return tested(condition, answers[condition.fact] ?? null);
  }
}

/** Tell whether a field is asked: always, unless its condition says no or cannot tell yet. */
export function applies(field: FormField, answers: Answers): boolean {
  return field.when === null || evaluate(field.when, answers) === true;
}

/** All fields of a form, in order. */
export function fieldsOf(form: FormDefinition): readonly FormField[] {
  return form.sections.flatMap((section) => section.fields);
}

/** Leave out answers to what is not asked any more. */
export function asked(form: FormDefinition, answers: Answers): Answers {
  let left = answers;
  // Taking one answer out may close the question that leaned on it.
  for (;;) {
    const kept = Object.fromEntries(
      fieldsOf(form).flatMap((field) => {
        const held = left[field.code];
        return held !== undefined && applies(field, left) ? [[field.code, held] as const] : [];
      }),
    );
    if (Object.keys(kept).length === Object.keys(left).length) return kept;
    left = kept;
  }
}

/** List what is wrong; a draft may be incomplete, a `whole` form may not. */
export function problemsOf(form: FormDefinition, answers: Answers, whole: boolean): readonly AnswerProblem[] {
  return fieldsOf(form).flatMap((field) => {
    if (!applies(field, answers)) return [];
    const answer = answers[field.code];
    const wrong = answer === undefined ? (whole && field.required ? "missing" : null) : wrongIn(field, answer);
    return wrong === null ? [] : [{ field: field.code, wrong }];
  });
}

/** Tell what is wrong with one answer, or null. */
function wrongIn(field: FormField, answer: Answer): Wrong | null {
  switch (field.type) {
    case "flag":
      return typeof answer === "boolean" ? null : "wrong_type";
    case "whole":
    case "decimal":
      return wrongNumber(field, answer);
    case "date":
      return isDate(answer) ? null : "impossible_date";
    case "choice":
      return field.choices.some((each) => each.code === answer) ? null : "not_a_choice";
    case "text":
      if (typeof answer !== "string") return "wrong_type";
      return [...answer].length > MAX_TEXT ? "too_long" : null;
  }
}

function wrongNumber(field: FormField, answer: Answer): Wrong | null {
  if (typeof answer !== "number" || Number.isNaN(answer)) return "wrong_type";
  if (field.type === "whole" && !Number.isInteger(answer)) return "wrong_type";
  const inside =
    (field.minimum === null || answer >= field.minimum) && (field.maximum === null || answer <= field.maximum);
  return inside ? null : "out_of_range";
}

/** A day that a calendar shows: not the 31st of February. */
function isDate(answer: Answer): boolean {
  if (typeof answer !== "string" || !/^\d{4}-\d{2}-\d{2}$/u.test(answer)) return false;
  const day = new Date(`${answer}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(answer);
}

function tested(condition: Condition, value: Answer | null): Verdict {
  if (value === null) return null;
  if (condition.operator === "is") return value === condition.expected;
  if (typeof value === "string") return null;
  const number = Number(value);
  switch (condition.operator) {
    case "below":
      return number < condition.bound;
    case "up_to":
      return number <= condition.bound;
    case "from":
      return number >= condition.bound;
    default:
      return number > condition.bound;
  }
}

function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

function not(verdict: Verdict): Verdict {
  return verdict === null ? null : !verdict;
}
