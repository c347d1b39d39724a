/** What the server tells of a notice: when, about what, to whom and how far; never what it said nor where. */

import type { ChildId, ProfessionalId } from "../../core/ids.ts";
import type { Day, Stamp } from "../served.ts";

export const STATES = ["planned", "claimed", "sending", "sent", "unknown", "dead", "cancelled", "expired"] as const;
export type NoticeState = (typeof STATES)[number];
export type NoticeMedium = "sms" | "email";
export type NoticeRule = "booked" | "before" | "changed" | "cancelled" | "missed" | "to_book" | "questionnaire" | "waiting" | "greeting" | "digest";
export type Remedy = "call" | "mend" | "confirm" | "house";

/** `at` is when it was first sent, or is or was to leave; `starts_at` a wall time of the appointment. */
export type NoticeLine = {
  readonly id: string;
  readonly kind: "appointment" | "errand";
  readonly carrier: string;
  readonly child: ChildId | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly rule: NoticeRule;
  readonly recipient: string | null;
  readonly holder: number;
  readonly medium: NoticeMedium;
  readonly state: NoticeState;
  readonly at: Stamp;
  readonly attempts: number;
  readonly provider: string | null;
  readonly answer: string | null;
  readonly delivered_at: Stamp | null;
  /** Whoever has it says later whether it arrived. */
  readonly receipts: boolean;
  readonly again: number;
  readonly is_backup: boolean;
  readonly in_need: boolean;
  readonly remedy: Remedy | null;
  readonly starts_at: string | null;
  readonly seen_to: { readonly by: ProfessionalId; readonly at: Stamp; readonly note: string } | null;
};

export type NoticeCounts = {
  readonly since: Day;
  readonly states: readonly { readonly state: NoticeState; readonly number: number }[];
  readonly in_need: number;
};

export type Sending = {
  readonly paused: boolean;
  readonly by_name: string | null;
  readonly since: Stamp | null;
  readonly reason: string;
};

/** Where one notice is acted upon. */
export function actPath({ kind, carrier, id }: NoticeLine, act: "resend" | "settled"): string {
  return `/notices/${kind}/${carrier}/${id}/${act}`;
}
