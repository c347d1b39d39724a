/** Why a slot was refused, in a sentence, and what could be had in its place. */

import { Refused } from "../../shell/ronde.ts";
import { dayOf, timeOf } from "../dates.ts";
import { said } from "../faults.ts";
import { t } from "../words.ts";
import type { Instead } from "./served.ts";

const KNOWN: Readonly<Record<string, () => string>> = {
  in_the_past: () => t("Cette heure est déjà passée."),
  no_such_time: () => t("Cette heure n'existe pas ce jour-là : on change d'heure."),
  time_twice: () => t("Cette heure revient deux fois ce jour-là : on change d'heure."),
  telling_label: () => t("Ce lieu en dit trop sur la santé. Mettez une adresse ou un nom de bâtiment."),
  unwritable_label: () => t("Un SMS ne sait pas écrire les lettres de ce lieu. Écrivez l'adresse en lettres latines, comme sur la plaque de la rue."),
  too_far_ahead: () => t("Cette date est trop lointaine."),
  not_in_circle: () => t("Ce professionnel n'est pas dans le cercle. La coordination peut l'y faire entrer."),
  bad_rhythm: () => t("Dites jusqu'à quel jour, ou combien de séances."),
  too_many_sessions: () => t("On fixe au plus soixante séances à la fois, sur deux ans."),
  no_session: () => t("Il ne reste aucune séance : toutes les dates sont sautées."),
  appointment_over: () => t("Ce rendez-vous est déjà clos."),
};

/** Say why a slot was refused. */
export function refusalWords(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  if (error.code === "slot_taken") return taken(insteadOf(error));
  if (error.code === "names_structure") return namedStructure(insteadOf(error));
  return KNOWN[error.code]?.() ?? said(error);
}

/** Say in few words what a code means, for a line of a list. */
export function shortRefusal(code: string): string {
  return code === "slot_taken" ? t("déjà pris") : (KNOWN[code]?.() ?? t("impossible"));
}

/** What the server offered in the place of a slot it refused. */
export function insteadOf(error: unknown): Instead | null {
  return error instanceof Refused ? (error.instead as Instead | null) : null;
}

function namedStructure(instead: Instead | null): string {
  const label = instead?.place_label;
  const why = t("C'est le nom d'une structure : il dirait pourquoi l'enfant y va.");
  return `${why} ${label === undefined ? t("Mettez la rue et le numéro.") : t("Écrivez plutôt : {label}", { label })}`;
}

function taken(instead: Instead | null): string {
  const session = instead?.session;
  if (session !== undefined) return t("Le {day}, ce créneau est déjà pris.", { day: dayOf(session) });
  const whose = instead?.whose === "child" ? t("L'enfant a déjà un rendez-vous à cette heure.") : t("Ce professionnel est déjà pris à cette heure.");
  const start = instead?.start;
  return start === undefined || start === null ? whose : `${whose} ${t("C'est le rendez-vous de {time}.", { time: timeOf(start) })}`;
}
