/** The words of meetings: where one stands, and why something was not taken. */

import { Refused } from "../../shell/ronde.ts";
import { said } from "../faults.ts";
import { t } from "../words.ts";
import type { Advice, MeetingState } from "./served.ts";

export function stateWord(state: MeetingState, past: boolean): string {
  if (state === "called") return past ? t("Compte-rendu à écrire") : t("À venir");
  return STATES[state]();
}

export function stateLook(state: MeetingState, past: boolean): string {
  if (state === "signed") return "badge badge-good";
  if (state === "cancelled") return "badge";
  return state === "held" || past ? "badge badge-warm" : "badge badge-accent";
}

export function adviceWord(advice: Advice): string {
  return ADVICE[advice]();
}

/** Why something about a meeting was refused, and what to do now. */
export function refusalWord(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  return (REFUSALS[error.code] ?? ((): string => said(error)))();
}

const STATES: Readonly<Record<Exclude<MeetingState, "called">, () => string>> = {
  cancelled: () => t("Annulée"),
  held: () => t("Compte-rendu à signer"),
  signed: () => t("Compte-rendu signé"),
};

const ADVICE: Readonly<Record<Advice, () => string>> = {
  too_few_cares: () => t("Le parcours prévoit une réunion quand plusieurs soins sont en cours ; ce n'est pas encore le cas."),
  often: () => t("Les réunions prévues sur un an ont déjà eu lieu."),
};

const REFUSALS: Readonly<Record<string, () => string>> = {
  bad_meeting: () => t("Quelque chose ne convient pas : vérifiez la durée et la longueur des textes."),
  bad_answers: () => t("Il manque une réponse, ou l'une d'elles ne convient pas : au moins deux invités, une date qui n'est pas à venir, une durée de 10 à 180 minutes."),
  no_such_time: () => t("Cette heure n'existe pas ce jour-là : on change d'heure."),
  too_far_ahead: () => t("Cette date est trop lointaine."),
  not_of_the_circle: () => t("Une des personnes n'est plus dans le cercle. Rechargez la page."),
  meeting_over: () => t("Cette réunion a déjà eu lieu, ou elle est annulée."),
  minutes_signed: () => t("Le compte-rendu est déjà signé : corrigez-le, avec un motif."),
  not_held_yet: () => t("Il n'y a pas encore de compte-rendu."),
  reason_missing: () => t("Dites pourquoi, en quelques mots."),
  wrong_profession: () => t("Les réunions sont convoquées par la coordination."),
  circle_closed: () => t("Le cercle de cet enfant est fermé."),
  child_left: () => t("L'enfant a quitté le parcours : on ne convoque plus de réunion."),
  child_not_included: () => t("L'enfant n'est pas encore inclus."),
  stale_edition: () => t("Quelqu'un d'autre a modifié ceci entre-temps. Rechargez pour voir la dernière version."),
};
