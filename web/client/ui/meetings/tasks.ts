/**
 * Decisions that become tasks: each is posted under the decision's own id, as entry and as task.
 *
 * Whatever tab dies in between, a decision has one task: what was posted, or waits to be, is
 * found under that id and not posted again.
 */

import { MAX_TITLE, type Task } from "../../core/content.ts";
import type { EntryId } from "../../core/ids.ts";
import { Card } from "../../core/session/log.ts";
import type { Conversation } from "../../shell/ronde.ts";
import type { People } from "../feed/people.ts";
import type { DecisionView } from "./served.ts";

const ELLIPSIS = "…";

/** The decisions that have no task yet, as far as server and this device know. */
export function waiting(decisions: readonly DecisionView[], conversation: Conversation | undefined): readonly DecisionView[] {
  const sent = new Set(conversation?.entries.map(({ id }) => id as string));
  return decisions.filter(({ id, task }) => task === null && !sent.has(id));
}

/**
 * Post a task for each decision that has none; gives how many were posted.
 *
 * Throws NotPossible where this device is not in the discussion.
 */
export async function giveTasks(given: {
  readonly conversation: Conversation;
  readonly people: People;
  readonly decisions: readonly DecisionView[];
  /** What a task says of where it comes from. */
  readonly from: string;
}): Promise<number> {
  const { conversation, people, decisions, from } = given;
  let posted = 0;
  for (const decision of waiting(decisions, conversation)) {
    const entry = decision.id as string as EntryId;
    if (await conversation.reach(entry)) continue;
    const task = taskOf(decision, people, from);
    const card = new Card({ task: task.task, state: "requested", assignees: task.assignees ?? [], due: decision.by });
    await conversation.post(task, { card, entry });
    posted += 1;
  }
  return posted;
}

/** Put a decision as a task; whoever has left the circle since is given none. */
export function taskOf(decision: DecisionView, people: Pick<People, "find">, from: string): Task {
  const { id, owner, by } = decision;
  const title = cut(decision.decision);
  const details = title === decision.decision ? from : `${decision.decision}\n\n${from}`;
  const assignees = owner !== null && people.find(owner) !== null ? [owner] : [];
  return { kind: "task", task: id, title, details, checklist: [], due: by ?? "", assignees, document: "" };
}

/** As much of a sentence as a title holds, counted in bytes of UTF-8. */
function cut(words: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(words).length <= MAX_TITLE) return words;
  const signs = [...words];
  while (encoder.encode(`${signs.join("")}${ELLIPSIS}`).length > MAX_TITLE) signs.pop();
  return `${signs.join("").trimEnd()}${ELLIPSIS}`;
}
