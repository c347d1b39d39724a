/** A form's answers on the page: what is asked, rows, two sides compared, what is due. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { asked } from "../../web/client/ui/documents/answers.ts";
import { choose, differing, isClash, merged, sideBySide } from "../../web/client/ui/documents/compare.ts";
import { answerAt, factsAt, withAnswer } from "../../web/client/ui/documents/form.ts";
import { axisOver, curvesOf, marksOf } from "../../web/client/ui/documents/growth.ts";
import type { Answers, FormDefinition } from "../../web/client/ui/documents/served.ts";

function formOf(name: string): FormDefinition {
  const path = join(import.meta.dirname, `../vectors/forms/${name}.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { form: FormDefinition }).form;
}

const ROWS = formOf("rows");
const CONDITIONS = formOf("conditions");

function told(left: Answers, right: Answers): string[] {
  return sideBySide(ROWS, left, right).flatMap(({ section, row, lines }) =>
    lines.map(({ field, change }) => `${section.code}${row === null ? "" : ` ${row}`} ${field.code} ${change}`),
  );
}

test("what is not asked any more is left out, and what leaned on it", () => {
  const answers = { worried: false, weight: 900, why: "x", inner: true, signs: ["a"], sign_a: "y" };

  assert.deepEqual(asked(CONDITIONS, answers), { worried: false, weight: 900, signs: ["a"], sign_a: "y" });
});

test("a question that is not decided yet is not sent", () => {
  assert.deepEqual(asked(CONDITIONS, { why: "x", sign_a: "y" }), {});
});

test("a row's question is asked by what is answered around the rows", () => {
  const rows = { goals: [{ goal: "x", why: "y" }] };

  assert.deepEqual(asked(ROWS, { kind: true, ...rows }), { kind: true, ...rows });
  assert.deepEqual(asked(ROWS, { kind: false, ...rows }), { kind: false, goals: [{ goal: "x" }] });
});

test("an answer is put into a row of a row, and nothing else moves", () => {
  const before: Answers = { kind: true, goals: [{ goal: "x" }, { goal: "y", steps: [{ step: "a" }, { step: "b" }] }] };

  const after = withAnswer(before, ["goals", 1, "steps", 0, "step"], "c");

  assert.equal(answerAt(after, ["goals", 1, "steps", 0, "step"]), "c");
  assert.equal(answerAt(after, ["goals", 1, "steps", 1, "step"]), "b");
  assert.equal(answerAt(before, ["goals", 1, "steps", 0, "step"]), "a");
  assert.deepEqual(withAnswer(after, ["goals", 1, "goal"], undefined)["goals"], [{ goal: "x" }, { steps: [{ step: "c" }, { step: "b" }] }]);
});

test("the nearer of two answers counts where a path leads", () => {
  const answers: Answers = { goal: "outside", goals: [{ goal: "inside" }] };

  assert.equal(factsAt(answers, ["goals", 0, "by"])["goal"], "inside");
  assert.equal(factsAt(answers, ["kind"])["goal"], "outside");
});

test("a row taken out in the middle moves no other", () => {
  const [one, two, three] = [{ goal: "one" }, { goal: "two" }, { goal: "three" }];

  assert.deepEqual(told({ goals: [one, two, three] }, { goals: [one, three] }), [
    "goals 1 goal same",
    "goals 2 goal removed",
    "goals 3 goal same",
  ]);
});

test("a row changed and another added are told as that", () => {
  const changes = told({ kind: true, goals: [{ goal: "one" }] }, { goals: [{ goal: "uno" }, { goal: "two" }] });

  assert.deepEqual(changes, ["outer kind removed", "goals 1 goal changed", "goals 2 goal added"]);
});

test("choices in another order, and a row's answers in another order, are no difference", () => {
  assert.deepEqual(differing(CONDITIONS, { signs: ["a", "b"] }, { signs: ["b", "a"] }), []);
  assert.deepEqual(differing(ROWS, { goals: [{ goal: "x", why: "y" }] }, { goals: [{ why: "y", goal: "x" }] }), []);
});

test("of two who wrote, each keeps what only they changed", () => {
  const base = { worried: false, weight: 900, day: "2026-01-01" };
  const mine = { worried: true, weight: 900, day: "2026-01-02" };
  const theirs = { worried: false, weight: 950, day: "2026-01-03" };

  const settled = merged(CONDITIONS, base, mine, theirs);

  assert.deepEqual(settled, { worried: true, weight: 950, day: "2026-01-02" });
  assert.equal(isClash(base, mine, theirs, "day"), true);
  assert.equal(isClash(base, mine, theirs, "weight"), false);
});

test("taking the other's side of a question takes their silence too", () => {
  assert.deepEqual(choose({ weight: 900, worried: true }, { weight: 950 }, ["weight", "worried"]), { weight: 950 });
});

test("a computed number is nobody's to choose", () => {
  const form = formOf("computing");

  assert.deepEqual(differing(form, { a: 1, sum: 2 }, { a: 1, sum: 3 }), []);
});

test("an axis ends on round numbers, with eight marks at most", () => {
  for (const values of [[0.3], [3.2, 11.4], [-2.1, 84], [980, 4100], [0, 0]]) {
    const axis = axisOver(values);
    const marks = marksOf(axis);

    assert.ok(axis.low <= Math.min(...values) && axis.high >= Math.max(...values), String(values));
    assert.ok(marks.length >= 2 && marks.length <= 9, `${String(values)}: ${marks.join(" ")}`);
    assert.ok(Math.abs((marks.at(-1) ?? 0) - axis.high) < 1e-6);
  }
});

test("a weight in grams goes on as one in kilograms", () => {
  const label = { fr: "Poids", en: "Weight" };
  const measure = (on: string, value: number) => ({ on, months: 0, value, document: on as never });
  const grams = { series: { code: "29463-7", label, unit: "g", measures: [measure("2026-01-01", 980)] } };
  const kilos = { series: { code: "29463-7", label, unit: "kg", measures: [measure("2026-06-01", 4.2)] } };

  const curves = curvesOf([grams, kilos]);

  assert.deepEqual(curves.map(({ unit, measures }) => [unit, measures.map((each) => each.value)]), [["kg", [0.98, 4.2]]]);
  assert.deepEqual(curvesOf([grams]).map(({ unit }) => unit), ["g"]);
});
