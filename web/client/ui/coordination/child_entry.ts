/** What comes before a child is included: the pathway's rules, and including them. */

import { Refused } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import type { PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { locale, t } from "../words.ts";
import type { ChildFile, StepActs } from "./child_steps.ts";
import { eligibilityWords, guardWord } from "./eligibility.ts";
import type { Step } from "./path.ts";

/** The steps up to inclusion, for a child who is not included yet. */
export function entrySteps(file: ChildFile, acts: StepActs): readonly Step[] {
  return [rulesStep(file, acts), inclusionStep(file, acts)].filter((each) => each !== null);
}

function rulesStep({ eligibility, rules }: ChildFile, { ask }: StepActs): Step | null {
  if (eligibility === null) return null;
  const { outcome } = eligibility.assessment;
  const state = outcome === "included" ? "done" : outcome === "undetermined" ? "now" : "stopped";
  return { state, title: t("Critères du parcours"), note: eligibilityWords(eligibility, rules, ask) };
}

function inclusionStep(file: ChildFile, acts: StepActs): Step {
  const { eligibility } = file;
  const title = t("Inclusion");
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
