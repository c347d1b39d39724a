/** The words of departures: how the relay is, and why something was not taken. */

import { Refused } from "../../shell/ronde.ts";
import { said } from "../faults.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { Exit, RelayState } from "./served.ts";

export function relayWord(state: RelayState): string {
  return RELAYS[state]();
}

/** An exit as the pathway calls it; nothing where the reason is not for the reader. */
export function exitWord(exits: readonly Pick<Exit, "code" | "label">[], code: string): string {
  const found = exits.find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

/** Why something about a departure was refused, and what to do now. */
export function refusalWord(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  return (REFUSALS[error.code] ?? ((): string => said(error)))();
}

const RELAYS: Readonly<Record<RelayState, () => string>> = {
  asked: () => t("Relais demandé"),
  accepted: () => t("Relais accepté"),
  refused: () => t("Relais refusé"),
};

const REFUSALS: Readonly<Record<string, () => string>> = {
  forfaits_open: () => t("Un forfait est encore ouvert. Cochez « Fermer les forfaits », ou fermez-le d'abord depuis les soins de l'enfant."),
  exclusion_not_recorded: () => t("Le refus des parents n'est pas noté. Notez-le d'abord sur la fiche de l'enfant, dans l'accord de la famille."),
  already_left: () => t("Une autre sortie est déjà enregistrée. Rechargez la page."),
  bad_departure: () => t("Cette date ne convient pas : entre l'inclusion et dans un an au plus ; la réponse au relais n'est pas à venir."),
  bad_answers: () => t("Une réponse du formulaire ne convient pas. Vérifiez les dates et ce qui est obligatoire."),
  wrong_profession: () => t("Une sortie s'écrit par la coordination ou par le médecin référent."),
  forbidden: () => t("Une sortie s'écrit par la coordination ou par le médecin référent."),
  child_not_included: () => t("L'enfant n'est pas dans le parcours."),
  reason_missing: () => t("Dites pourquoi, en quelques mots."),
  too_late_to_take_back: () => t("Il est trop tard pour revenir sur cette sortie."),
  still_excluded: () => t("Un motif d'exclusion demeure : corrigez d'abord l'accord de la famille ou le lieu de vie sur la fiche."),
  departure_taken_back: () => t("Cette sortie a déjà été annulée. Rechargez la page."),
  circle_closed: () => t("Le cercle est fermé : on ne revient plus sur cette sortie."),
};
