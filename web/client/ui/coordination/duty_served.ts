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

/** `subject` is a visit's code or an id; `since` when its reason began. */
export type Duty = {
  readonly id: string;
  readonly child: ChildId;
  readonly reason: FindingCode;
  readonly subject: string;
  readonly state: "open" | "done" | "dismissed" | "settled";
  readonly coordinators: readonly ProfessionalId[];
  readonly raised_at: Stamp;
  readonly since: Day | null;
  readonly attempts: readonly Attempt[];
};
