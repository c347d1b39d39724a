/** The operations of our own vectors on tasks: twin of ronde_tasks.py. */
import assert from "node:assert/strict";

import { decode } from "../../../web/client/core/content.ts";
import { type SignedTask, type Uncounted, begun, changed } from "../../../web/client/core/content_tasks.ts";
import type { CircleId, DocumentId, ProfessionalId, TaskId } from "../../../web/client/core/ids.ts";
import { verifyChain } from "../../../web/client/core/membership.ts";
import { Card } from "../../../web/client/core/session/log.ts";
import type { Given, Operation, Values } from "./ronde_vectors.ts";

/** Follow a task through its entries; who is first gives it. */
function followTask(given: Given): Values {
  const [first, ...others] = given.rows("entries");
  assert.ok(first !== undefined);
  const words = decode("task", first.data("body"));
  assert.ok(words.kind === "task");
  let task = begun(words, first.id<ProfessionalId>("by"), cardOf(words.task, first));
  const uncounted: (Uncounted | null)[] = [];
  for (const entry of others) {
    const change = decode("task_change", entry.data("body"));
    assert.ok(change.kind === "task_change");
    const told = changed(task, change, {
      by: entry.id<ProfessionalId>("by"),
      coordinates: entry.flag("coordinates"),
      card: cardOf(words.task, entry),
    });
    task = told.task;
    uncounted.push(told.uncounted);
  }
  return { ...plain(task), uncounted };
}

function plain(task: SignedTask): Values {
  const { author, title, details, checklist, state, due, assignees, document, contradicted } = task;
  const steps = checklist.map(({ text, done }) => [text, done]);
  return { author, title, details, steps, state, due, assignees, document, contradicted };
}

function cardOf(task: TaskId, entry: Given): Card | null {
  const [card] = entry.rows("card");
  if (card === undefined) return null;
  return new Card({
    task,
    state: card.text("state"),
    assignees: card.ids<ProfessionalId>("assignees"),
    due: card.text("due") || null,
    document: (card.text("document") || null) as DocumentId | null,
  });
}

async function coordinatedAt(given: Given): Promise<Values> {
  const chain = given.many("chain");
  const roster = await verifyChain(chain, given.id<CircleId>("circle"));
  const who = given.id<ProfessionalId>("professional");
  const lengths = Array.from({ length: chain.length + 2 }, (_, length) => length);
  return { coordinates: lengths.map((length) => roster.coordinated(who, length)) };
}

export const TASK_OPERATIONS: readonly (readonly [string, Operation])[] = [
  ["follow_task", followTask],
  ["coordinated", coordinatedAt],
];
