/** The words of duties: what they are about, how a family was tried, what came of it. */

import { daysBetween, shortDay } from "../dates.ts";
import { locale, t, tn } from "../words.ts";
import { findingWord } from "./board_words.ts";
import { type Attempt, type ContactMedium, type ContactOutcome, type Duty, type DutyReason, HALF_DAYS, type HalfDay, SAID_BY_FAMILY } from "./duty_served.ts";

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

type SaidByFamily = (typeof SAID_BY_FAMILY)[number];

const ASKED: Readonly<Record<SaidByFamily, () => string>> = {
  cannot_come: () => t("La famille ne peut pas venir"),
  call_back: () => t("La famille demande qu'on la rappelle"),
  says_booked: () => t("La famille dit avoir pris rendez-vous"),
  paper_wanted: () => t("La famille préfère le papier"),
  reply_came: () => t("La famille a répondu par SMS : à appeler"),
  number_to_verify: () => t("Numéro ou adresse à vérifier"),
  link_shut: () => t("Message que la famille n'a pas pu ouvrir"),
};

const MONDAY = Date.UTC(2027, 0, 4, 12);

/** Why there is a duty, in words. */
export function reasonWord(reason: DutyReason): string {
  return isSaid(reason) ? ASKED[reason]() : findingWord(reason);
}

/** Whether the family itself said it. */
export function isSaid(reason: DutyReason): reason is SaidByFamily {
  return SAID_BY_FAMILY.some((each) => each === reason);
}

/** When somebody wants to be called: « lundi matin, jeudi après-midi »; "" for any time. */
export function wishWord(duty: Pick<Duty, "wish">): string {
  return (duty.wish?.half_days ?? []).map(halfDayWord).join(", ");
}

function halfDayWord(half: HalfDay): string {
  const place = HALF_DAYS.indexOf(half);
  const day = new Date(MONDAY + Math.floor(place / 2) * 86_400_000).toLocaleDateString(locale(), { weekday: "long", timeZone: "UTC" });
  return place % 2 === 0 ? t("{day} matin", { day }) : t("{day} après-midi", { day });
}

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
