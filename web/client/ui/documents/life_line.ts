/** A child's line of life, as the server tells it, and what of it is late, due or still to come. */

import type { ProfessionalId } from "../../core/ids.ts";
import { daysBetween } from "../dates.ts";
import type { ChildHeader, Day, VisitStanding } from "../served.ts";
import { mayFill } from "./around.ts";
import type { FormDefinition, PathwayForm } from "./served.ts";

export type EventKind =
  | "birth"
  | "term"
  | "discharge"
  | "inclusion"
  | "circle_opened"
  | "circle_closed"
  | "appointment"
  | "document"
  | "prescription"
  | "forfait_opened"
  | "first_session"
  | "forfait_ended"
  | "meeting"
  | "plan_review"
  | "move"
  | "departure";

export type LifeEvent = {
  readonly on: Day;
  readonly kind: EventKind;
  /** A form, a visit, a discipline or a reason. */
  readonly code: string;
  readonly subject: string;
  readonly state: string;
  readonly professional: ProfessionalId | null;
};

export type LifeVisit = VisitStanding & { readonly done_on: Day | null };

export type LineOfLife = {
  readonly child: ChildHeader;
  readonly on: Day;
  readonly visits: readonly LifeVisit[];
  readonly expected: readonly { readonly form: string; readonly by: Day }[];
  readonly events: readonly LifeEvent[];
  readonly loss: { readonly since: Day; readonly visits: readonly string[] } | null;
};

/** Something to do: a visit to hold, or a form to write. Days are counted from the line's day. */
export type Step = {
  readonly kind: "visit" | "form";
  readonly code: string;
  readonly visit: LifeVisit | null;
  readonly form: FormDefinition | null;
  /** The last day in time; null where nobody can know it yet. */
  readonly by: Day | null;
  /** The papers that one may read: the newest of its form. */
  readonly paper: LifeEvent | null;
  /** Days beyond the last one; null where it is in time. */
  readonly late: number | null;
};

export type Steps = { readonly late: readonly Step[]; readonly now: readonly Step[]; readonly later: readonly Step[] };

/** Sort what is to be done: late, now or booked, later. Each by its last day. */
export function stepsOf(line: LineOfLife, pathway: PathwayForm): Steps {
  const open = line.visits.filter((each) => !["done", "passed_by"].includes(each.state));
  const visits = open.map((visit) => visitStep(visit, line, pathway));
  const forms = line.expected.map(({ form, by }) => formStep(form, by, line, pathway));
  const all = [...visits, ...forms].sort(byDay);
  const isNow = (step: Step): boolean => step.visit === null || step.visit.state === "due" || step.visit.state === "booked";
  return {
    late: all.filter((each) => each.late !== null),
    now: all.filter((each) => each.late === null && isNow(each)),
    later: all.filter((each) => each.late === null && !isNow(each)),
  };
}

/** What can be written now, and what cannot here: grouped by stage, the most urgent apart. */
export type Offer = {
  readonly form: FormDefinition;
  readonly visit: string | null;
  /** Why now: the step that asks for it. */
  readonly step: Step | null;
  /** It stands already, or was begun: it is opened instead of begun anew. */
  readonly paper: LifeEvent | null;
};

/** The forms that somebody of this role may fill, those that are asked for first. */
export function offersOf(line: LineOfLife, pathway: PathwayForm, role: string): readonly Offer[] {
  const steps = stepsOf(line, pathway);
  const urgent = [...steps.late, ...steps.now];
  return Object.values(pathway.forms)
    .filter((form) => mayFill(form, role))
    .map((form) => {
      const step = urgent.find((each) => each.form?.code === form.code) ?? null;
      const visit = step?.visit?.visit ?? nextVisit(form, line);
      return { form, visit, step, paper: standing(form, line) };
    })
    .sort((one, other) => rank(one, urgent) - rank(other, urgent));
}

function rank({ step }: Offer, urgent: readonly Step[]): number {
  return step === null ? urgent.length : urgent.indexOf(step);
}

/** Of a form's visits, the first that was not held. */
function nextVisit(form: FormDefinition, line: LineOfLife): string | null {
  const open = form.visits.find((code) => line.visits.find((each) => each.visit === code)?.state !== "done");
  return open ?? form.visits.at(-1) ?? null;
}

/** The draft that waits, or what is written already where there may be one only. */
function standing(form: FormDefinition, line: LineOfLife): LifeEvent | null {
  const papers = line.events.filter((each) => each.kind === "document" && isOf(form, each.code));
  const draft = papers.find((each) => each.state === "draft") ?? null;
  const isFull = !form.many && papers.length >= Math.max(1, form.visits.length);
  return draft ?? (isFull ? (papers.at(-1) ?? null) : null);
}

function visitStep(visit: LifeVisit, line: LineOfLife, pathway: PathwayForm): Step {
  const code = pathway.visits.find((each) => each.code === visit.visit)?.form ?? null;
  const form = code === null ? null : (pathway.forms[code] ?? null);
  const by = visit.window?.closes ?? null;
  const late = visit.state === "late" && by !== null ? daysBetween(by, line.on) : null;
  return { kind: "visit", code: visit.visit, visit, form, by, late, paper: paperOf(form, line) };
}

function formStep(code: string, by: Day, line: LineOfLife, pathway: PathwayForm): Step {
  const form = pathway.forms[code] ?? null;
  const late = by < line.on ? daysBetween(by, line.on) : null;
  return { kind: "form", code, visit: null, form, by, late, paper: paperOf(form, line) };
}

/** The draft of a form that is not done yet; what is signed belongs to another visit. */
function paperOf(form: FormDefinition | null, line: LineOfLife): LifeEvent | null {
  if (form === null) return null;
  const papers = line.events.filter((each) => each.kind === "document" && isOf(form, each.code));
  return papers.find((each) => each.state === "draft") ?? (form.visits.length > 1 || form.many ? null : (papers.at(-1) ?? null));
}

function isOf(form: FormDefinition, code: string): boolean {
  return code === form.code || form.formerly.includes(code);
}

function byDay(one: Step, other: Step): number {
  return (one.by ?? "9999").localeCompare(other.by ?? "9999") || one.code.localeCompare(other.code);
}
