/** A child's line of life: what is late, what is due, what comes, what was. */

import { type ChildFrame, childFrame } from "../documents/child_frame.ts";
import { pathwayOf } from "../documents/pathway.ts";
import { type LifeEvent, type LineOfLife, type Step, stepsOf } from "../documents/life_line.ts";
import { eventWords, stepName, stepWords, windowWords } from "../documents/life_words.ts";
import { mayFill } from "../documents/around.ts";
import type { Act } from "../documents/life_acts.ts";
import { documentBadge } from "../documents/badge.ts";
import type { DocumentState, PathwayForm } from "../documents/served.ts";
import { dateOf, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { appointmentWord, labelWord } from "../nomenclature.ts";
import type { Page, PageContext } from "../router.ts";
import type { AppointmentStatus, Stage } from "../served.ts";
import { t } from "../words.ts";

type Acts = typeof import("../documents/life_acts.ts");

type Scene = {
  readonly context: PageContext;
  readonly frame: ChildFrame;
  readonly line: LineOfLife;
  readonly pathway: PathwayForm;
};

/** How much of what was is shown at once: half a year of a busy child. */
const MOST_EVENTS = 12;

export async function circlePathwayPage(context: PageContext): Promise<Page> {
  const frame = await childFrame(context, "pathway");
  const [{ value: line }, pathway] = await Promise.all([
    context.ronde.api.read<LineOfLife>(`/children/${frame.child.id}/life-line`),
    pathwayOf(context.ronde),
  ]);
  const scene: Scene = { context, frame, line, pathway };
  const steps = stepsOf(line, pathway);
  const nothingToDo = steps.late.length + steps.now.length + steps.later.length === 0;
  return frame.page(
    h(
      "div",
      { class: "row-between screen-only" },
      stages(pathway, line.child.stage),
      h("div", { class: "row" }, h("a", { class: "button button-small", href: frame.address("growth") }, t("Croissance")), h("a", { class: "button button-small", href: frame.address("write") }, icon("plus", "small"), t("Écrire"))),
    ),
    facts(line),
    loss(line, pathway),
    nothingToDo && h("p", { class: "banner banner-good" }, icon("check"), h("span", null, t("Rien n'est attendu pour cet enfant."))),
    part(scene, t("En retard"), steps.late),
    part(scene, t("À faire maintenant"), steps.now),
    part(scene, t("Ensuite"), steps.later),
    planned(scene),
    past(scene),
  );
}

function stages(pathway: PathwayForm, stage: Stage): HTMLElement {
  const at = pathway.stages.findIndex((each) => each.code === stage);
  return h(
    "ol",
    { class: "life-stages", "aria-label": t("Étapes du parcours") },
    pathway.stages.map((each, place) =>
      h("li", { class: place < at ? "badge badge-good" : place === at ? "badge badge-accent strong" : "badge", "aria-current": place === at ? "step" : null }, place < at && icon("check", "small"), labelWord(each.label)),
    ),
  );
}

function facts({ child, events }: LineOfLife): HTMLElement {
  const term = events.find((each) => each.kind === "term");
  const age = child.gestational_age;
  return h(
    "p",
    { class: "soft" },
    t("Naissance le {day}", { day: dateOf(child.birth_date) }),
    age !== null && [" · ", h("span", { class: "nowrap" }, t("{weeks} SA + {days} j", { weeks: age.weeks, days: age.days }))],
    term !== undefined && ` · ${t("terme prévu le {day}", { day: dateOf(term.on) })}`,
  );
}

function loss({ loss: lost }: LineOfLife, pathway: PathwayForm): Child {
  if (lost === null) return null;
  const names = lost.visits.map((code) => pathway.visits.find((each) => each.code === code)).map((each) => (each === undefined ? "" : labelWord(each.label)));
  const words = t("Perdu de vue depuis le {day} : {visits}", { day: dateOf(lost.since), visits: names.join(", ") });
  return h("p", { class: "banner banner-danger" }, icon("warning"), h("span", null, words));
}

function part(scene: Scene, title: string, steps: readonly Step[]): Child {
  if (steps.length === 0) return null;
  return h("section", { class: "section" }, h("h2", { class: "section-title" }, title), h("ol", { class: "life" }, steps.map((each) => stepRow(scene, each))));
}

function stepRow(scene: Scene, step: Step): HTMLElement {
  const { line } = scene;
  const isNow = step.visit === null || step.visit.state === "due" || step.visit.state === "booked";
  const look = step.late !== null ? "life-late" : isNow ? "life-due" : "life-coming";
  const badge = step.late !== null ? "badge badge-danger" : isNow ? "badge badge-warm" : "badge";
  const words = stepWords(step, line.on);
  return h(
    "li",
    { class: look },
    h("div", { class: "row-between" }, h("p", { class: "strong" }, stepName(step)), words !== "" && h("span", { class: badge }, words)),
    h("div", { class: "row-between" }, h("p", { class: "small soft" }, windowWords(step)), actions(scene, step)),
  );
}

/** What mends it: an appointment, a document to write, to go on with or to open. */
function actions(scene: Scene, step: Step): Child {
  const { visit, late } = step;
  const isToBook = visit !== null && (visit.state === "due" || late !== null);
  const buttons = [isToBook && button(scene, [t("Fixer un rendez-vous"), stepName(step)], (acts, pressed) => acts.book(pressed, visit.visit)), paperAction(scene, step)];
  return buttons.some((each) => each !== false) && h("div", { class: "row screen-only" }, buttons);
}

function paperAction(scene: Scene, step: Step): HTMLElement | false {
  const { form, paper, visit } = step;
  const isEarly = visit?.state === "coming" || visit?.state === "undated";
  const mayWrite = form !== null && form.record === "document" && mayFill(form, scene.frame.role);
  if (paper === null) return mayWrite && !isEarly && button(scene, [t("Écrire"), stepName(step)], (acts, pressed) => acts.write(pressed, step));
  const words = paper.state === "draft" && mayWrite ? t("Continuer le brouillon") : t("Ouvrir");
  return h("a", { class: "button button-small", href: `/documents/${paper.subject}` }, words);
}

/** A button whose act comes with it when it is pressed. */
function button(scene: Scene, [words, what]: readonly [string, string], act: (acts: Acts, pressed: Act) => Promise<void>): HTMLElement {
  const made = h("button", { class: "button button-small", type: "button", "aria-label": `${words} : ${what}` }, words);
  const press = async (): Promise<void> => {
    const { context, frame, line } = scene;
    await act(await import("../documents/life_acts.ts"), { context, frame, line, button: made });
  };
  made.addEventListener("click", () => void press());
  return made;
}

/** What is planned beside visits: other appointments, the end of a forfait. */
function planned(scene: Scene): Child {
  const { line } = scene;
  const ahead = line.events.filter((each) => each.on > line.on && each.kind !== "term");
  if (ahead.length === 0) return null;
  return h("section", { class: "section" }, h("h2", { class: "section-title" }, t("Prévu")), h("ol", { class: "life" }, ahead.map((each) => eventRow(scene, each, "life-coming"))));
}

/** What was, the newest first, year by year; what is long gone is unfolded, and printed, all the same. */
function past(scene: Scene): HTMLElement {
  const { line } = scene;
  const gone = line.events.filter((each) => each.on <= line.on).reverse();
  const older = gone.length > MOST_EVENTS + 1 ? new Set(gone.slice(MOST_EVENTS)) : new Set<LifeEvent>();
  const look = (each: LifeEvent): string => (older.has(each) ? "life-done life-older" : "life-done");
  const ofYear = (year: string): HTMLElement => {
    const held = gone.filter((each) => each.on.startsWith(year));
    const isOld = held.every((each) => older.has(each));
    return h(
      "div",
      { class: isOld ? "stack-tight life-older" : "stack-tight" },
      h("h3", { class: "life-year" }, year),
      h("ol", { class: "life" }, held.map((each) => eventRow(scene, each, look(each)))),
    );
  };
  const section = h(
    "section",
    { class: "section life-folded" },
    h("h2", { class: "section-title" }, t("Ce qui a eu lieu")),
    gone.length === 0 && h("p", { class: "soft" }, t("Rien encore.")),
    [...new Set(gone.map((each) => each.on.slice(0, 4)))].map(ofYear),
    older.size > 0 && unfolding(older.size, () => section.classList.remove("life-folded")),
  );
  return section;
}

function unfolding(n: number, unfold: () => void): HTMLElement {
  const button = h("button", { class: "button button-quiet screen-only", type: "button" }, t("Voir les {n} plus anciens", { n }));
  button.addEventListener("click", () => {
    const first = button.closest(".section")?.querySelector<HTMLElement>("li.life-older");
    unfold();
    button.remove();
    first?.setAttribute("tabindex", "-1");
    first?.focus();
  });
  return button;
}

function eventRow({ frame, pathway }: Scene, event: LifeEvent, look: string): HTMLElement {
  const words = eventWords(event, pathway);
  const who = event.professional === null ? "" : ` · ${frame.people.name(event.professional)}`;
  const isPaper = event.kind === "document" || event.kind === "plan_review";
  const name = isPaper ? h("a", { class: "strong", href: `/documents/${event.subject}` }, words) : h("p", { class: "strong" }, words);
  return h(
    "li",
    { class: look },
    h("div", { class: "row-between" }, name, state(event)),
    h("p", { class: "small soft" }, h("time", { datetime: event.on }, shortDay(event.on)), who),
  );
}

function state({ kind, state: word }: LifeEvent): Child {
  if (kind === "document") return documentBadge(word as DocumentState);
  if (kind !== "appointment") return null;
  return h("span", { class: word === "missed" ? "badge badge-danger" : word === "honoured" ? "badge badge-good" : "badge" }, appointmentWord(word as AppointmentStatus));
}
