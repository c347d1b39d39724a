/**
 * What a task has become: its first words, then every signed change, in the log's order.
 *
 * The twin of care_circle/task.py's `project`: of two changes made side by side the first of
 * the log counts, and one that no longer fits is passed over.
 */

import type { ChecklistItem, Task, TaskChange } from "../../core/content.ts";
import type { DocumentId, EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Moment, ShownEntry } from "../../shell/ronde.ts";

/** FHIR's task statuses, those of them that we need. */
export const TASK_STATES = [
  "requested",
  "accepted",
  "in-progress",
  "completed",
  "rejected",
  "cancelled",
] as const;
export type TaskState = (typeof TASK_STATES)[number];

const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  requested: ["accepted", "in-progress", "completed", "rejected", "cancelled"],
  accepted: ["in-progress", "completed", "rejected", "cancelled"],
  "in-progress": ["completed", "cancelled"],
  rejected: ["requested", "cancelled"],
  completed: [],
  cancelled: [],
};

/** A word somebody said about a task. */
export type Comment = {
  readonly id: EntryId;
  readonly author: ProfessionalId;
  readonly at: Moment;
  readonly text: string;
};

/** A task as the log tells it; `due` is YYYY-MM-DD or null. */
export type TaskView = {
  readonly task: TaskId;
  readonly entry: EntryId;
  readonly author: ProfessionalId;
  readonly at: Moment;
  readonly title: string;
  readonly details: string;
  readonly checklist: readonly ChecklistItem[];
  readonly state: TaskState;
  readonly due: string | null;
  readonly assignees: readonly ProfessionalId[];
  readonly document: DocumentId | null;
  readonly comments: readonly Comment[];
  readonly changedAt: Moment;
  /** The clear card that the server shows beside the last change is not the signed one. */
  readonly contradicted: boolean;
};

/** Tell whether nothing more is to be done. */
export function isEnded(state: TaskState): boolean {
  return state === "completed" || state === "cancelled";
}

/** Tell whether a task should have been done before `today` (YYYY-MM-DD). */
export function isLate(task: TaskView, today: string): boolean {
  return !isEnded(task.state) && task.due !== null && task.due < today;
}

/** The states that a person may give a task now. */
export function nextStates(task: TaskView, by: ProfessionalId): readonly TaskState[] {
  const theirs = task.author === by || task.assignees.includes(by);
  return theirs ? NEXT[task.state] : [];
}

/** Begin a task from the entry that gave it. */
export function begun(entry: ShownEntry, author: ProfessionalId, words: Task): TaskView {
  return {
    task: words.task,
    entry: entry.id,
    author,
    at: entry.at,
    title: words.title,
    details: words.details,
    checklist: words.checklist,
    state: "requested",
    due: entry.card?.due ?? null,
    assignees: entry.card?.assignees ?? [],
    document: entry.card?.document ?? null,
    comments: [],
    changedAt: entry.at,
    contradicted: false,
  };
}

/** Bring a task up to a change, or leave it as it is where the change no longer fits. */
export function changed(
  task: TaskView,
  entry: ShownEntry,
  by: ProfessionalId,
  change: TaskChange,
): TaskView {
  const wanted = wishes(task, change);
  if (!fits(task, by, wanted)) return task;
  const comments =
    change.note === ""
      ? task.comments
      : [...task.comments, { id: entry.id, author: by, at: entry.at, text: change.note }];
  return {
    ...task,
    ...wanted,
    title: change.title ?? task.title,
    details: change.details ?? task.details,
    checklist: change.checklist ?? task.checklist,
    document: entry.card === null ? task.document : entry.card.document,
    comments,
    changedAt: entry.at,
    contradicted: contradicts(entry, wanted),
  };
}

type Wishes = Pick<TaskView, "state" | "due" | "assignees">;

function wishes(task: TaskView, change: TaskChange): Wishes {
  const state = TASK_STATES.find((each) => each === change.state) ?? task.state;
  const due = change.due === null ? task.due : change.due === "" ? null : change.due;
  return { state, due, assignees: change.assignees ?? task.assignees };
}

function fits(task: TaskView, by: ProfessionalId, wanted: Wishes): boolean {
  const reassigned = !sameSet(wanted.assignees, task.assignees);
  const moved = wanted.state !== task.state;
  const asksAnew = reassigned && wanted.state === "requested";
  if (moved && !asksAnew && !NEXT[task.state].includes(wanted.state)) return false;
  if (isEnded(task.state) && (moved || reassigned)) return false;
  const own = by === task.author || task.assignees.includes(by);
  return own || !(wanted.due !== task.due || (moved && !asksAnew));
}

function contradicts(entry: ShownEntry, signed: Wishes): boolean {
  const card = entry.card;
  if (card === null) return false;
  return (
    card.state !== signed.state ||
    (card.due ?? null) !== signed.due ||
    !sameSet(card.assignees, signed.assignees)
  );
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
