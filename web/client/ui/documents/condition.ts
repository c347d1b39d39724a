/**
 * Conditions written as data, answered yes, no or "not known": the twin of
 * care_circle/definition/condition.py. What nobody has answered is not "no".
 */

import { ordered } from "./moments.ts";
import type { Answers, Condition } from "./served.ts";

/** Yes, no, or null while the answers do not decide it (Kleene's logic). */
export type Verdict = boolean | null;

/** Answer a condition from what was filled in. */
export function evaluate(condition: Condition, facts: Answers): Verdict {
  const parts = (): Verdict[] => condition.parts.map((part) => evaluate(part, facts));
  const value = facts[condition.fact];
  switch (condition.operator) {
    case "all":
      return allOf(parts());
    case "any":
      return not(allOf(parts().map(not)));
    case "not":
      return not(parts()[0] ?? null);
    case "known":
      return (value !== undefined && !(Array.isArray(value) && value.length === 0)) === condition.expected;
    default:
      return tested(condition, value);
  }
}

/** All of them: no if one says no, not known if one does not know. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

function not(verdict: Verdict): Verdict {
  return verdict === null ? null : !verdict;
}

function tested(condition: Condition, value: unknown): Verdict {
  if (condition.operator === "has") {
    return Array.isArray(value) && value.length > 0 ? value.includes(condition.expected) : null;
  }
  if (typeof value !== "boolean" && typeof value !== "number" && typeof value !== "string") return null;
  // A flag counts as 0 or 1 beside a number, as it does in the twin.
  if (condition.operator === "is") return typeof value === typeof condition.expected ? value === condition.expected : asNumber(value) === asNumber(condition.expected);
  const order = ordered(typeof value === "boolean" ? Number(value) : value, condition.bound);
  return order === null ? null : bounded(condition.operator, order);
}

function asNumber(value: boolean | number | string): number | string {
  return typeof value === "boolean" ? Number(value) : value;
}

function bounded(operator: Condition["operator"], order: number): boolean {
  switch (operator) {
    case "below":
      return order < 0;
    case "up_to":
      return order <= 0;
    case "from":
      return order >= 0;
    default:
      return order > 0;
  }
}
