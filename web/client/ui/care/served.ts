/** Early care and statements as the server tells them. */

import type { ChildId, CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Day, Label, Stamp } from "../served.ts";

export type Part = "assessment" | "session";
export type ForfaitState = "open" | "ended" | "closed";
export type Warned = "quota" | "left" | "used_up" | "over";
export type Cause = "undone" | "entered_twice" | "not_held" | "wrong_day" | "wrong_child" | "struck" | "other";
/** Whose move it is after a refusal; the professional is whoever asked. */
export type Mender = "coordinator" | "physician" | "professional";

/** Amounts are in cents, null where nobody has published one. */
export type Discipline = {
  readonly code: string;
  readonly profession: string;
  readonly label: Label;
  readonly assessments: number;
  readonly sessions: number;
  readonly validity_months: number;
  readonly renewals: number;
};

/** A form's definition, as far as these pages draw it. */
export type RecordForm = {
  readonly sections: readonly {
    readonly fields: readonly {
      readonly code: string;
      readonly choices: readonly { readonly code: string; readonly label: Label }[];
      readonly minimum: number | null;
      readonly maximum: number | null;
      readonly most: number | null;
    }[];
  }[];
};

export type EarlyCare = {
  readonly disciplines: readonly Discipline[];
  readonly rules: {
    readonly prescribers: readonly string[];
    readonly warn_percent: number;
    readonly warn_left: number;
    readonly review_form: string | null;
  };
  readonly visits: readonly { readonly code: string; readonly label: Label }[];
  /** What was kept on a device before forfaits named exits has none. */
  readonly exits?: readonly { readonly code: string; readonly label: Label }[];
  readonly prescription: RecordForm | null;
  readonly session: RecordForm | null;
};

export type PrescriptionState = "signed" | "cancelled" | "used" | "lapsed";

export type PrescriptionView = {
  readonly id: string;
  readonly child: ChildId;
  readonly circle: CircleId;
  readonly discipline: string;
  readonly assessments: number;
  readonly sessions: number;
  readonly months: number;
  /** Empty for whoever is outside the circle. */
  readonly reason: string;
  readonly prescriber: ProfessionalId;
  readonly professional: ProfessionalId | null;
  readonly urgent: boolean;
  readonly signed_on: Day;
  readonly open_by: Day | null;
  readonly lapses_on: Day;
  readonly state: PrescriptionState;
  readonly forfait: string | null;
  readonly cancellation: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
};

/** `start` is a wall time of the network, without an offset. */
export type SessionForm = {
  readonly start: string;
  readonly part: Part;
  readonly done: boolean;
  readonly place: string;
  readonly minutes: number | null;
  readonly note: string;
};

export type TakenBack = { readonly by: ProfessionalId; readonly at: Stamp; readonly cause: Cause; readonly words: string };

/** `stated` and `credited` are months. */
export type SessionView = SessionForm & {
  readonly id: string;
  readonly professional: ProfessionalId;
  readonly claimed_at: Stamp;
  readonly cents: number | null;
  readonly taken_back: TakenBack | null;
  readonly stated: string | null;
  readonly credited: string | null;
};

export type ForfaitView = {
  readonly id: string;
  readonly child: ChildId;
  readonly circle: CircleId;
  readonly prescription: string;
  readonly discipline: string;
  readonly professional: ProfessionalId | null;
  readonly number: number;
  readonly renews: string | null;
  readonly state: ForfaitState;
  readonly opened_on: Day;
  readonly valid_until: Day;
  readonly last_day: Day;
  readonly days_left: number;
  readonly quota: number;
  readonly assessments: number;
  readonly done: number;
  readonly missed: number;
  readonly left: number;
  readonly next_part: Part;
  readonly first_done_on: Day | null;
  readonly warnings: readonly Warned[];
  readonly review_form: string | null;
  readonly sessions: readonly SessionView[];
  readonly closing: {
    readonly by: ProfessionalId;
    readonly at: Stamp;
    readonly last_day: Day;
    readonly renewed: boolean;
    readonly reason: string;
  } | null;
};

/** `id` is a session's or a document's; `amount` is negative for a credit. */
export type StatementLine = {
  readonly work: "session" | "visit";
  readonly id: string;
  readonly side: "debit" | "credit";
  readonly forfait: string | null;
  readonly child: ChildId;
  readonly on: Day;
  readonly code: string;
  readonly part: Part | null;
  readonly cents: number | null;
  readonly amount: number;
  readonly cause: Cause | null;
};

/** `month` as in 2026-11. */
export type StatementView = {
  readonly id: string;
  readonly professional: ProfessionalId;
  readonly month: string;
  readonly state: "open" | "validated" | "paid";
  readonly lines: readonly StatementLine[];
  readonly total_cents: number;
  readonly unpriced: number;
  readonly may_be_validated: boolean;
  readonly validated_at: Stamp | null;
  readonly payment: { readonly by: ProfessionalId; readonly at: Stamp; readonly on: Day } | null;
};
