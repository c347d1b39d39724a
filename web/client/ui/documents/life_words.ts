/** The line of life in words: what happened, what is due, how many days are left or gone. */

import { daysBetween, shortDate } from "../dates.ts";
import { labelWord, visitStateWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import type { EventKind, LifeEvent, Step } from "./life_line.ts";
import type { PathwayForm } from "./served.ts";

const MANY_DAYS = 90;
const DAYS_A_MONTH = 30.4375;
const MANY_MONTHS = 22;

/** Where a step stands, in days: « en retard de 12 jours », « encore 30 jours ». */
export function stepWords({ visit, by, late }: Step, on: string): string {
  if (late !== null) return tn("en retard de {n} jour", "en retard de {n} jours", late);
  if (by === null) return visit === null ? "" : visitStateWord(visit.state);
  if (visit?.state === "booked") return t("rendez-vous pris");
  const opens = visit?.window?.opens;
  if (opens !== undefined && opens > on) return aheadWords(daysBetween(on, opens));
  const left = daysBetween(on, by);
  return left === 0 ? t("dernier jour aujourd'hui") : tn("encore {n} jour", "encore {n} jours", left);
}

/** Days count as long as people count them; then months do, then years. */
function aheadWords(days: number): string {
  if (days <= MANY_DAYS) return tn("dans {n} jour", "dans {n} jours", days);
  const months = Math.round(days / DAYS_A_MONTH);
  if (months < MANY_MONTHS) return tn("dans {n} mois", "dans {n} mois", months);
  return tn("dans {n} an", "dans {n} ans", Math.round(months / 12));
}

/** Within which days it counts. */
export function windowWords({ visit, by }: Step): string {
  if (visit === null) return by === null ? "" : t("à écrire avant le {day}", { day: shortDate(by) });
  if (visit.window === null) return t("date inconnue : il manque une date dans la fiche de l'enfant");
  return t("du {opens} au {closes}", { opens: shortDate(visit.window.opens), closes: shortDate(visit.window.closes) });
}

/** What a step is called. */
export function stepName({ code, visit, form }: Step): string {
  if (visit !== null) return t("Visite : {name}", { name: labelWord(visit.label) });
  return form === null ? code : labelWord(form.label);
}

/** What happened, in a few words. */
export function eventWords(event: LifeEvent, pathway: PathwayForm): string {
  const what = labelOf(event, pathway);
  return what === "" ? KINDS[event.kind]() : t("{what} : {name}", { what: KINDS[event.kind](), name: what });
}

function labelOf({ kind, code }: LifeEvent, pathway: PathwayForm): string {
  switch (kind) {
    case "appointment":
      return labelled(pathway.visits, code);
    case "document": {
      const form = pathway.forms[code] ?? Object.values(pathway.forms).find((each) => each.formerly.includes(code));
      return form === undefined ? code : labelWord(form.label);
    }
    case "prescription":
    case "forfait_opened":
    case "first_session":
    case "forfait_ended":
      return labelled(pathway.disciplines, code);
    case "departure":
      return labelled(pathway.exits, code);
    default:
      return "";
  }
}

function labelled(all: PathwayForm["disciplines"], code: string): string {
  const found = all.find((each) => each.code === code);
  return found === undefined ? code : labelWord(found.label);
}

const KINDS: Readonly<Record<EventKind, () => string>> = {
  birth: () => t("Naissance"),
  term: () => t("Terme prévu"),
  discharge: () => t("Sortie de l'hôpital"),
  inclusion: () => t("Inclusion"),
  circle_opened: () => t("Ouverture du cercle"),
  circle_closed: () => t("Fermeture du cercle"),
  appointment: () => t("Rendez-vous"),
  document: () => t("Document"),
  prescription: () => t("Prescription"),
  forfait_opened: () => t("Forfait ouvert"),
  first_session: () => t("Première séance"),
  forfait_ended: () => t("Fin du forfait"),
  meeting: () => t("Réunion de concertation"),
  plan_review: () => t("Plan à revoir"),
  move: () => t("Départ du territoire"),
  departure: () => t("Sortie du parcours"),
};
