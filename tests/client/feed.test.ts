/** What a feed makes of entries: each rule as its reader would see it broken. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Content } from "../../web/client/core/content.ts";
import type { EntryId, ProfessionalId, TaskId } from "../../web/client/core/ids.ts";
import { Card } from "../../web/client/core/session/log.ts";
import type { ShownEntry } from "../../web/client/shell/ronde.ts";
import { type MessageItem, fold } from "../../web/client/ui/feed/fold.ts";
import { countNew, rows } from "../../web/client/ui/feed/grouping.ts";
import { isBelied } from "../../web/client/ui/feed/tasks.ts";
import { receiptOf } from "../../web/client/ui/feed/receipts.ts";

const ANA = "ana" as ProfessionalId;
const BEN = "ben" as ProfessionalId;
const EVE = "eve" as ProfessionalId;
const TASK = "task" as TaskId;
const NOON = Date.UTC(2026, 2, 2, 12);

/** A log that grows: each call is the next entry. */
class Log {
  readonly entries: ShownEntry[] = [];

  say(by: ProfessionalId, content: Content, more: Partial<ShownEntry> = {}): EntryId {
    const seq = this.entries.length + 1;
    const id = `e${seq}` as EntryId;
    this.entries.push({
      id,
      seq,
      at: NOON + seq * 1000,
      author: { professional: by, device: `${by}-1` as never },
      inside: { kind: "content", type: content.kind, content, notice: null },
      thread: null,
      card: null,
      state: "sent",
      code: null,
      coordinates: false,
      ...more,
    });
    return id;
  }

  message(by: ProfessionalId, text: string, more: Partial<ShownEntry> = {}): EntryId {
    const content: Content = { kind: "message", text, replyTo: null, mentions: [], attachments: [], urgent: false };
    return this.say(by, content, more);
  }

  first(): MessageItem {
    return fold(this.entries).items[0] as MessageItem;
  }
}

test("an edit by the author replaces the text and says so", () => {
  const log = new Log();
  const id = log.message(ANA, "demain");

  log.say(ANA, { kind: "edit", of: id, text: "jeudi", mentions: [BEN] });

  const item = log.first();
  assert.deepEqual([item.text, item.edited, item.mentions], ["jeudi", true, [BEN]]);
});

test("an edit or a deletion by somebody else changes nothing", () => {
  const log = new Log();
  const id = log.message(ANA, "demain");

  log.say(BEN, { kind: "edit", of: id, text: "jamais", mentions: [] });
  log.say(BEN, { kind: "deletion", of: id });

  const item = log.first();
  assert.deepEqual([item.text, item.edited, item.deleted], ["demain", false, false]);
});

test("a deletion leaves a tombstone without words, signs or files, and no edit revives it", () => {
  const log = new Log();
  const id = log.message(ANA, "demain");
  log.say(BEN, { kind: "reaction", to: id, emoji: "👍" });

  log.say(ANA, { kind: "deletion", of: id });
  log.say(ANA, { kind: "edit", of: id, text: "encore", mentions: [] });

  const item = log.first();
  assert.deepEqual([item.deleted, item.text, item.signs], [true, "", []]);
});

test("the same sign by the same person twice takes it back", () => {
  const log = new Log();
  const id = log.message(ANA, "demain");

  for (const by of [ANA, BEN, ANA]) log.say(by, { kind: "reaction", to: id, emoji: "👍" });

  assert.deepEqual(log.first().signs, [{ emoji: "👍", by: [BEN] }]);
});

test("answers stand in their thread, and the stream counts them", () => {
  const log = new Log();
  const id = log.message(ANA, "qui vient ?");

  log.message(BEN, "moi", { thread: id });

  const feed = fold(log.entries);
  assert.equal(feed.items.length, 1);
  assert.equal((feed.items[0] as MessageItem).replies, 1);
  assert.equal(feed.threads.get(id)?.length, 1);
});

test("an entry that could not be checked shows its place and none of its words", () => {
  const log = new Log();
  log.message(ANA, "secret", { inside: { kind: "fault", fault: "forged" } });

  const item = fold(log.entries).items[0];

  assert.deepEqual([item?.kind, item?.seq], ["blank", 1]);
  assert.ok(!JSON.stringify(item).includes("secret"));
});

const WORDS = {
  kind: "task",
  task: TASK,
  title: "Appeler",
  details: "",
  checklist: [{ text: "Numéro", done: false }],
  due: "2026-03-09",
  assignees: [BEN],
  document: "",
} as const;
const NOTHING = {
  kind: "task_change",
  task: TASK,
  title: null,
  details: null,
  checklist: null,
  state: null,
  due: null,
  assignees: null,
  document: null,
  note: "",
} as const;

function given(log: Log, card: Partial<Card>): void {
  const whole = new Card({ task: TASK, state: "requested", assignees: [BEN], due: "2026-03-09", ...card });
  log.say(ANA, WORDS, { card: whole });
}

function moved(log: Log, by: ProfessionalId, state: string, card?: Partial<Card>): void {
  const shown = new Card({ task: TASK, state, assignees: [BEN], due: "2026-03-09", ...card });
  log.say(by, { ...NOTHING, state, due: "2026-03-09", assignees: [BEN] }, { card: shown });
}

test("of two changes of a task the first of the log counts", () => {
  const log = new Log();
  given(log, {});

  moved(log, BEN, "completed");
  moved(log, ANA, "cancelled");

  assert.equal(fold(log.entries).tasks.get(TASK)?.state, "completed");
});

