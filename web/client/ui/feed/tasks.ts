/**
 * A task as a feed shows it: what was signed, since when, and what people said about it.
 *
 * Whose changes count is the core's to say (`content_tasks.ts`); here they meet the entries
 * that carry them, and the cards that the server shows elsewhere.
 */

import type { Task, TaskChange } from "../../core/content.ts";
import {
  NEXT,
  type ShownCard,
  type SignedTask,
  type TaskState,
  type Uncounted,
  begun,
  changed,
  contradicts,
  isTheirs,
} from "../../core/content_tasks.ts";
import type { EntryId, ProfessionalId } from "../../core/ids.ts";
import type { Moment, ShownEntry } from "../../shell/ronde.ts";

export { TASK_STATES, type TaskState, mayWord } from "../../core/content_tasks.ts";

/** A word somebody said about a task. */
export type Comment = {
  readonly id: EntryId;
  readonly author: ProfessionalId;
  readonly at: Moment;
  readonly text: string;
};

/** A task as the log tells it; `seq` is the place of the last entry about it, null while one waits. */
export type TaskView = SignedTask & {
  readonly entry: EntryId;
  readonly at: Moment;
  readonly comments: readonly Comment[];
  readonly changedAt: Moment;
  readonly seq: number | null;
};

/** Tell whether nothing more is to be done. */
export function isEnded(state: TaskState): boolean {
  return NEXT[state].length === 0;
}

/** Tell whether a task should have been done before `today` (YYYY-MM-DD). */
export function isLate(task: TaskView, today: string): boolean {
  return !isEnded(task.state) && task.due !== "" && task.due < today;
}

/** The states that a person may give a task now. */
export function nextStates(task: TaskView, by: ProfessionalId): readonly TaskState[] {
  return isTheirs(task, by) ? NEXT[task.state] : [];
}

/** Begin a task from the entry that gave it. */
export function given(entry: ShownEntry, author: ProfessionalId, words: Task): TaskView {
  const { id, at, seq } = entry;
  return { ...begun(words, author, entry.card), entry: id, at, comments: [], changedAt: at, seq };
}

/** Bring a task up to a change, with what was said along with it; see `changed`. */
export function followed(
  task: TaskView,
  entry: ShownEntry,
  by: ProfessionalId,
  change: TaskChange,
): { readonly task: TaskView; readonly uncounted: Uncounted | null } {
  const { coordinates, card, seq } = entry;
  const { task: signed, uncounted } = changed(task, change, { by, coordinates, card });
  const said = { id: entry.id, author: by, at: entry.at, text: change.note };
  const comments = change.note === "" ? task.comments : [...task.comments, said];
  const changedAt = uncounted === null ? entry.at : task.changedAt;
  return { task: { ...task, ...signed, comments, changedAt, seq }, uncounted };
}

/**
 * Tell whether a card that the server shows apart from the log is not what was signed.
 *
 * Only one that speaks of what this device has read, up to `head`, can be held against it:
 * an older or a newer card may be honest.
 */
export function isBelied(task: TaskView, card: ShownCard & { readonly seq: number }, head: number): boolean {
  if (task.contradicted) return true;
  return task.seq !== null && task.seq <= card.seq && card.seq <= head && contradicts(card, task);
}
