/** The way of a child into the pathway: consent, rules, inclusion, circle; one step at a time. */

import { dateOf } from "../dates.ts";
import { fill, h } from "../dom.ts";
import type { PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import { lastWords, speakers, standingWord } from "./consent.ts";
import { type Step, leadingSteps } from "./path.ts";
import type { ChildRecord, ConsentView, EligibilityView, PathwayRules } from "./served.ts";

export type ChildFile = {
  readonly header: ChildHeader;
  readonly child: ChildRecord;
  readonly consent: ConsentView;
  /** null for whom it is not theirs to ask. */
  readonly eligibility: EligibilityView | null;
  readonly rules: PathwayRules;
};

export type StepActs = {
  readonly context: PageContext;
  readonly decides: boolean;
  readonly ask: (fact: string) => void;
  readonly choosePhysician: () => void;
};

/** Draw the steps of a child; those before inclusion are loaded for whom they are still to come. */
export async function childSteps(file: ChildFile, acts: StepActs): Promise<HTMLElement> {
  const included = file.header.included_on !== null;
  const before = included ? [includedStep(file.header)] : (await import("./child_entry.ts")).entrySteps(file, acts);
  const gone = file.header.stage === "exit" ? [exitStep(file, acts)] : [];
  const steps = [consentStep(file, acts), ...before, circleStep(file, acts), ...gone];
  return leadingSteps(steps, t("Chemin de l'enfant dans le parcours"));
}

function consentStep(file: ChildFile, { context, decides }: StepActs): Step {
  const { child, consent } = file;
  const opposed = consent.standing === "opposed" || consent.standing === "withdrawn";
  const canSpeak = speakers(child).length > 0;
  const open = async (): Promise<void> => (await import("./consent_dialog.ts")).openConsent(context.ronde, child, context.again);
  return {
    state: consent.standing === "given" ? "done" : opposed ? "stopped" : "now",
    title: t("Accord de la famille"),
    note: [
      h("p", null, standingWord(consent.standing)),
      lastWords(child, consent),
      !canSpeak && h("p", { class: "small soft" }, t("Ajoutez d'abord un parent, plus bas.")),
    ],
    acts: decides && canSpeak && h("button", { class: "button button-small", type: "button", onclick: open }, t("Noter ce qui a été dit")),
  };
}

function includedStep(header: ChildHeader): Step {
  const day = header.included_on === null ? "" : dateOf(header.included_on);
  return { state: "done", title: t("Inclusion"), note: h("p", null, t("Inclus le {day}.", { day })) };
}

/** The day and the reason come in by themselves. */
function exitStep({ header }: ChildFile, { context }: StepActs): Step {
  const note = h("p", null, t("L'enfant n'est plus suivi dans le parcours."));
  const draw = async (): Promise<void> => {
    const { leftWords } = await import("../circle/left.ts");
    const words = await leftWords(context.ronde, header, null);
    if (words !== null) fill(note, words);
  };
  draw().catch(() => undefined);
  const acts = h("a", { class: "button button-small", href: `/children/${header.id}/departure` }, t("Voir la sortie et le relais"));
  return { state: "done", title: t("Sortie"), note, acts };
}

function circleStep({ header, consent }: ChildFile, { decides }: StepActs): Step {
  const title = t("Cercle");
  const link = (words: string, look: string): HTMLElement => h("a", { class: look, href: `/coordination/circles/${header.id}` }, words);
  if (header.circle !== null) {
    const words = header.stage === "exit" ? t("Le cercle reste lisible pour ses membres.") : t("Le cercle est ouvert.");
    return { state: "done", title, note: h("p", null, words), acts: decides && link(t("Voir qui en est"), "button button-small") };
  }
  const ready = header.included_on !== null && consent.standing === "given";
  return {
    state: ready ? "now" : "later",
    title,
    note: h("p", null, ready ? t("Choisissez qui suit l'enfant ; la discussion s'ouvre avec eux.") : t("Quand l'enfant est inclus.")),
    acts: decides && ready && link(t("Composer le cercle"), "button button-primary"),
  };
}
