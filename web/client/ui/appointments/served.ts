/** An appointment and the visits of a child, as the server tells them. */

import type { AppointmentId, ChildId, ProfessionalId } from "../../core/ids.ts";
import type { AppointmentStatus, Label, Slot, Stamp, Window } from "../served.ts";

export type NoticeState =
  | "planned"
  | "claimed"
  | "sending"
  | "sent"
  | "unknown"
  | "dead"
  | "cancelled"
  | "expired";

export type NoticeView = {
  readonly id: string;
  readonly rule: "booked" | "reminder" | "changed" | "cancelled";
  readonly contact: string;
  readonly medium: "email" | "sms";
  readonly state: NoticeState;
  readonly attempts: number;
  readonly next_at: Stamp | null;
  readonly code: string | null;
};

export type AppointmentView = {
  readonly id: AppointmentId;
  readonly child: ChildId;
  readonly professional: ProfessionalId;
  readonly visit: string | null;
  readonly slot: Slot;
  readonly status: AppointmentStatus;
  readonly sequence: number;
  readonly notices: readonly NoticeView[];
};

/** A child's days for each visit. */
export type DaysForm = {
  readonly visits: readonly { readonly visit: string; readonly window: Window | null }[];
};

/** The visits of the pathway, with one child's days. */
export type CalendarView = {
  readonly visits: readonly { readonly code: string; readonly label: Label; readonly window: Window | null }[];
};

/** Tell whether an appointment is still to be held. */
export function isOpen(appointment: AppointmentView): boolean {
  return appointment.status === "booked" || appointment.status === "moved";
}

/** Tell whether a family missed an appointment and nobody has made another for the same visit. */
export function isToRemake(appointment: AppointmentView, all: readonly AppointmentView[]): boolean {
  const { status, visit, slot } = appointment;
  const later = (each: AppointmentView): boolean =>
    each.visit === visit && each.status !== "cancelled" && each.slot.start > slot.start;
  return status === "missed" && !all.some(later);
}

/**
 * When an appointment begins, ms UTC: a wall clock's time where the family lives, which is
 * not always where the reader sits. Times are shown as that wall clock has them.
 */
export function beginsAt(slot: Slot): number {
  const asIfUtc = Date.parse(`${slot.start}Z`);
  const there = new Intl.DateTimeFormat("sv-SE", {
    timeZone: slot.zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(asIfUtc);
  return asIfUtc - (Date.parse(`${there.replace(" ", "T")}Z`) - asIfUtc);
}
