/** Moments and days as people say them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ageOf,
  ago,
  dateOf,
  dayAndTime,
  dayOf,
  nearDay,
  shortDay,
  timeOf,
} from "../../web/client/ui/dates.ts";

// Where clocks change twice a year.
process.env.TZ = "Europe/Paris";

const NOW = new Date(2026, 10, 22, 15, 0);

/** Read no-break spaces as spaces: where they stand is words.test.ts's affair. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/gu, " ");
}

test("times are told on the clock of 24 hours, and a full hour without its minutes", () => {
  const said = [new Date(2026, 0, 1, 9, 30), new Date(2026, 0, 1, 14), new Date(2026, 0, 1, 0, 5)];

  assert.deepEqual(said.map(timeOf).map(plain), ["9 h 30", "14 h", "0 h 05"]);
});

test("the first of a month is « 1er », and a year is told when it is another one", () => {
  assert.equal(plain(dayOf("2026-12-01", NOW)), "mardi 1er décembre");
  assert.equal(plain(dayOf("2027-01-11", NOW)), "lundi 11 janvier 2027");
  assert.equal(plain(dateOf("2027-01-01")), "1er janvier 2027");
  assert.equal(plain(shortDay("2026-12-01", NOW)), "mar. 1er déc.");
});

test("a day of a birth date is that day in every time zone", () => {
  assert.equal(plain(dateOf("2026-03-29")), "29 mars 2026");
});

test("what is near is told by its nearness", () => {
  const said = ["2026-11-22", "2026-11-23", "2026-11-21", "2026-11-24"].map((day) => nearDay(day, NOW));

  assert.deepEqual(said.map(plain), ["aujourd'hui", "demain", "hier", "mar. 24 nov."]);
  assert.equal(plain(dayAndTime(new Date(2026, 10, 23, 9, 30), NOW)), "demain à 9 h 30");
});

test("what is just gone is told by how long ago it was", () => {
  const gone = [20_000, 5 * 60_000, 3 * 3_600_000, 26 * 3_600_000].map((ms) => ago(NOW.getTime() - ms, NOW));

  assert.deepEqual(gone.map(plain), ["à l'instant", "il y a 5 min", "il y a 3 h", "hier à 13 h"]);
});

test("days are told by the calendar, over the night when clocks change too", () => {
  const night = new Date(2026, 9, 24, 23, 59);

  assert.equal(plain(nearDay(new Date(2026, 9, 25, 23, 59), night)), "demain");
  assert.equal(plain(nearDay(new Date(2026, 9, 25, 0, 1), night)), "demain");
});

test("an age is told in days, weeks, months, then years", () => {
  const births = ["2026-11-21", "2026-10-25", "2026-06-23", "2024-08-22", "2024-11-22", "2019-01-05"];

  const said = births.map((birth) => plain(ageOf(birth, NOW)));

  assert.deepEqual(said, ["1 jour", "4 semaines", "4 mois", "2 ans et 3 mois", "2 ans", "7 ans"]);
});
