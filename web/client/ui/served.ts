/** The server's answers that pages draw, in its own names: one type for each, and nothing else. */

import type {
  AppointmentId,
  ChannelId,
  ChildId,
  CircleId,
  DocumentId,
  ProfessionalId,
  TaskId,
} from "../core/ids.ts";

import type { Duty } from "./coordination/duty_served.ts";

/** A day, YYYY-MM-DD. */
export type Day = string;
/** A moment, RFC 3339. */
export type Stamp = string;
export type Label = { readonly fr: string; readonly en: string };

export type Window = { readonly due: Day; readonly opens: Day; readonly closes: Day };
export type Stage = "inclusion" | "coordination" | "support" | "exit";
export type VisitState = "undated" | "coming" | "due" | "booked" | "done" | "late" | "passed_by";

export type VisitStanding = {
  readonly visit: string;
  readonly label: Label;
  readonly state: VisitState;
  readonly window: Window | null;
  readonly appointment: AppointmentId | null;
};

/** `start` is a wall time in `zone`, without an offset. */
export type Slot = {
  readonly start: string;
  readonly zone: string;
  readonly duration_minutes: number;
  readonly place_label: string;
  readonly map_address?: string | null;
};

export type AppointmentStatus = "booked" | "moved" | "cancelled" | "honoured" | "missed";

/** `at` is when it begins, ms UTC. */
export type PlannedAppointment = {
  readonly id: AppointmentId;
  readonly child: ChildId;
  readonly professional: ProfessionalId;
  readonly visit: string | null;
  readonly status: AppointmentStatus;
  readonly slot: Slot;
  readonly at: number;
};

export type ChildHeader = {
  readonly id: ChildId;
  readonly circle: CircleId | null;
  readonly given_name: string;
  readonly family_name: string;
  readonly birth_date: Day;
  readonly sex: string;
  readonly gestational_age: { readonly weeks: number; readonly days: number } | null;
  readonly corrected_from: Day | null;
  readonly corrected_until_months: number;
  readonly age_months: number;
  readonly stage: Stage;
  readonly included_on: Day | null;
  readonly referring_physician: ProfessionalId | null;
  readonly next_visit: VisitStanding | null;
  readonly late_visits: readonly VisitStanding[];
  readonly next_appointment: PlannedAppointment | null;
};

export type Footing = "none" | "pending" | "coming" | "active" | "ended";

/** `statement` is base64: what a coordinator signed. */
export type Attested = {
  readonly identity_key: string;
  readonly statement: string;
  readonly coordinator: ProfessionalId;
  readonly at: Stamp;
};

export type MemberForm = {
  readonly professional: ProfessionalId;
  readonly given_name: string;
  readonly family_name: string;
  readonly role: string;
  readonly profession: string | null;
  readonly since: Stamp;
  /** null for those who need none. */
  readonly convention: Footing | null;
  readonly identity_key: string;
  readonly attestation: Attested | null;
};

export type CircleGlance = {
  readonly id: CircleId;
  readonly child: ChildHeader;
  readonly members: readonly MemberForm[];
  readonly opened_at: Stamp;
  readonly closed_at: Stamp | null;
};

export type TaskCard = {
  readonly id: TaskId;
  readonly circle: CircleId;
  readonly channel: ChannelId;
  readonly author: ProfessionalId;
  readonly assignees: readonly ProfessionalId[];
  readonly due: Day | null;
  readonly state: string;
  readonly document: DocumentId | null;
  readonly seq: number;
  readonly changed_at: Stamp;
};

export type DraftForm = {
  readonly id: DocumentId;
  readonly circle: CircleId;
  readonly child: ChildId;
  readonly form: string;
  readonly visit: string | null;
  readonly author: ProfessionalId;
  readonly edition: number;
  readonly saved_at: Stamp;
};

export type MyDay = {
  readonly at: number;
  readonly circles: readonly {
    readonly id: CircleId;
    readonly child: ChildHeader;
    readonly channels: readonly { readonly id: ChannelId; readonly head: number; readonly read: number }[];
    readonly next_appointment: PlannedAppointment | null;
  }[];
  readonly tasks: readonly TaskCard[];
  readonly documents: readonly DraftForm[];
  readonly appointments: readonly PlannedAppointment[];
  readonly unsettled: readonly PlannedAppointment[];
  /** What the pathway asks of a coordinator; a day that was kept long ago says nothing of it. */
  readonly duties?: readonly Duty[];
  readonly lapsed: boolean;
  /** How many days before its window a visit may be booked; an old day says nothing of it. */
  readonly booking_opens_days?: number;
};

/** A page of a list; `next` is what to ask `after`, null at the end. */
export type Listing<T> = { readonly items: readonly T[]; readonly next: string | null };
