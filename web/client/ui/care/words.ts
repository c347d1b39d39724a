/** Early care in words: disciplines, places, states, warnings, euros. */

import { dateOf } from "../dates.ts";
import { labelWord } from "../nomenclature.ts";
import type { Label } from "../served.ts";
import { locale, t, tn } from "../words.ts";
import type { Cause, EarlyCare, ForfaitState, ForfaitView, Part, PrescriptionState, PrescriptionView, RecordForm, StatementView } from "./served.ts";

type Field = RecordForm["sections"][number]["fields"][number];

/** A discipline as the pathway calls it. */
export function disciplineWord(care: EarlyCare, code: string): string {
  const found = care.disciplines.find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

/** Why a forfait was closed: an exit of the pathway, or what somebody wrote. */
export function closingWord(care: EarlyCare, reason: string): string {
  const found = care.exits?.find((each) => each.code === reason);
  return found === undefined ? reason : labelWord(found.label);
}

/** A field of one of the two forms, if the pathway asks it. */
export function fieldOf(form: RecordForm | null, code: string): Field | null {
  return form?.sections.flatMap((each) => each.fields).find((each) => each.code === code) ?? null;
}

/** The places of a session, by the form; the very codes where it has none. */
export function placesOf(care: EarlyCare): readonly { readonly code: string; readonly label: Label }[] {
  return fieldOf(care.session, "place")?.choices ?? [];
}

export function placeWord(care: EarlyCare, code: string): string {
  const found = placesOf(care).find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

export function partWord(part: Part): string {
  return part === "assessment" ? t("Bilan") : t("Séance");
}

/** How far a forfait is: what is done of what it holds. */
export function doneWords(done: number, quota: number): string {
  return tn("{n} séance faite sur {quota}", "{n} séances faites sur {quota}", done, { quota });
}

/** What is left, and until when. */
export function leftWords(forfait: ForfaitView, left: number): string {
  const rest = left === 0 ? t("plus aucune") : tn("il en reste {n}", "il en reste {n}", left);
  if (forfait.closing !== null) return t("{rest}, fini le {day}", { rest, day: dateOf(forfait.last_day) });
  if (forfait.days_left === 0) return t("{rest}, échu le {day}", { rest, day: dateOf(forfait.last_day) });
  const days = tn("encore {n} jour", "encore {n} jours", forfait.days_left);
  return t("{rest} · {days}, jusqu'au {day}", { rest, days, day: dateOf(forfait.last_day) });
}

/** The gravest warning in a sentence that says what to do; null for none. */
export function warningWords(forfait: ForfaitView, left: number): string | null {
  const warned = new Set(forfait.warnings);
  if (warned.has("over")) return t("Ce forfait est échu : pour continuer, il faut une nouvelle prescription.");
  if (warned.has("used_up") || left === 0) return t("Toutes les séances sont faites : pour continuer, un bilan de fin puis une nouvelle prescription.");
  if (warned.has("left")) return tn("Plus qu'{n} séance : c'est le moment d'écrire le bilan de fin de forfait.", "Plus que {n} séances : c'est le moment d'écrire le bilan de fin de forfait.", left);
  if (warned.has("quota")) return t("Bientôt fini : pensez au bilan de fin de forfait.");
  return null;
}

export function forfaitStateWord(state: ForfaitState): string {
  return FORFAITS[state]();
}

const FORFAITS: Readonly<Record<ForfaitState, () => string>> = {
  open: () => t("En cours"),
  ended: () => t("Terminé"),
  closed: () => t("Fermé"),
};

export function prescriptionStateWord(state: PrescriptionState): string {
  return PRESCRIPTIONS[state]();
}

const PRESCRIPTIONS: Readonly<Record<PrescriptionState, () => string>> = {
  signed: () => t("En attente"),
  cancelled: () => t("Annulée"),
  used: () => t("Forfait ouvert"),
  lapsed: () => t("Périmée"),
};

/** What was prescribed, in numbers. */
export function prescribedWords(prescription: PrescriptionView): string {
  return [
    prescription.assessments > 0 && tn("{n} bilan", "{n} bilans", prescription.assessments),
    prescription.sessions > 0 && tn("{n} séance", "{n} séances", prescription.sessions),
    tn("sur {n} mois", "sur {n} mois", prescription.months),
  ].filter(Boolean).join(", ");
}

/** The causes for which a person takes a session back. */
export const CAUSES: readonly Cause[] = ["entered_twice", "not_held", "wrong_day", "wrong_child", "other"];

export function causeWord(cause: Cause): string {
  return CAUSE_WORDS[cause]();
}

const CAUSE_WORDS: Readonly<Record<Cause, () => string>> = {
  undone: () => t("retirée le jour même"),
  entered_twice: () => t("saisie deux fois"),
  not_held: () => t("n'a pas eu lieu"),
  wrong_day: () => t("mauvais jour"),
  wrong_child: () => t("mauvais enfant"),
  struck: () => t("document saisi par erreur"),
  other: () => t("autre motif"),
};

/** An amount in euros. */
export function euros(cents: number): string {
  return new Intl.NumberFormat(locale(), { style: "currency", currency: "EUR" }).format(cents / 100);
}

/** A month as people say it: « novembre 2026 ». */
export function monthWord(month: string): string {
  return new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" }).format(new Date(`${month}-15T12:00`));
}

export function statementStateWord(state: StatementView["state"]): string {
  return STATEMENTS[state]();
}

const STATEMENTS: Readonly<Record<StatementView["state"], () => string>> = {
  open: () => t("à valider"),
  validated: () => t("validé"),
  paid: () => t("payé"),
};

/** What of a statement has no price, in a sentence; null where everything has. */
export function unpricedWords(lines: number): string | null {
  return lines === 0
    ? null
    : tn("{n} ligne n'a pas encore de tarif publié : elle compte pour 0 €.", "{n} lignes n'ont pas encore de tarif publié : elles comptent pour 0 €.", lines);
}
