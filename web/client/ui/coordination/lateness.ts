/** What is late for a child, line by line, each leading to where it is mended. */

import { childName } from "../circle/frame.ts";
import { dayAndTime, nearDay } from "../dates.ts";
import { h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import type { ChildHeader, PlannedAppointment, TaskCard, VisitStanding } from "../served.ts";
import { t } from "../words.ts";
import type { Line } from "./lines.ts";
import type { FailedNotice, Lateness } from "./served.ts";

/** Visits, appointments and tasks that are late, in that order. */
export function lateLines({ child, appointments, tasks }: Lateness): readonly Line[] {
  return [
    ...child.late_visits.map((each) => visitLine(child, each)),
    ...appointments.map((each) => appointmentLine(child, each)),
    ...tasks.map((each) => taskLine(child, each)),
  ];
}

/** Appointments of which the family may not know, as long as a call would help. */
export function failedLines(failed: readonly FailedNotice[], names: ReadonlyMap<string, string>): readonly Line[] {
  return failed.filter((each) => isStillOpen(each)).map((each) => ({
    href: `/coordination/children/${each.child}#appointments`,
    lead: "bell",
    title: names.get(each.child) ?? t("Un enfant"),
    note: [dayAndTime(each.slot.start), each.slot.place_label].join(" · "),
  }));
}

function isStillOpen({ status, slot }: FailedNotice): boolean {
  if (status === "cancelled") return new Date(slot.start).getTime() > Date.now();
  return status === "booked" || status === "moved";
}

function visitLine(child: ChildHeader, visit: VisitStanding): Line {
  const closes = visit.window?.closes;
  return {
    href: `/coordination/children/${child.id}#appointments`,
    lead: "calendar",
    title: childName(child),
    note: labelWord(visit.label),
    end: closes === undefined ? null : late(t("depuis {day}", { day: nearDay(closes) })),
  };
}

function appointmentLine(child: ChildHeader, { at, status }: PlannedAppointment): Line {
  const when = dayAndTime(at);
  const missed = status === "missed";
  return {
    href: `/coordination/children/${child.id}#appointments`,
    lead: missed ? "calendar" : "help",
    title: childName(child),
    note: missed ? t("La famille n'est pas venue {when}", { when }) : t("La famille est-elle venue {when} ?", { when }),
    end: late(missed ? t("à refixer") : t("à confirmer")),
  };
}

function taskLine(child: ChildHeader, task: TaskCard): Line {
  return {
    href: `/circles/${task.circle}/tasks?task=${task.id}`,
    lead: "tasks",
    title: childName(child),
    note: t("Une tâche de son cercle"),
    end: task.due === null ? null : late(t("depuis {day}", { day: nearDay(task.due) })),
  };
}

function late(words: string): HTMLElement {
  return h("span", { class: "badge badge-danger" }, words);
}
