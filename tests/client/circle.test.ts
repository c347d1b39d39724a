/** What stands at the head of a child's circle: what comes next, said as of today. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nextWords } from "../../web/client/ui/circle/naming.ts";
import type { ChildHeader, Day } from "../../web/client/ui/served.ts";

const DAY_MS = 86_400_000;

function away(days: number): Day {
  return new Date(Date.now() + days * DAY_MS).toLocaleDateString("sv-SE");
}

/** A child whose next visit is due on one day and closes on another, counted from today. */
function child(due: number, closes: number, stage: ChildHeader["stage"] = "support"): ChildHeader {
  const window = { due: away(due), opens: away(due - 30), closes: away(closes) };
  const label = { fr: "24 mois", en: "24 months" };
  const next = { visit: "V24", label, state: "due", window, appointment: null };
  return { stage, next_appointment: null, next_visit: next } as unknown as ChildHeader;
}

const said = (header: ChildHeader): string => (nextWords(header) ?? "").replaceAll("\u00a0", " ");

test("a visit that lies ahead is said about the day it is due", () => {
  const words = said(child(40, 70));

  assert.match(words, /^24 mois : vers le \d/u);
});

test("a visit whose day has gone is said by the last day it can be held", () => {
  const words = said(child(-5, 20));

  assert.match(words, /^24 mois : à faire avant le \d/u);
});

test("a visit that nobody held in time is said to have been due", () => {
  const words = said(child(-60, -30));

  assert.match(words, /^24 mois : était à faire avant le \d/u);
});

test("a child who has left has nothing coming", () => {
  const words = nextWords(child(40, 70, "exit"));

  assert.equal(words, null);
});
