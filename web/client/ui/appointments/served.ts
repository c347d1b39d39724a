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

export type NoticeRule = "booked" | "before" | "changed" | "cancelled" | "missed";

export type NoticeView = {
  readonly id: string;
  readonly rule: NoticeRule;
  readonly contact: string;
  readonly medium: "email" | "sms";
  readonly state: NoticeState;
  readonly attempts: number;
  readonly next_at: Stamp | null;
  readonly delivered_at?: Stamp | null;
  readonly code: string | null;
};

export type AppointmentView = {
  readonly id: AppointmentId;
  readonly child: ChildId;
  readonly professional: ProfessionalId;
  readonly visit: string | null;
  readonly care: string | null;
  readonly series: string | null;
  readonly slot: Slot;
  readonly status: AppointmentStatus;
  readonly sequence: number;
  readonly called_off: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
  readonly notices: readonly NoticeView[];
};

/** A child's days for each visit. */
export type DaysForm = {
  readonly visits: readonly { readonly visit: string; readonly window: Window | null }[];
};

/** A booking filled in; `free` are wall times on the clocks of `zone`. */
export type OfferView = {
  readonly professional: ProfessionalId | null;
  readonly may_hold: readonly ProfessionalId[];
  readonly zone: string;
  readonly place_label: string | null;
  readonly duration_minutes: number;
  readonly window: Window | null;
  readonly free: readonly string[];
};

/** One session of a series as it would be; `refused` is the code it would be refused with. */
export type Foreseen = {
  readonly start: string;
  readonly left_out: "holiday" | "chosen" | null;
  readonly refused: string | null;
  readonly free: readonly string[];
  readonly appointment: AppointmentId | null;
};

/** What a refused slot comes with: who is taken, by what if one may see it, what is free. */
export type Instead = {
  readonly free?: readonly string[];
  readonly zone?: string;
  readonly whose?: "professional" | "child";
  readonly appointment?: AppointmentId | null;
  readonly start?: string | null;
  readonly session?: string;
  /** What a structure may be called to families, where its name was given. */
  readonly place_label?: string;
};

/** One's own agenda; `busy` and `at` are ms UTC. */
export type AgendaView = {
  readonly zone: string;
  readonly appointments: readonly AgendaEntry[];
  readonly busy: readonly { readonly start: number; readonly end: number }[];
};

export type AgendaEntry = {
  readonly id: AppointmentId;
  readonly child: ChildId;
  readonly professional: ProfessionalId;
  readonly visit: string | null;
  readonly care: string | null;
  readonly series: string | null;
  readonly status: AppointmentStatus;
  readonly slot: Slot;
  readonly at: number;
};

/** The visits of the pathway, with one child's days and who fills their form, and the cares it has. */
export type CalendarView = {
  readonly cares: readonly { readonly code: string; readonly label: Label }[];
  /** How many days before its window a visit may be booked. */
  readonly opensDays: number;
  readonly visits: readonly { readonly code: string; readonly label: Label; readonly form: string | null; readonly fillers: readonly string[]; readonly window: Window | null }[];
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
