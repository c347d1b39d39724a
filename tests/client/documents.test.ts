/** What a form asks and what it refuses, as care_circle/answers.py and condition.py judge it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Wrong, applies, asked, evaluate, problemsOf } from "../../web/client/ui/documents/rules.ts";
import type { Answers, Condition, FormDefinition, FormField } from "../../web/client/ui/documents/served.ts";

const label = { fr: "x", en: "x" };

function field(given: Partial<FormField> & Pick<FormField, "code" | "type">): FormField {
  return { label, required: false, unit: null, minimum: null, maximum: null, choices: [], when: null, ...given };
}

function tests(operator: Condition["operator"], fact: string, more: Partial<Condition> = {}): Condition {
  return { operator, fact, bound: 0, expected: true, parts: [], ...more };
}

function joined(operator: "all" | "any" | "not", ...parts: Condition[]): Condition {
  return { operator, fact: "", bound: 0, expected: true, parts };
}

function form(...fields: FormField[]): FormDefinition {
  const section = { code: "s", label, fields };
  return { code: "f", version: "1", label, visit: null, fillers: [], readers: [], sections: [section] };
}

function wrong(given: FormField, answers: Answers, whole = false): Wrong | null {
  return problemsOf(form(given), answers, whole)[0]?.wrong ?? null;
}

test("what nobody has answered is neither yes nor no", () => {
  const concerned = tests("is", "concerned");
  const heavy = tests("from", "weight", { bound: 1000 });

  assert.equal(evaluate(concerned, {}), null);
  assert.equal(evaluate(joined("any", concerned, heavy), { weight: 1200 }), true);
  assert.equal(evaluate(joined("any", concerned, heavy), { weight: 900 }), null);
  assert.equal(evaluate(joined("all", concerned, heavy), { weight: 900 }), false);
  assert.equal(evaluate(joined("not", concerned), { concerned: true }), false);
});

test("bounds are included where they say so", () => {
  const at = (operator: Condition["operator"]): unknown => evaluate(tests(operator, "n", { bound: 5 }), { n: 5 });

  assert.deepEqual([at("below"), at("up_to"), at("from"), at("above")], [false, true, true, false]);
});

test("a question whose condition is not met is not asked, and its answer is left out", () => {
  const why = field({ code: "why", type: "text", when: tests("is", "concerned") });
  const since = field({ code: "since", type: "date", when: tests("is", "why", { expected: "sleep" }) });
  const whole = form(field({ code: "concerned", type: "flag" }), why, since);

  assert.equal(applies(why, {}), false);
  assert.deepEqual(asked(whole, { concerned: false, why: "sleep", since: "2026-01-01" }), { concerned: false });
});

test("a value out of range, of another type or on no calendar is told at its field", () => {
  const weight = field({ code: "w", type: "decimal", minimum: 0.3, maximum: 80 });

  assert.equal(wrong(weight, { w: 0.3 }), null);
  assert.equal(wrong(weight, { w: 80.5 }), "out_of_range");
  assert.equal(wrong(weight, { w: "douze" }), "wrong_type");
  assert.equal(wrong(field({ code: "n", type: "whole" }), { n: 1.5 }), "wrong_type");
  assert.equal(wrong(field({ code: "d", type: "date" }), { d: "2026-02-31" }), "impossible_date");
  assert.equal(wrong(field({ code: "d", type: "date" }), { d: "2024-02-29" }), null);
  assert.equal(wrong(field({ code: "c", type: "choice" }), { c: "other" }), "not_a_choice");
  assert.equal(wrong(field({ code: "t", type: "text" }), { t: "x".repeat(2001) }), "too_long");
});

test("only a whole form must be complete", () => {
  const needed = field({ code: "n", type: "flag", required: true });

  assert.equal(wrong(needed, {}), null);
  assert.equal(wrong(needed, {}, true), "missing");
});
