/** A family's words: what somebody is to the child, and their number as one reads it. */

import { t } from "../words.ts";

export const RELATIONS: readonly (readonly [string, () => string])[] = [
  ["GUARD", () => t("Parent ou tuteur")],
  ["QUAL", () => t("Personne de confiance")],
  ["CAREGIVER", () => t("Aidant")],
];

/** What the law may say of a person's authority over the child. */
export const AUTHORITIES: readonly (readonly [string, () => string])[] = [
  ["holder", () => t("l'exerce")],
  ["guardian", () => t("tuteur, ou service à qui un juge l'a confiée (ASE)")],
  ["limited", () => t("l'exerce en partie")],
  ["withdrawn", () => t("lui a été retirée")],
  ["none", () => t("ne l'a pas")],
];

/** Where a family may live, as its clocks go. */
export const ZONES: readonly (readonly [string, () => string])[] = [
  ["Europe/Paris", () => t("métropole")],
  ["America/Guadeloupe", () => t("Guadeloupe, Saint-Martin, Saint-Barthélemy")],
  ["America/Martinique", () => t("Martinique")],
  ["America/Cayenne", () => t("Guyane")],
  ["Indian/Reunion", () => t("La Réunion")],
  ["Indian/Mayotte", () => t("Mayotte")],
  ["America/Miquelon", () => t("Saint-Pierre-et-Miquelon")],
  ["Pacific/Noumea", () => t("Nouvelle-Calédonie")],
  ["Pacific/Wallis", () => t("Wallis-et-Futuna")],
  ["Pacific/Tahiti", () => t("Polynésie : Société, Tuamotu, Australes")],
  ["Pacific/Marquesas", () => t("Polynésie : Marquises")],
  ["Pacific/Gambier", () => t("Polynésie : Gambier")],
];

/** What a person is to the child, in words. */
export function relationWord(relation: string): string {
  return (RELATIONS.find(([code]) => code === relation)?.[1] ?? RELATIONS[0]?.[1])?.() ?? "";
}

/** What the law says of somebody's authority, in words. */
export function authorityWord(status: string): string {
  return AUTHORITIES.find(([code]) => code === status)?.[1]() ?? status;
}
