/** What the server tells of a duty: what the pathway asks of the office because of one child. */

import type { ChildId, ProfessionalId } from "../../core/ids.ts";
import type { Day, Stamp } from "../served.ts";
import type { FindingCode } from "./board_served.ts";

export const MEDIA = ["phone", "sms", "email", "letter", "visit", "professional"] as const;
export type ContactMedium = (typeof MEDIA)[number];
export const OUTCOMES = ["reached", "message_left", "no_answer", "wrong_number", "refused"] as const;
export type ContactOutcome = (typeof OUTCOMES)[number];

export type Attempt = {
  readonly id: string;
  readonly on: Day;
  readonly medium: ContactMedium;
  readonly outcome: ContactOutcome;
  readonly by: ProfessionalId;
  readonly note: string;
};

/** Why there is a duty: what the board found, or what a family said. */
export const SAID_BY_FAMILY = ["cannot_come", "call_back", "says_booked", "paper_wanted", "reply_came", "number_to_verify", "link_shut"] as const;
export type DutyReason = FindingCode | (typeof SAID_BY_FAMILY)[number];

export const HALF_DAYS = ["mon_am", "mon_pm", "tue_am", "tue_pm", "wed_am", "wed_pm", "thu_am", "thu_pm", "fri_am", "fri_pm"] as const;
export type HalfDay = (typeof HALF_DAYS)[number];

/** `subject` is a visit's code or an id; `since` when its reason began; `wish` whom to call, and when. */
export type Duty = {
  readonly id: string;
  readonly child: ChildId;
  readonly reason: DutyReason;
  readonly subject: string;
  readonly state: "open" | "done" | "dismissed" | "settled";
  readonly coordinators: readonly ProfessionalId[];
  readonly raised_at: Stamp;
  readonly since: Day | null;
  readonly attempts: readonly Attempt[];
  readonly wish: { readonly contact: string; readonly half_days: readonly HalfDay[] } | null;
};
