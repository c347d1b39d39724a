/**
 * What a task has become: its first words, then every signed change, in the log's order.
 *
 * Where it stands follows the rule of care_circle/task.py over what was signed, so that the
 * server's card can be held against it. Its words are for those whose task it is: who gave
 * it, whoever it is given to, and the circle's coordinators. Anybody may comment.
 */

import type { Task, TaskChange } from "./content.ts";
import type { ChecklistItem } from "./content_parts.ts";
import type { DocumentId, ProfessionalId, TaskId } from "./ids.ts";
import type { Card } from "./session/log.ts";

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

/** The states that may follow each; what ends a task leads nowhere. */
export const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  requested: ["accepted", "in-progress", "completed", "rejected", "cancelled"],
  accepted: ["in-progress", "completed", "rejected", "cancelled"],
  "in-progress": ["completed", "cancelled"],
  rejected: ["requested", "cancelled"],
  completed: [],
  cancelled: [],
};

/** Why a change, or what of it changes the task's words, does not count. */
export type Uncounted = "not_theirs" | "too_late";

/**
 * A task as its authors signed it; an empty `due` (else YYYY-MM-DD) or document is none.
 *
 * `contradicted`: the server showed another card beside the last change that counted.
 */
export type SignedTask = {
  readonly task: TaskId;
  readonly author: ProfessionalId;
  readonly title: string;
  readonly details: string;
  readonly checklist: readonly ChecklistItem[];
  readonly state: TaskState;
  readonly due: string;
  readonly assignees: readonly ProfessionalId[];
  readonly document: DocumentId | "";
  readonly contradicted: boolean;
};

/** Who asks for a change, by what right, and the clear card that the server shows beside it. */
export type Asked = {
  readonly by: ProfessionalId;
  readonly coordinates: boolean;
  readonly card: Card | null;
};

/** What a card says in clear, as the server shows it anywhere. */
export type ShownCard = Pick<Card, "state" | "due" | "assignees" | "document">;

/** Begin a task; only what an older client left unsigned is taken from its clear card. */
export function begun(words: Task, author: ProfessionalId, card: Card | null): SignedTask {
  const task: SignedTask = {
    task: words.task,
    author,
    title: words.title,
    details: words.details,
    checklist: words.checklist,
    state: "requested",
    due: words.due ?? card?.due ?? "",
    assignees: words.assignees ?? card?.assignees ?? [],
    document: words.document ?? card?.document ?? "",
    contradicted: false,
  };
  const lies = card === null ? words.assignees !== null : contradicts(card, task);
  return { ...task, contradicted: lies };
}

/**
 * Bring a task up to a change, and say why it does not count where it does not.
 *
 * Of a change that moves the card rightly and the words wrongly, the card's part counts:
 * the server, which cannot read words, has counted it.
 */
export function changed(
  task: SignedTask,
  change: TaskChange,
  { by, coordinates, card }: Asked,
): { readonly task: SignedTask; readonly uncounted: Uncounted | null } {
  const wanted = placed(task, change);
  const uncounted = refusal(task, wanted, by);
  if (uncounted !== null) return { task, uncounted };
  const moved = !sameCard(wanted, task);
  const lies = card === null ? task.contradicted || moved : contradicts(card, wanted);
  const stands = { ...wanted, contradicted: lies };
  const reworded = worded(stands, change);
  if (!sameWords(reworded, stands) && !mayWord(task, by, coordinates)) {
    return { task: stands, uncounted: "not_theirs" };
  }
  return { task: reworded, uncounted: null };
}

/** Tell whether a card that the server shows says otherwise than what was signed. */
export function contradicts(card: ShownCard, task: SignedTask): boolean {
  const shown = { ...card, due: card.due ?? "", document: card.document ?? "" };
  return !sameCard(shown, task);
}

/** Tell whether somebody may rewrite a task's title, details and steps. */
export function mayWord(task: SignedTask, by: ProfessionalId, coordinates: boolean): boolean {
  return coordinates || isTheirs(task, by);
}

/** Tell whether a task is somebody's: they gave it, or it is given to them. */
export function isTheirs(task: SignedTask, by: ProfessionalId): boolean {
  return by === task.author || task.assignees.includes(by);
}

function placed(task: SignedTask, change: TaskChange): SignedTask {
  return {
    ...task,
    state: TASK_STATES.find((each) => each === change.state) ?? task.state,
    due: change.due ?? task.due,
    assignees: change.assignees ?? task.assignees,
    document: change.document ?? task.document,
  };
}

function worded(task: SignedTask, change: TaskChange): SignedTask {
  return {
    ...task,
    title: change.title ?? task.title,
    details: change.details ?? task.details,
    checklist: change.checklist ?? task.checklist,
  };
}

function refusal(task: SignedTask, wanted: SignedTask, by: ProfessionalId): Uncounted | null {
  const reassigned = !sameSet(wanted.assignees, task.assignees);
  const moved = wanted.state !== task.state;
  const asksAnew = reassigned && wanted.state === "requested";
  if (moved && !asksAnew && !NEXT[task.state].includes(wanted.state)) return "too_late";
  if (NEXT[task.state].length === 0 && (moved || reassigned)) return "too_late";
  const touched = wanted.due !== task.due || wanted.document !== task.document;
  if ((touched || (moved && !asksAnew)) && !isTheirs(task, by)) return "not_theirs";
  return null;
}

function sameCard(one: Omit<ShownCard, "document"> & { readonly document: string | null }, other: SignedTask): boolean {
  const same = one.state === other.state && one.due === other.due && one.document === other.document;
  return same && sameSet(one.assignees, other.assignees);
}

function sameWords(one: SignedTask, other: SignedTask): boolean {
  const words = ({ title, details, checklist }: SignedTask): string =>
    JSON.stringify([title, details, checklist.map(({ text, done }) => [text, done])]);
  return words(one) === words(other);
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const [these, those] = [new Set(one), new Set(other)];
  return these.size === those.size && [...these].every((each) => those.has(each));
}
