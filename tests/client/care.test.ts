/** What a tap says of a session, what waits for the server, and what the office pays. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ChildId, CircleId, ProfessionalId } from "../../web/client/core/ids.ts";
import { dayPart, heldNow, standingOf, usualOf, wallTime } from "../../web/client/ui/care/claiming.ts";
import { joinedTables, sumOf } from "../../web/client/ui/care/payments.ts";
import { type Queue, added, again, arrived, nextOf, refused, standing, tried, undone, without } from "../../web/client/ui/care/queue.ts";
import { closingWord } from "../../web/client/ui/care/words.ts";
import type { EarlyCare, ForfaitView, SessionForm, SessionView, StatementView } from "../../web/client/ui/care/served.ts";

const ME = "me" as ProfessionalId;
const NOW = new Date(2026, 10, 22, 14, 30, 12);
const HELD: SessionForm = { start: "2026-11-20T09:00:00", part: "session", done: true, place: "practice", minutes: 45, note: "" };

function session(given: Partial<SessionView> = {}): SessionView {
  return { ...HELD, id: "s", professional: ME, claimed_at: "", cents: null, taken_back: null, stated: null, credited: null, ...given };
}

function forfait(sessions: readonly SessionView[], given: Partial<ForfaitView> = {}): ForfaitView {
  const done = sessions.filter((each) => each.done && each.taken_back === null).length;
  return {
    id: "f",
    child: "c" as ChildId,
    circle: "r" as CircleId,
    prescription: "p",
    discipline: "physiotherapy",
    professional: ME,
    number: 1,
    renews: null,
    state: "open",
    opened_on: "2026-10-01",
    valid_until: "2027-10-01",
    last_day: "2027-10-01",
    days_left: 300,
    quota: 11,
    assessments: 1,
    done,
    missed: 0,
    left: 11 - done,
    next_part: "session",
    first_done_on: null,
    warnings: [],
    review_form: null,
    sessions,
    closing: null,
    ...given,
  };
}

const claim = { forfait: "f", session: "a", form: HELD };

function queued(...changes: readonly ((queue: Queue) => Queue)[]): Queue {
  return changes.reduce((queue, change) => change(queue), added([], claim, 1));
}

test("a tap says the place where one mostly is, and as long as the last time", () => {
  const held = forfait([
    session({ start: "2026-11-01T09:00:00", place: "home", minutes: 60 }),
    session({ start: "2026-11-08T09:00:00", place: "home", minutes: 45 }),
    session({ start: "2026-11-15T09:00:00", place: "practice", minutes: 30 }),
  ]);

  assert.deepEqual(usualOf(held, [held], ME), { place: "home", minutes: 30 });
});

test("nothing is supposed before the first session, and others' sessions are not one's own", () => {
  const fresh = forfait([]);
  const theirs = forfait([session({ professional: "other" as ProfessionalId })], { id: "g" });
  const mine = forfait([session({ place: "home" })], { id: "h" });

  assert.equal(usualOf(fresh, [fresh, theirs], ME), null);
  assert.deepEqual(usualOf(fresh, [fresh, mine], ME), { place: "home", minutes: 45 });
});

test("missed and taken back sessions teach nothing", () => {
  const back = { by: ME, at: "", cause: "wrong_day", words: "" } as const;
  const held = forfait([
    session({ start: "2026-11-21T09:00:00", done: false, minutes: null, place: "home" }),
    session({ start: "2026-11-20T09:00:00", taken_back: back, minutes: 90, place: "home" }),
    session({ start: "2026-11-01T09:00:00", minutes: 40 }),
  ]);

  assert.deepEqual(usualOf(held, [], ME), { place: "practice", minutes: 40 });
});

test("a session that is reported now has just ended, and never began yesterday", () => {
  const usual = { place: "home", minutes: 45 };

  assert.equal(heldNow(usual, "session", NOW).start, "2026-11-22T13:45:00");
  assert.equal(heldNow(usual, "session", new Date(2026, 10, 22, 0, 20)).start, "2026-11-22T00:00:00");
  assert.equal(dayPart(wallTime(NOW)), "2026-11-22");
});

test("what waits counts as said, once, and the assessment comes first", () => {
  const waiting = [{ forfait: "f", session: "a", form: { ...HELD, start: "2026-11-22T09:00:00", part: "assessment" as const } }];

  const before = standingOf(forfait([]), [], ME, NOW);
  const offline = standingOf(forfait([]), waiting, ME, NOW);
  const arrived = standingOf(forfait([session({ id: "a", start: "2026-11-22T09:00:00", part: "assessment" })]), waiting, ME, NOW);

  assert.deepEqual([before.done, before.left, before.next], [0, 11, "assessment"]);
  assert.deepEqual([offline.done, offline.left, offline.next], [1, 10, "session"]);
  assert.deepEqual([arrived.done, arrived.left, arrived.next], [1, 10, "session"]);
  assert.deepEqual([offline.today.map((each) => each.sent), arrived.today.map((each) => each.sent)], [[false], [true]]);
});

test("a session nobody has heard of is dropped, one that may have arrived is taken back there", () => {
  assert.deepEqual(queued((queue) => undone(queue, "a")), []);
  const [asked] = queued((queue) => tried(queue, "a"), (queue) => undone(queue, "a"));
  assert.equal(asked?.undo, true);
  assert.deepEqual(standing([asked as Queue[number]]), []);
});

test("a session that is taken back just as it arrives is not forgotten", () => {
  const late = queued((queue) => tried(queue, "a"), (queue) => undone(queue, "a"), (queue) => arrived(queue, "a", false));

  assert.deepEqual(late.map((each) => each.undo), [true]);
  assert.deepEqual(arrived(late, "a", true), []);
  assert.deepEqual(queued((queue) => tried(queue, "a"), (queue) => arrived(queue, "a", false)), []);
});

test("what is refused waits for its author, and holds nobody else up", () => {
  const refusal = { code: "quota_used_up", title: "", mender: "physician" as const };
  const queue = added(queued((each) => refused(each, "a", refusal)), { ...claim, session: "b" }, 2);

  assert.equal(nextOf(queue)?.session, "b");
  assert.deepEqual(standing(queue).map((each) => each.session), ["b"]);
  assert.deepEqual(undone(queue, "a").map((each) => each.session), ["b"]);
});

test("a refused session that is said otherwise goes under a new id", () => {
  const refusal = { code: "slot_claimed", title: "", mender: "professional" as const };
  const queue = again(queued((each) => tried(each, "a"), (each) => refused(each, "a", refusal)), "a", { ...HELD, place: "home" }, "z");

  assert.deepEqual(queue.map(({ session: id, form, tried: asked, refused: why }) => [id, form.place, asked, why]), [["z", "home", false, null]]);
  assert.deepEqual(without(queue, "z"), []);
});

test("what was to be taken back anyway is gone once it is refused", () => {
  const refusal = { code: "already_taken_back", title: "", mender: null };

  assert.deepEqual(queued((queue) => tried(queue, "a"), (queue) => undone(queue, "a"), (queue) => refused(queue, "a", refusal)), []);
});

test("one table has its headings once, and the sum is of what is chosen", () => {
  const heading = "\ufeffMois,Montant\r\n";
  const paid = (total_cents: number): StatementView => ({ total_cents }) as StatementView;

  assert.equal(joinedTables([`${heading}a,1\r\n`, `${heading}b,2\r\nc,3\r\n`]), `${heading}a,1\r\nb,2\r\nc,3\r\n`);
  assert.equal(joinedTables([]), "");
  assert.equal(sumOf([paid(3900), paid(-1000)]), 2900);
});

test("a forfait that leaving closed says the exit in words, another one what somebody wrote", () => {
  const care = { exits: [{ code: "camsp", label: { fr: "CAMSP", en: "Early care centre" } }] } as unknown as EarlyCare;

  assert.equal(closingWord(care, "camsp"), "CAMSP");
  assert.equal(closingWord(care, "Déménagement"), "Déménagement");
  assert.equal(closingWord({} as EarlyCare, "camsp"), "camsp");
});
