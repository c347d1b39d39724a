/** The board's words: what is found, what exactly, since when, and the act that mends it. */

import { shortDay } from "../dates.ts";
import { locale, t, tn } from "../words.ts";
import type { Act, BoardFinding, FindingCode } from "./board_served.ts";

/** What names are needed for: visits and forms by their code, people by their id. */
export type Names = {
  readonly visit: (code: string) => string;
  readonly form: (code: string) => string;
  readonly person: (id: string) => string | null;
};

const FOUND: Readonly<Record<FindingCode, () => string>> = {
  lost: () => t("Perdu de vue"),
  visit_late: () => t("Visite en retard"),
  notice_failed: () => t("Avis à la famille non parvenu"),
  no_referring_physician: () => t("Sans médecin référent"),
  consent_missing: () => t("Accord de la famille manquant"),
  prescription_without_forfait: () => t("Prescription sans forfait ouvert"),
  prescription_without_session: () => t("Prescription sans première séance"),
  visit_to_book: () => t("Visite à programmer"),
  appointment_unsettled: () => t("Rendez-vous à confirmer ou à refixer"),
  convention_ending: () => t("Convention à renouveler"),
  document_unsigned: () => t("Document non signé"),
  forfait_near_end: () => t("Forfait bientôt terminé"),
  meeting_due: () => t("Réunion à tenir"),
  plan_review: () => t("Plan à revoir"),
  file_incomplete: () => t("Dossier incomplet"),
  identity_unqualified: () => t("Identité à qualifier"),
  age_reached: () => t("Âge de fin de parcours atteint"),
};

const ACTS: Readonly<Record<Act, () => string>> = {
  contact_family: () => t("Noter un contact"),
  book_visit: () => t("Fixer un rendez-vous"),
  see_to_notice: () => t("Voir le rendez-vous"),
  choose_physician: () => t("Choisir un médecin"),
  record_consent: () => t("Noter l'accord"),
  open_forfait: () => t("Ouvrir le forfait"),
  remind_professional: () => t("Relancer"),
  settle_appointment: () => t("Dire ce qu'il en est"),
  renew_convention: () => t("Renouveler"),
  review_forfait: () => t("Voir le forfait"),
  convene_meeting: () => t("Convier le cercle"),
  review_plan: () => t("Revoir le plan"),
  complete_file: () => t("Compléter"),
  qualify_identity: () => t("Corriger l'identité"),
  record_departure: () => t("Organiser la sortie"),
};

const LACKS: Readonly<Record<string, () => string>> = {
  gestational_age: () => t("le terme"),
  discharged_on: () => t("le jour de la sortie de maternité"),
  holder_of_authority: () => t("un parent qui exerce l'autorité"),
  reachable_contact: () => t("quelqu'un à prévenir"),
  circle: () => t("le cercle"),
};

export function findingWord(code: FindingCode): string {
  return FOUND[code]();
}

export function actWord(act: Act): string {
  return ACTS[act]();
}

/** Say exactly what is late or missing, beside what it is called; "" where that says it all. */
export function detailOf(finding: BoardFinding, names: Names): string {
  const who = finding.who === null ? null : names.person(finding.who);
  switch (finding.code) {
    case "lost":
      return listed((finding.missing.length > 0 ? finding.missing : [finding.target]).map((code) => names.visit(code)));
    case "visit_late":
    case "visit_to_book":
      return names.visit(finding.target);
    case "file_incomplete":
      return t("Il manque {what}", { what: listed(finding.missing.map((each) => lackWord(each, names))) });
    case "document_unsigned":
      return who === null ? "" : t("Brouillon de {name}", { name: who });
    case "forfait_near_end":
      return [who, finding.until === null ? null : t("valable jusqu'au {day}", { day: shortDay(finding.until) })].filter(Boolean).join(" · ");
    default:
      return who ?? "";
  }
}

/** Say since when, or how soon. */
export function spanWord(finding: BoardFinding): string {
  const { since, until, days } = finding;
  if (days === null) return "";
  if (since === null && until !== null && !isPast(until)) {
    return days === 0 ? t("aujourd'hui") : tn("dans {n} jour", "dans {n} jours", days);
  }
  return days === 0 ? t("aujourd'hui") : tn("depuis {n} jour", "depuis {n} jours", days);
}

/** What a file lacks, in words. */
function lackWord(word: string, names: Names): string {
  if (word.startsWith("form:")) return t("« {form} »", { form: names.form(word.slice("form:".length)) });
  return (LACKS[word] ?? (() => word))();
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(words);
}

function isPast(day: string): boolean {
  return day < new Date().toLocaleDateString("sv-SE");
}
