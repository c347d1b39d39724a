/** The answer of the pathway's rules in words, and what is still to be known or done. */

import { type Child, h } from "../dom.ts";
import { labelWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import { factWord } from "./fact_words.ts";
import type { EligibilityView, PathwayRules } from "./served.ts";

/** Say what the rules answer; missing facts lead to their fields. */
export function eligibilityWords(view: EligibilityView, rules: PathwayRules, ask: (fact: string) => void): Child {
  const { assessment } = view;
  const reasons = labels(rules, assessment.reasons);
  return [
    h("p", null, outcomeWord(assessment.outcome)),
    reasons.length > 0 && h("ul", { class: "prose small" }, reasons.map((each) => h("li", null, each))),
    assessment.outcome === "undetermined" && missing(assessment.missing, ask),
    assessment.flags.length > 0 && h("p", { class: "small soft" }, t("À surveiller : {flags}", { flags: labels(rules, assessment.flags).join(", ") })),
  ];
}

/** What must come first, besides the rules. */
export function guardWord(guard: string): string {
  if (guard === "consent_recorded") return t("l'accord de la famille");
  if (guard === "age_below_limit") return t("l'âge de l'enfant, au-delà de la limite du parcours");
  return t("un médecin référent dont la convention est en vigueur");
}

function outcomeWord(outcome: EligibilityView["assessment"]["outcome"]): string {
  switch (outcome) {
    case "included":
      return t("L'enfant remplit les critères du parcours.");
    case "not_included":
      return t("L'enfant ne remplit aucun critère du parcours.");
    case "excluded":
      return t("L'enfant ne peut pas entrer dans le parcours.");
    case "undetermined":
      return t("On ne peut pas encore répondre.");
  }
}

function missing(facts: readonly string[], ask: (fact: string) => void): Child {
  const links = facts.map((fact) =>
    h("li", null, h("button", { class: "link-button", type: "button", onclick: () => ask(fact) }, factWord(fact))),
  );
  return [h("p", { class: "small soft" }, tn("Un fait manque :", "Des faits manquent :", facts.length)), h("ul", { class: "office-facts" }, links)];
}

function labels(rules: PathwayRules, ids: readonly string[]): readonly string[] {
  const all = [...rules.inclusion.criteria, ...rules.inclusion.exclusions, ...rules.inclusion.flags];
  return ids.map((id) => all.find((each) => each.id === id)).flatMap((rule) => (rule === undefined ? [] : [labelWord(rule.label)]));
}
