/** What the server tells the office: colleagues, children's files, conventions, what is late. */

import type { AppointmentId, ChildId, ProfessionalId } from "../../core/ids.ts";
import type { AppointmentStatus, Attested, ChildHeader, Day, Footing, Label, PlannedAppointment, Stamp, TaskCard } from "../served.ts";

export type AccountStanding = "none" | "invited" | "active" | "closed";

/** Keys are base64. `attested` is also true of an attested person without a device. */
export type Colleague = {
  readonly id: ProfessionalId;
  readonly given_name: string;
  readonly family_name: string;
  readonly role: string;
  readonly profession: string | null;
  readonly structure: string | null;
  /** null for those who need none. */
  readonly convention: Footing | null;
  readonly active_to: Day | null;
  readonly trained: boolean;
  readonly account: AccountStanding;
  readonly devices: number;
  readonly identity_key: string | null;
  readonly attested_key: string | null;
  readonly attested_by: ProfessionalId | null;
  readonly attested: boolean;
};

export type ProfessionalRecord = {
  readonly id: ProfessionalId;
  readonly given_name: string;
  readonly family_name: string;
  readonly role: string;
  readonly profession: string | null;
  readonly email: string;
  readonly phone: string | null;
  readonly rpps: string | null;
  readonly structure: string | null;
  readonly attestation: Attested | null;
};

export type Structure = {
  readonly id: string;
  readonly name: string;
  readonly neutral_label: string;
  readonly finess: string | null;
};

export type InvitationForm = { readonly professional: ProfessionalId; readonly token: string; readonly until: Stamp };

export type TrainingModule = "pathway" | "child_support" | "tool";

export type ConventionForm = {
  readonly id: string;
  readonly professional: ProfessionalId;
  readonly pieces: readonly { readonly code: string; readonly received_on: Day | null }[];
  readonly signed_on: Day | null;
  readonly active_from: Day | null;
  readonly active_to: Day | null;
  readonly trainings: readonly { readonly module: TrainingModule; readonly on: Day }[];
};

export type Lateness = {
  readonly child: ChildHeader;
  readonly appointments: readonly PlannedAppointment[];
  readonly tasks: readonly TaskCard[];
};

/** An appointment of which a notice to the family failed or is in doubt. */
export type FailedNotice = {
  readonly id: AppointmentId;
  readonly child: ChildId;
  readonly status: AppointmentStatus;
  readonly slot: { readonly start: string; readonly place_label: string };
};

export type IdentityForm = {
  readonly birth_family_name: string;
  readonly birth_given_names: readonly string[];
  readonly birth_date: Day;
  readonly sex: string;
  readonly usual_family_name: string;
  readonly usual_given_name: string;
  readonly birth_place: string | null;
  readonly reliability: string;
  readonly ins: { readonly number: string; readonly kind: string } | null;
};

type Gestation = { readonly weeks: number; readonly days: number };

/** Facts of birth; null is unknown, which is not « no ». */
export type Perinatal = { readonly gestational_age: Gestation | null; readonly discharged_on: Day | null } & Readonly<
  Record<string, Gestation | number | boolean | string | null>
>;

export type Authority = { readonly status: string; readonly since: Day | null; readonly until: Day | null };

export type FamilyMedium = "email" | "sms";
export type Deed = "confirmed" | "stopped" | "resumed" | "disowned" | "readdressed";
export type Way = "link" | "reply" | "one_click" | "office" | "import";

/** What somebody said of a medium, how and when; it is only ever added to. */
export type MediumProof = {
  readonly medium: FamilyMedium;
  readonly deed: Deed;
  readonly saying: { readonly way: Way; readonly at: string; readonly by: ProfessionalId | null };
  readonly address: string | null;
};

export type FamilyContact = {
  readonly id: string;
  readonly family_name: string;
  readonly given_name: string;
  readonly relation: string;
  readonly authorities: readonly Authority[];
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string;
  readonly zone: string;
  readonly opted_out: readonly FamilyMedium[];
  readonly confirmed: readonly FamilyMedium[];
  readonly disowned: readonly FamilyMedium[];
  readonly media_log: readonly MediumProof[];
  readonly may_be_told: boolean;
  readonly interpreter: boolean;
};

export type ChildRecord = {
  readonly id: ChildId;
  readonly local_identifier: string;
  readonly identity: IdentityForm;
  readonly perinatal: Perinatal;
  readonly contacts: readonly FamilyContact[];
  /** Who is asked what only one is asked; null for all who hold authority. */
  readonly chosen_holder: string | null;
  readonly referring_physician: ProfessionalId | null;
  readonly decision: { readonly on: Day; readonly reasons: readonly string[] } | null;
};

export type Word = "agreed" | "informed" | "refused" | "withdrawn";

export type ConsentView = {
  readonly consent: {
    readonly steps: readonly { readonly contact: string; readonly word: Word; readonly on: Day; readonly document: string }[];
  };
  readonly standing: "given" | "missing" | "opposed" | "withdrawn";
};

export type EligibilityView = {
  readonly assessment: {
    readonly outcome: "included" | "not_included" | "undetermined" | "excluded";
    readonly reasons: readonly string[];
    readonly missing: readonly string[];
    readonly flags: readonly string[];
  };
  readonly unmet: readonly string[];
};

/** The part of the pathway that the office reads. */
export type PathwayRules = {
  readonly checklist: readonly { readonly code: string; readonly label: Label }[];
  readonly inclusion: Readonly<Record<"criteria" | "exclusions" | "flags", readonly { readonly id: string; readonly label: Label }[]>>;
};
