/** The words of duties: what they are about, how a family was tried, what came of it. */

import { daysBetween, shortDay } from "../dates.ts";
import { t, tn } from "../words.ts";
import type { Attempt, ContactMedium, ContactOutcome, Duty } from "./duty_served.ts";

const MEDIUM: Readonly<Record<ContactMedium, () => string>> = {
  phone: () => t("Téléphone"),
  sms: () => t("SMS"),
  email: () => t("Courriel"),
  letter: () => t("Courrier"),
  visit: () => t("De vive voix"),
  professional: () => t("Par un professionnel"),
};

const OUTCOME: Readonly<Record<ContactOutcome, () => string>> = {
  reached: () => t("Famille jointe"),
  message_left: () => t("Message laissé"),
  no_answer: () => t("Pas de réponse"),
  wrong_number: () => t("Mauvais numéro ou adresse"),
  refused: () => t("La famille ne souhaite pas poursuivre"),
};

export function mediumWord(medium: ContactMedium): string {
  return MEDIUM[medium]();
}

export function outcomeWord(outcome: ContactOutcome): string {
  return OUTCOME[outcome]();
}

/** An attempt in one line. */
export function attemptWord({ on, medium, outcome }: Attempt): string {
  return [shortDay(on), mediumWord(medium), outcomeWord(outcome)].join(" · ");
}

/** Since when a duty waits; "" where nobody knows. */
export function waitingWord({ since }: Pick<Duty, "since">, now = Date.now()): string {
  if (since === null) return "";
  const days = Math.max(0, daysBetween(since, now));
  return days === 0 ? t("aujourd'hui") : tn("depuis {n} jour", "depuis {n} jours", days);
}
