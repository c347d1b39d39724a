/** What the server tells of the quality board: children with what is found, and how many. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { ChildHeader, Day } from "../served.ts";

/** Everything that can be found, the gravest first. */
export const FINDINGS = [
  "lost",
  "visit_late",
  "notice_failed",
  "no_referring_physician",
  "consent_missing",
  "prescription_without_forfait",
  "prescription_without_session",
  "visit_to_book",
  "appointment_unsettled",
  "convention_ending",
  "document_unsigned",
  "forfait_near_end",
  "meeting_due",
  "plan_review",
  "file_incomplete",
  "identity_unqualified",
  "age_reached",
] as const;

export type FindingCode = (typeof FINDINGS)[number];

export type Act =
  | "contact_family"
  | "book_visit"
  | "see_to_notice"
  | "choose_physician"
  | "record_consent"
  | "open_forfait"
  | "remind_professional"
  | "settle_appointment"
  | "renew_convention"
  | "review_forfait"
  | "convene_meeting"
  | "review_plan"
  | "complete_file"
  | "qualify_identity"
  | "record_departure";

/** `days` is since when, or until when if it has not come yet; `target` is a code or an id. */
export type BoardFinding = {
  readonly code: FindingCode;
  readonly act: Act;
  readonly target: string;
  readonly since: Day | null;
  readonly until: Day | null;
  readonly days: number | null;
  readonly missing: readonly string[];
  readonly who: ProfessionalId | null;
};

export type BoardLine = {
  readonly child: ChildHeader;
  readonly structure: string | null;
  readonly department: string | null;
  readonly findings: readonly BoardFinding[];
};

export type Totals = {
  readonly children: number;
  readonly findings: Readonly<Partial<Record<FindingCode, number>>>;
};
