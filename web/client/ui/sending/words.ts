/** The words of notices: what each is about, how far it got, and what to do next. */

import { dayAndTime, dayOf, timeOf } from "../dates.ts";
import { t } from "../words.ts";
import type { NoticeLine, NoticeMedium, NoticeRule, NoticeState } from "./served.ts";

const RULES: Readonly<Record<NoticeRule, () => string>> = {
  booked: () => t("Rendez-vous pris"),
  before: () => t("Rappel du rendez-vous"),
  changed: () => t("Rendez-vous déplacé"),
  cancelled: () => t("Rendez-vous annulé"),
  missed: () => t("Rendez-vous manqué"),
  to_book: () => t("Rendez-vous à prendre"),
  questionnaire: () => t("Questionnaire à remplir"),
  waiting: () => t("Un message attend"),
  greeting: () => t("Premier contact, pour confirmer l'adresse"),
  digest: () => t("Résumé pour un professionnel"),
};

const STATES: Readonly<Record<NoticeState, () => string>> = {
  planned: () => t("Prévus"),
  claimed: () => t("En train de partir"),
  sending: () => t("En train de partir"),
  sent: () => t("Partis"),
  unknown: () => t("Partis peut-être"),
  dead: () => t("Échecs"),
  cancelled: () => t("Retirés"),
  expired: () => t("Trop tard"),
};

/** Why something was not sent, or did not arrive: the last answer, in words. */
const ANSWERS: Readonly<Record<string, () => string>> = {
  withdrawn: () => t("ce n'était plus vrai"),
  superseded: () => t("une nouvelle plus récente l'a remplacé"),
  opted_out: () => t("cette personne ne veut plus de messages ainsi"),
  unconfirmed: () => t("personne n'a confirmé cette adresse"),
  not_theirs: () => t("ce numéro ou cette adresse est à quelqu'un d'autre"),
  no_authority: () => t("cette personne n'a plus l'autorité parentale"),
  forbidden: () => t("un juge l'interdit"),
  no_address: () => t("il n'y a plus d'adresse"),
  gone: () => t("cette personne n'est plus dans le dossier"),
  not_configured: () => t("ce moyen d'envoi n'est pas réglé"),
  cannot_render: () => t("le message n'a pas pu être écrit"),
  sender_failed: () => t("une panne de Ronde"),
  no_decent_hour_left: () => t("il ne restait aucune heure convenable"),
  nothing_new: () => t("il n'y avait plus rien de nouveau"),
};

export function ruleWord({ rule }: Pick<NoticeLine, "rule">): string {
  return RULES[rule]();
}

/** What several notices in a state are called. */
export function stateName(state: NoticeState): string {
  return STATES[state]();
}

export function mediumWord(medium: NoticeMedium): string {
  return medium === "sms" ? t("SMS") : t("Courriel");
}

/** To whom: by name where it is known, else by the place among the holders of authority. */
export function recipientWord({ recipient, holder }: Pick<NoticeLine, "recipient" | "holder">): string {
  if (recipient !== null && recipient !== "") return recipient;
  return holder > 0 ? t("titulaire {n}", { n: holder }) : t("quelqu'un qui n'est plus dans le dossier");
}

/** That it left, and what is known of its arrival. */
function sentWord({ delivered_at: arrived, receipts }: NoticeLine, when: string): string {
  if (arrived !== null) return t("reçu {when}", { when: dayAndTime(arrived) });
  return receipts ? t("parti {when}", { when }) : t("parti {when}, sans accusé de réception", { when });
}

/** How far it got: « parti le lundi 3 mai à 9 h », « échec : numéro refusé ». */
export function stateWord(line: NoticeLine, now = Date.now()): string {
  const { state, at } = line;
  const when = dayAndTime(at);
  switch (state) {
    case "planned":
      return Date.parse(at) <= now ? t("attend de partir") : t("prévu pour {day} à {time}", { day: dayOf(at), time: timeOf(at) });
    case "claimed":
    case "sending":
      return t("en train de partir");
    case "sent":
      return sentWord(line, when);
    case "unknown":
      return t("parti peut-être {when} : à vérifier", { when });
    case "dead":
      return t("échec : {why}", { why: failureWord(line) });
    case "cancelled":
      return t("retiré : {why}", { why: (ANSWERS[line.answer ?? ""] ?? (() => t("ce n'était plus vrai")))() });
    case "expired":
      return t("trop tard : pas parti à temps");
  }
}

function failureWord({ answer, medium }: NoticeLine): string {
  const known = ANSWERS[answer ?? ""];
  if (known !== undefined) return known();
  if (answer === "undelivered") return medium === "sms" ? t("numéro injoignable") : t("adresse injoignable");
  return medium === "sms" ? t("numéro refusé") : t("adresse refusée");
}

/** What somebody should do next; null where nothing is to be done. */
export function nextStep(line: NoticeLine): string | null {
  const seen = line.seen_to;
  if (seen !== null) return t("Appel fait {when}.", { when: dayAndTime(seen.at) });
  if (!line.in_need) return null;
  switch (line.remedy) {
    case "mend":
      return line.medium === "sms" ? t("Corrigez le numéro dans la fiche, puis renvoyez.") : t("Corrigez l'adresse dans la fiche, puis renvoyez.");
    case "confirm":
      return t("Appelez la famille et confirmez l'adresse dans sa fiche.");
    case "house":
      return t("Prévenez qui administre Ronde ; en attendant, appelez.");
    default:
      return t("Appelez la famille.");
  }
}
