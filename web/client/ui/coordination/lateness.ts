/** What is late for a child, line by line, each leading to where it is mended. */

import { childName } from "../circle/naming.ts";
import { dayAndTime, nearDay } from "../dates.ts";
import { h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import type { ChildHeader, PlannedAppointment, TaskCard, VisitStanding } from "../served.ts";
import { t } from "../words.ts";
import type { Line } from "./lines.ts";
import type { FailedNotice } from "./served.ts";

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

/** A visit that is late. */
export function visitLine(child: ChildHeader, visit: VisitStanding): Line {
  const closes = visit.window?.closes;
  return {
    href: `/coordination/children/${child.id}#appointments`,
    lead: "calendar",
    title: childName(child),
    note: labelWord(visit.label),
    end: closes === undefined ? null : late(t("depuis {day}", { day: nearDay(closes) })),
  };
}

/** An appointment that was missed, or of which nobody said whether it was held. */
export function appointmentLine(child: ChildHeader, { at, status }: PlannedAppointment): Line {
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

/** A task that is late. */
export function taskLine(child: ChildHeader, task: TaskCard): Line {
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
