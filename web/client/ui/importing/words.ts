/** The words of imports: what a line means, what became of it, why a file is refused. */

import { Refused } from "../../shell/ronde.ts";
import { AUTHORITIES, RELATIONS } from "../coordination/family_words.ts";
import { phoneWord } from "../coordination/reach.ts";
import { dateOf } from "../dates.ts";
import { said } from "../faults.ts";
import { number, t } from "../words.ts";
import type { LineStatus, LineView, Result, Sort, Why } from "./served.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const PHONE = /^\+\d{6,15}$/u;
const BROKEN = /^-?\d{1,3}\.\d+$/u;

export function statusWord(status: LineStatus): string {
  return STATUS_WORDS[status]();
}

export function statusLook(status: LineStatus): string {
  if (status === "refused") return "badge badge-danger";
  if (status === "duplicate" || status === "conflict") return "badge badge-warm";
  return status === "same" ? "badge" : "badge badge-accent";
}

export function resultWord(result: Result): string {
  return RESULTS[result]();
}

/** Tell whether a line came to what was wanted of it. */
export function isGood(result: Result): boolean {
  return result !== "changed_since" && result !== "taken" && result !== "failed" && result !== "unforeseen";
}

export function sortWord(sort: Sort): string {
  return SORTS[sort]();
}

export function whyWord(why: Why): string {
  return WHYS[why]();
}

/** A value of a file as people read it: days with their month, numbers with a comma, codes in words. */
export function valueWord(value: string): string {
  if (value === "") return t("rien");
  if (PHONE.test(value)) return phoneWord(value);
  if (BROKEN.test(value)) return number(Number(value));
  return DAY.test(value) ? dateOf(value) : (VALUES[value]?.() ?? value);
}

/** What a line is about, as far as its values say it. */
export function lineName(line: LineView): string {
  const value = (field: string): string => line.values.find((each) => each.field === field)?.value ?? "";
  const given = value("usual_given_name") || value("birth_given_names") || value("given_name");
  const family = value("usual_family_name") || value("birth_family_name") || value("family_name");
  return `${given} ${family}`.trim() || value("name") || t("Sans nom");
}

/** Why the server could not do what was asked of a report. */
export function refusalWord(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  return (REFUSALS[error.code] ?? ((): string => said(error)))();
}

const STATUS_WORDS: Readonly<Record<LineStatus, () => string>> = {
  new: () => t("Nouvelle fiche"),
  update: () => t("À compléter"),
  duplicate: () => t("Doublon possible"),
  conflict: () => t("Différente ici"),
  refused: () => t("Refusée"),
  same: () => t("Déjà là"),
};

const RESULTS: Readonly<Record<Result, () => string>> = {
  created: () => t("Fiche créée"),
  linked: () => t("Reliée à la fiche choisie"),
  updated: () => t("Fiche complétée"),
  same: () => t("Déjà là"),
  changed_since: () => t("La fiche a changé entre-temps : envoyez le fichier à nouveau"),
  taken: () => t("Ce numéro ou cette adresse est à quelqu'un d'autre"),
  failed: () => t("Une règle du registre s'y oppose"),
  unforeseen: () => t("Erreur inattendue : la ligne n'est pas reprise. Envoyez le fichier à nouveau"),
};

const SORTS: Readonly<Record<Sort, () => string>> = {
  child: () => t("Enfants"),
  professional: () => t("Professionnels"),
  structure: () => t("Structures"),
};

const WHYS: Readonly<Record<Why, () => string>> = {
  edited_here: () => t("gardée : corrigée ici depuis"),
  qualified: () => t("gardée : l'identité est vérifiée"),
  guarded: () => t("gardée : se change sur la fiche"),
};

const VALUES: Readonly<Record<string, () => string>> = {
  true: () => t("oui"),
  false: () => t("non"),
  female: () => t("Fille"),
  male: () => t("Garçon"),
  ...Object.fromEntries([...RELATIONS, ...AUTHORITIES]),
};

const REFUSALS: Readonly<Record<string, () => string>> = {
  forbidden: () => t("Les enfants sont importés par la coordination ; votre rôle ne le permet pas."),
  import_not_ready: () => t("Cet import est déjà en cours. Attendez qu'il finisse."),
  other_report: () => t("Ce rapport a changé. Rechargez la page et relisez-le."),
  report_over: () => t("Ce rapport est effacé. Envoyez le fichier à nouveau."),
  bad_choice: () => t("Un de vos choix n'est plus possible. Rechargez la page et relisez-le."),
};