test("nobody else moves a task than its author and those it was given to", () => {
  const log = new Log();
  given(log, {});

  moved(log, EVE, "cancelled");

  assert.equal(fold(log.entries).tasks.get(TASK)?.state, "requested");
});

test("nobody puts other words under a task that was given before", () => {
  const log = new Log();
  given(log, {});

  const words = { ...WORDS, title: "Ne rien faire" };
  log.say(EVE, words, { card: new Card({ task: TASK, state: "requested" }) });

  const { items, tasks } = fold(log.entries);
  const held = tasks.get(TASK);
  assert.deepEqual([held?.title, held?.author, held?.assignees], ["Appeler", ANA, [BEN]]);
  assert.equal(items.length, 1);
});

test("a card that says otherwise than its author signed is noticed", () => {
  const log = new Log();
  given(log, {});

  moved(log, BEN, "accepted", { due: "2026-12-31" });

  const task = fold(log.entries).tasks.get(TASK);
  assert.deepEqual([task?.contradicted, task?.due], [true, "2026-03-09"]);
});

test("a new task that the server shows otherwise is shown as it was given, and said to be", () => {
  const log = new Log();

  given(log, { due: "2026-12-31", assignees: [EVE] });

  const task = fold(log.entries).tasks.get(TASK);
  assert.deepEqual([task?.contradicted, task?.due, task?.assignees], [true, "2026-03-09", [BEN]]);
});

test("what another member rewrites stays as it was, and is shown as a change that does not count", () => {
  const log = new Log();
  given(log, {});

  log.say(EVE, { ...NOTHING, title: "Ne rien faire", details: "Rien", note: "Inutile" });

  const { items, tasks } = fold(log.entries);
  const change = items[1];
  assert.deepEqual(change?.kind === "change" && [change.uncounted, change.title], ["not_theirs", "Appeler"]);
  assert.deepEqual([tasks.get(TASK)?.title, tasks.get(TASK)?.details], ["Appeler", ""]);
  assert.deepEqual(tasks.get(TASK)?.comments.map(({ text }) => text), ["Inutile"]);
});

for (const [who, by, more] of [
  ["who gave it", ANA, {}],
  ["whom it is given to", BEN, {}],
  ["a coordinator", EVE, { coordinates: true }],
] as const) {
  test(`a task is rewritten by ${who}`, () => {
    const log = new Log();
    given(log, {});

    log.say(by, { ...NOTHING, title: "Écrire" }, more);

    assert.equal(fold(log.entries).tasks.get(TASK)?.title, "Écrire");
  });
}

test("a comment counts wherever the task stands by then", () => {
  const log = new Log();
  given(log, {});
  moved(log, BEN, "completed");

  log.say(EVE, { ...NOTHING, note: "Bravo" });

  const { items, tasks } = fold(log.entries);
  assert.deepEqual(tasks.get(TASK)?.comments.map(({ author }) => author), [EVE]);
  const last = items.at(-1);
  assert.deepEqual(last?.kind === "change" && [last.uncounted, last.note], [null, "Bravo"]);
});

test("a change that came second is shown as one that does not count", () => {
  const log = new Log();
  given(log, {});
  moved(log, BEN, "completed");

  moved(log, ANA, "cancelled");

  const last = fold(log.entries).items.at(-1);
  assert.deepEqual(last?.kind === "change" && [last.uncounted, last.to], ["too_late", null]);
});

test("a change that the log refused moves nothing", () => {
  const log = new Log();
  given(log, {});

  log.say(BEN, { ...NOTHING, state: "completed" }, { state: "parked", seq: null, code: "not_a_member" });

  const { items, tasks } = fold(log.entries);
  assert.equal(tasks.get(TASK)?.state, "requested");
  assert.equal(items.at(-1)?.state, "parked");
});

test("a card apart from the log is belied only by what this device has read", () => {
  const log = new Log();
  given(log, {});
  moved(log, BEN, "accepted");
  const task = fold(log.entries).tasks.get(TASK);
  assert.ok(task !== undefined);
  const card = { state: "accepted", due: "2026-03-09", assignees: [BEN], document: null };
  const [honest, other] = [card, { ...card, due: null }];

  const told = [
    isBelied(task, { ...honest, seq: 2 }, 2),
    isBelied(task, { ...other, seq: 2 }, 2),
    isBelied(task, { ...other, seq: 1 }, 2),
    isBelied(task, { ...other, seq: 3 }, 2),
  ];

  assert.deepEqual(told, [false, true, false, false]);
});

test("the line of new messages stands before the first of somebody else behind the read mark", () => {
  const log = new Log();
  log.message(BEN, "un");
  log.message(ANA, "deux");
  log.message(BEN, "trois");

  const items = fold(log.entries).items;

  assert.deepEqual(
    rows(items, 1, ANA).map((row) => row.kind),
    ["day", "item", "item", "new", "item"],
  );
  assert.equal(countNew(items, 1, ANA), 1);
});

test("an own message is read once a colleague's mark has passed it", () => {
  const members = [ANA, BEN].map((professional) => ({ professional, device: "d" as never, since: 0 }));
  const marks = new Map([[BEN, { delivered: 5, read: 3 }]]);
  const at = (seq: number): string => receiptOf({ state: "sent", seq }, { members, marks }, ANA).reach;

  assert.deepEqual([at(3), at(5), at(6)], ["read", "received", "sent"]);
});
