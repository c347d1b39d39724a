/** The facts of birth that the pathway's rules ask for: what each is called, and within which bounds. */

import { t } from "../words.ts";

export type Measure = { readonly fact: string; readonly label: () => string; readonly least: number; readonly most: number; readonly whole: boolean };

export const MEASURES: readonly Measure[] = [
  { fact: "birth_weight_g", label: () => t("Poids de naissance, en grammes"), least: 200, most: 7000, whole: true },
  { fact: "growth_percentile", label: () => t("Percentile de croissance"), least: 0, most: 100, whole: false },
  { fact: "growth_sd", label: () => t("Croissance, en écarts-types"), least: -10, most: 10, whole: false },
  { fact: "head_circumference_sd", label: () => t("Périmètre crânien, en écarts-types"), least: -10, most: 10, whole: false },
];

export const FLAGS: readonly (readonly [string, () => string])[] = [
  ["psycho_affective_risk", () => t("Fragilité psycho-affective autour de l'enfant")],
  ["socio_economic_risk", () => t("Fragilité sociale ou économique")],
  ["hie_treated_by_hypothermia", () => t("Anoxo-ischémie traitée par hypothermie")],
  ["complex_cardiopathy", () => t("Cardiopathie complexe")],
  ["severe_congenital_malformation", () => t("Malformation congénitale grave")],
  ["severe_congenital_infection", () => t("Infection congénitale grave")],
  ["neurological_pathology", () => t("Pathologie neurologique")],
  ["in_utero_psychotropic_or_toxic_exposure", () => t("Exposition in utero à des psychotropes ou toxiques")],
  ["arterial_stroke_perinatal", () => t("AVC artériel périnatal")],
  ["familial_severe_tnd", () => t("Trouble sévère du neurodéveloppement dans la famille")],
  ["meningoencephalitis", () => t("Méningo-encéphalite")],
  ["major_neonatal_surgery", () => t("Chirurgie néonatale majeure")],
];

/** What a fact is called. */
export function factWord(fact: string): string {
  if (fact === "gestational_age") return t("Terme");
  const measure = MEASURES.find((each) => each.fact === fact);
  return measure?.label() ?? FLAGS.find(([name]) => name === fact)?.[1]() ?? fact;
}
