/** How far a family was told of an appointment, in words that say what to do next. */

import { dayAndTime, dayOf, timeOf } from "../dates.ts";
import { t } from "../words.ts";
import type { NoticeState, NoticeView } from "./served.ts";

export type Standing = { readonly kind: "alarm" | "waiting" | "told"; readonly words: string };

const ALARMING: ReadonlySet<NoticeState> = new Set(["unknown", "dead", "expired"]);
const WAITING: ReadonlySet<NoticeState> = new Set(["planned", "claimed", "sending"]);
/** What comes before an appointment is no news: what counts is whether they know what was decided. */
const NEWS: ReadonlySet<string> = new Set(["booked", "changed", "cancelled"]);
/** What leaves within minutes is as good as leaving. */
const SOON_MS = 5 * 60 * 1000;

/** Sum up what the family knows; null where there is nothing to say. */
export function standing(notices: readonly NoticeView[], now = Date.now()): Standing | null {
  if (notices.some(({ state }) => ALARMING.has(state))) {
    return { kind: "alarm", words: t("Un avis à la famille n'est pas arrivé : appelez-la.") };
  }
  const news = notices.filter(({ rule }) => NEWS.has(rule));
  const waiting = news.filter(({ state }) => WAITING.has(state));
  if (waiting.length > 0) return { kind: "waiting", words: soon(waiting, now) };
  return news.some(({ state }) => state === "sent") ? { kind: "told", words: t("La famille a été prévenue.") } : null;
}

/** Say of one notice what it is, by which way it goes and how far it got; null once it was taken back. */
export function noticeWords(notice: NoticeView): string | null {
  const state = stateWords(notice);
  return state === null ? null : `${ruleWords(notice)}, ${notice.medium === "sms" ? t("SMS") : t("courriel")} : ${state}`;
}

function ruleWords({ rule }: NoticeView): string {
  const known: Readonly<Record<string, () => string>> = {
    booked: () => t("Rendez-vous fixé"),
    before: () => t("Rappel"),
    changed: () => t("Changement"),
    cancelled: () => t("Annulation"),
    missed: () => t("Rendez-vous manqué"),
  };
  return (known[rule] ?? (() => t("Avis")))();
}

function stateWords({ state, delivered_at: delivered, next_at: next }: NoticeView): string | null {
  if (state === "sent") return delivered === null || delivered === undefined ? t("parti, sans nouvelle") : t("arrivé {when}", { when: dayAndTime(delivered) });
  if (WAITING.has(state)) return state !== "planned" || next === null ? t("en train de partir") : t("partira {when}", { when: dayAndTime(next) });
  const ends: Partial<Record<NoticeState, () => string>> = {
    unknown: () => t("à vérifier, peut-être pas arrivé"),
    dead: () => t("pas arrivé"),
    expired: () => t("pas parti à temps"),
  };
  return ends[state]?.() ?? null;
}

/** Nothing leaves at night nor on a Sunday: say when it will. */
function soon(planned: readonly NoticeView[], now: number): string {
  const at = Math.min(...planned.map(({ next_at: next }) => (next === null ? 0 : Date.parse(next))));
  if (at - now < SOON_MS) return t("La famille va être prévenue.");
  return t("La famille sera prévenue {day} à {time} : rien ne part la nuit ni le dimanche.", { day: dayOf(at), time: timeOf(at) });
}
