/** Meetings about a child, as the server tells them. */

import type { ChildId, CircleId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { TaskState } from "../feed/tasks.ts";
import type { Answers } from "../documents/served.ts";
import type { Day, Stamp } from "../served.ts";

export type MeetingState = "called" | "cancelled" | "held" | "signed";
export type Advice = "too_few_cares" | "often";

/** `task` is how far the task of a decision is, null while nobody gave it. */
export type DecisionView = {
  readonly id: TaskId;
  readonly decision: string;
  readonly owner: ProfessionalId | null;
  readonly by: Day | null;
  readonly task: TaskState | null;
};

/** Without `signed_at` it is the draft; `reason` is a correction's. */
export type MinutesView = {
  readonly number: number;
  readonly held_on: Day;
  readonly points: string;
  readonly present: readonly ProfessionalId[];
  readonly decisions: readonly DecisionView[];
  readonly answers: Answers;
  readonly author: ProfessionalId;
  readonly saved_at: Stamp;
  readonly signed_at: Stamp | null;
  readonly signed_by: ProfessionalId | null;
  readonly reason: string;
};

/** `starts_at` is a wall time in `zone`, without an offset. Outside the circle the words are empty. */
export type MeetingView = {
  readonly id: string;
  readonly child: ChildId;
  readonly circle: CircleId;
  readonly state: MeetingState;
  readonly called_by: ProfessionalId;
  readonly called_at: Stamp;
  readonly starts_at: string;
  readonly zone: string;
  readonly minutes: number | null;
  readonly place: string;
  readonly link: string;
  readonly subject: string;
  readonly invited: readonly ProfessionalId[];
  readonly answers: Answers;
  readonly sequence: number;
  readonly edition: number;
  readonly advice: readonly Advice[];
  readonly versions: readonly MinutesView[];
  readonly cancellation: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
};

/** A decision as it is sent: one without an id gets it from the server. */
export type DecisionForm = {
  readonly id?: TaskId;
  readonly decision: string;
  readonly owner: ProfessionalId | null;
  readonly by: Day | null;
};

export type MinutesForm = {
  readonly held_on: Day;
  readonly points: string;
  readonly present: readonly ProfessionalId[];
  readonly decisions: readonly DecisionForm[];
  readonly answers: Answers;
};

/** The newest version of the minutes, the draft of a correction too. */
export function newestOf(meeting: MeetingView): MinutesView | null {
  return meeting.versions.at(-1) ?? null;
}
