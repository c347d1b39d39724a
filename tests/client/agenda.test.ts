/** A week on the clocks of a place, visits that may be booked, and how far a family was told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { noticeWords, standing } from "../../web/client/ui/appointments/notice_words.ts";
import type { NoticeView } from "../../web/client/ui/appointments/served.ts";
import { visitsToBook } from "../../web/client/ui/appointments/to_book.ts";
import { mondayOf, rowsOf, wallOf, weekFrom } from "../../web/client/ui/appointments/week.ts";
import type { VisitStanding } from "../../web/client/ui/served.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

const notice = (given: Partial<NoticeView>): NoticeView => ({
  id: "n",
  rule: "booked",
  contact: "c",
  medium: "sms",
  state: "sent",
  attempts: 1,
  next_at: null,
  delivered_at: null,
  code: null,
  ...given,
});

const visit = (state: VisitStanding["state"], opens: string): VisitStanding => ({
  visit: "V24",
  label: { fr: "24 mois", en: "24 months" },
  state,
  window: { due: opens, opens, closes: "2027-06-01" },
  appointment: null,
});

test("an instant stands at its height on the clocks of the place", () => {
  const at = Date.parse("2026-12-01T13:30:00Z");

  assert.deepEqual(wallOf(at, "Europe/Paris"), { day: "2026-12-01", minutes: 14 * 60 + 30 });
  assert.deepEqual(wallOf(at, "Pacific/Noumea"), { day: "2026-12-02", minutes: 30 });
});

test("a week begins on its Monday and has seven days over a change of clocks", () => {
  assert.equal(mondayOf("2027-03-28"), "2027-03-22");
  assert.equal(mondayOf("2027-03-22"), "2027-03-22");
  assert.deepEqual(weekFrom("2027-03-22").slice(-2), ["2027-03-27", "2027-03-28"]);
});

test("what lies over midnight is on both days, what is at night is on none", () => {
  const start = { day: "2026-12-01", minutes: 14 * 60 };
  const over = { day: "2026-12-02", minutes: 8 * 60 };

  assert.deepEqual(rowsOf("2026-12-01", start, { day: "2026-12-01", minutes: 15 * 60 }), [29, 33]);
  assert.deepEqual(rowsOf("2026-12-01", start, over), [29, 53]);
  assert.deepEqual(rowsOf("2026-12-02", start, over), [1, 5]);
  assert.equal(rowsOf("2026-12-03", start, over), null);
  assert.equal(rowsOf("2026-12-01", { day: "2026-12-01", minutes: 60 }, { day: "2026-12-01", minutes: 120 }), null);
});

test("a visit may be booked from so many days before its window opens", () => {
  const child = (next: VisitStanding): { next_visit: VisitStanding; late_visits: readonly VisitStanding[] } => ({ next_visit: next, late_visits: [visit("late", "2026-01-01")] });

  assert.equal(visitsToBook(child(visit("coming", "2027-01-03")), 42, NOW).length, 2);
  assert.equal(visitsToBook(child(visit("coming", "2027-01-04")), 42, NOW).length, 1);
  assert.equal(visitsToBook(child(visit("due", "2026-11-01")), 42, NOW).length, 2);
  assert.equal(visitsToBook(child(visit("booked", "2026-11-01")), 42, NOW).length, 1);
});

test("a notice says by which way it went and how far it got", () => {
  assert.match(noticeWords(notice({})) ?? "", /^Rendez-vous fixé, SMS\s: parti, sans nouvelle$/u);
  assert.match(noticeWords(notice({ rule: "before", medium: "email", state: "unknown" })) ?? "", /Rappel, courriel.*à vérifier/u);
  assert.equal(noticeWords(notice({ state: "cancelled" })), null);
});

test("what alarms comes before what waits, and a reminder is no news", () => {
  const planned = notice({ state: "planned", next_at: "2026-11-23T07:00:00Z" });

  assert.equal(standing([notice({}), notice({ rule: "before", state: "dead" })], NOW)?.kind, "alarm");
  assert.equal(standing([planned, notice({})], NOW)?.kind, "waiting");
  assert.equal(standing([notice({})], NOW)?.kind, "told");
  assert.equal(standing([notice({ rule: "before", state: "planned", next_at: null })], NOW), null);
});
