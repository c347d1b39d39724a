/** The way of a child into the pathway: consent, rules, inclusion, circle; one step at a time. */

import { Refused } from "../../shell/ronde.ts";
import { dateOf } from "../dates.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../form.ts";
import type { PageContext } from "../router.ts";
import type { ChildHeader } from "../served.ts";
import { toast } from "../toast.ts";
import { locale, t } from "../words.ts";
import { lastWords, openConsent, speakers, standingWord } from "./consent.ts";
import { eligibilityWords, guardWord } from "./eligibility.ts";
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

/** Draw the steps of a child. */
export function childSteps(file: ChildFile, acts: StepActs): HTMLElement {
  const steps = [consentStep(file, acts), rulesStep(file, acts), inclusionStep(file, acts), circleStep(file, acts)];
  return leadingSteps(steps.filter((each) => each !== null), t("Chemin de l'enfant dans le parcours"));
}

function consentStep(file: ChildFile, { context, decides }: StepActs): Step {
  const { child, consent } = file;
  const opposed = consent.standing === "opposed" || consent.standing === "withdrawn";
  const canSpeak = speakers(child).length > 0;
  const open = (): void => openConsent(context.ronde, child, context.again);
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

function rulesStep({ header, eligibility, rules }: ChildFile, { ask }: StepActs): Step | null {
  if (eligibility === null || header.included_on !== null) return null;
  const { outcome } = eligibility.assessment;
  const state = outcome === "included" ? "done" : outcome === "undetermined" ? "now" : "stopped";
  return { state, title: t("Critères du parcours"), note: eligibilityWords(eligibility, rules, ask) };
}

function inclusionStep(file: ChildFile, acts: StepActs): Step {
  const { header, eligibility } = file;
  const title = t("Inclusion");
  if (header.included_on !== null) {
    return { state: "done", title, note: h("p", null, t("Inclus le {day}.", { day: dateOf(header.included_on) })) };
  }
  const unmet = eligibility?.unmet ?? [];
  const ready = eligibility?.assessment.outcome === "included" && unmet.length === 0;
  const lacksPhysician = unmet.includes("referring_physician_convention_active");
  const choose = h("button", { class: "button button-small", type: "button", onclick: acts.choosePhysician }, t("Choisir le médecin référent"));
  const include = h("button", { class: "button button-primary", type: "button" }, h("span", null, t("Inclure l'enfant")));
  include.addEventListener("click", () => void busy(include, includeChild(file, acts.context)));
  return {
    state: ready ? "now" : "later",
    title,
    note: h("p", null, unmet.length > 0 ? t("Il manque encore {what}.", { what: listed(unmet.map(guardWord)) }) : ready ? t("Tout est réuni.") : t("Après les étapes ci-dessus.")),
    acts: acts.decides ? [ready && include, lacksPhysician && choose] : null,
  };
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(words);
}

async function includeChild({ child }: ChildFile, context: PageContext): Promise<void> {
  try {
    await context.ronde.api.ask("POST", `/children/${child.id}/inclusion`);
    toast(t("L'enfant est inclus dans le parcours."));
  } catch (error) {
    toast(error instanceof Refused && error.code === "already_included" ? t("Cet enfant est déjà inclus.") : said(error));
  }
  context.again();
}

function circleStep({ header, consent }: ChildFile, { decides }: StepActs): Step {
  const title = t("Cercle");
  const link = (words: string, look: string): HTMLElement => h("a", { class: look, href: `/coordination/circles/${header.id}` }, words);
  if (header.circle !== null) {
    return { state: "done", title, note: h("p", null, t("Le cercle est ouvert.")), acts: decides && link(t("Voir qui en est"), "button button-small") };
  }
  const ready = header.included_on !== null && consent.standing === "given";
  return {
    state: ready ? "now" : "later",
    title,
    note: h("p", null, ready ? t("Choisissez qui suit l'enfant ; la discussion s'ouvre avec eux.") : t("Quand l'enfant est inclus.")),
    acts: decides && ready && link(t("Composer le cercle"), "button button-primary"),
  };
}
