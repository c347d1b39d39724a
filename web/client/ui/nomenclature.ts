/** The words for the server's codes: professions, roles, stages, visits, conventions. */

import type { AppointmentStatus, Footing, Label, Stage, VisitState } from "./served.ts";
import { language, t, typeset } from "./words.ts";

/** The words of a label in the language that is spoken. */
export function labelWord(label: Label): string {
  return typeset(language() === "fr" ? label.fr : label.en);
}

/** A profession, or the role of somebody who has none in the pathway. */
export function professionWord(profession: string | null, role: string): string {
  return (PROFESSIONS[profession ?? ""] ?? ROLES[role] ?? (() => t("Professionnel")))();
}

/** What a signed statement calls somebody: a coordinator, or a profession. */
export function seatWord(seat: string): string {
  return (PROFESSIONS[seat] ?? ROLES[seat] ?? (() => seat))();
}

export function roleWord(role: string): string {
  return (ROLES[role] ?? (() => t("Professionnel")))();
}

export function stageWord(stage: Stage): string {
  return STAGES[stage]();
}

export function visitStateWord(state: VisitState): string {
  return VISITS[state]();
}

export function appointmentWord(status: AppointmentStatus): string {
  return APPOINTMENTS[status]();
}

export function footingWord(footing: Footing): string {
  return FOOTINGS[footing]();
}

export const PROFESSIONS: Readonly<Record<string, () => string>> = {
  physician: () => t("Médecin"),
  midwife: () => t("Sage-femme"),
  nurse: () => t("Infirmier"),
  physiotherapist: () => t("Masseur-kinésithérapeute"),
  speech_therapist: () => t("Orthophoniste"),
  orthoptist: () => t("Orthoptiste"),
  occupational_therapist: () => t("Ergothérapeute"),
  psychomotor_therapist: () => t("Psychomotricien"),
  childcare_assistant: () => t("Auxiliaire de puériculture"),
  psychologist: () => t("Psychologue"),
};

const ROLES: Readonly<Record<string, () => string>> = {
  coordinator: () => t("Coordinatrice"),
  secretary: () => t("Secrétaire"),
  administrator: () => t("Administrateur"),
  professional: () => t("Professionnel"),
};

const STAGES: Readonly<Record<Stage, () => string>> = {
  inclusion: () => t("Inclusion"),
  coordination: () => t("Coordination"),
  support: () => t("Accompagnement"),
  exit: () => t("Sortie"),
};

const VISITS: Readonly<Record<VisitState, () => string>> = {
  undated: () => t("sans date"),
  coming: () => t("à venir"),
  due: () => t("à prévoir maintenant"),
  booked: () => t("rendez-vous pris"),
  done: () => t("faite"),
  late: () => t("en retard"),
  passed_by: () => t("avant l'inclusion"),
};

const APPOINTMENTS: Readonly<Record<AppointmentStatus, () => string>> = {
  booked: () => t("Prévu"),
  moved: () => t("Déplacé"),
  cancelled: () => t("Annulé"),
  honoured: () => t("Venu"),
  missed: () => t("Manqué"),
};

const FOOTINGS: Readonly<Record<Footing, () => string>> = {
  none: () => t("Sans convention"),
  pending: () => t("Convention en cours de signature"),
  coming: () => t("Convention à venir"),
  active: () => t("Convention en vigueur"),
  ended: () => t("Convention terminée"),
};
