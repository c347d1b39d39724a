/** Moments and days as people say them: « 9 h 30 », « mardi 1er décembre », « il y a 5 min ». */

import { type Values, language, locale, t, tn } from "./words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NO_BREAK = "\u00a0";

type When = Date | number | string;
type Style = Intl.DateTimeFormatOptions;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Read a moment: milliseconds, an RFC 3339 time, or a day (`2026-12-01`, taken as local noon). */
function moment(when: When): Date {
  if (when instanceof Date) return when;
  if (typeof when === "number") return new Date(when);
  return new Date(/^\d{4}-\d{2}-\d{2}$/u.test(when) ? `${when}T12:00` : when);
}

/** Say a time of the day: « 9 h 30 », « 14 h », 09:30. */
export function timeOf(when: When): string {
  const at = moment(when);
  const minutes = String(at.getMinutes()).padStart(2, "0");
  if (language() === "en") return `${String(at.getHours()).padStart(2, "0")}:${minutes}`;
  const tail = at.getMinutes() === 0 ? "" : `${NO_BREAK}${minutes}`;
  return `${at.getHours()}${NO_BREAK}h${tail}`;
}

/** Say a day in full: « mardi 1er décembre », with its year when it is not this one. */
export function dayOf(when: When, now: When = Date.now()): string {
  return written(when, { weekday: "long", day: "numeric", month: "long", ...yearOf(when, now) });
}

/** Say a day in few signs: « mar. 1er déc. ». */
export function shortDay(when: When, now: When = Date.now()): string {
  return written(when, { weekday: "short", day: "numeric", month: "short", ...yearOf(when, now) });
}

/** Say a date in few signs, without the day of the week: « 16 mai 2027 ». */
export function shortDate(when: When, now: When = Date.now()): string {
  return written(when, { day: "numeric", month: "short", ...yearOf(when, now) });
}

/** A day by the clock on the wall, today's if no moment is given, YYYY-MM-DD. */
export function localDay(now: When = Date.now()): string {
  return moment(now).toLocaleDateString("sv-SE");
}

/** Say a date with its year: « 1er décembre 2026 ». */
export function dateOf(when: When): string {
  return written(when, { day: "numeric", month: "long", year: "numeric" });
}

/** Say a day as near as it is: « aujourd'hui », « demain », « hier », else the short day. */
export function nearDay(when: When, now: When = Date.now()): string {
  const away = daysBetween(now, when);
  if (away === 0) return t("aujourd'hui");
  if (away === 1) return t("demain");
  if (away === -1) return t("hier");
  return shortDay(when, now);
}

/** Say a day and a time: « demain à 9 h 30 ». */
export function dayAndTime(when: When, now: When = Date.now()): string {
  return t("{day} à {time}", { day: nearDay(when, now), time: timeOf(when) });
}

/** Say how long ago something was: « à l'instant », « il y a 5 min », then day and time. */
export function ago(when: When, now: When = Date.now()): string {
  const gone = moment(now).getTime() - moment(when).getTime();
  if (gone < MINUTE) return t("à l'instant");
  if (gone < HOUR) return t("il y a {n} min", { n: Math.floor(gone / MINUTE) });
  if (gone < 6 * HOUR) return t("il y a {n} h", { n: Math.floor(gone / HOUR) });
  return dayAndTime(when, now);
}

/** Count calendar days from one moment to another, by the clock on the wall. */
export function daysBetween(from: When, until: When): number {
  const [a, b] = [moment(from), moment(until)];
  const start = Date.UTC(a.getFullYear(), a.getMonth(), a.getDate());
  return Math.round((Date.UTC(b.getFullYear(), b.getMonth(), b.getDate()) - start) / DAY);
}

/** Say an age from a birth date: days, then weeks, months, and years with months. */
export function ageOf(birth: When, now: When = Date.now()): string {
  const [born, at] = [moment(birth), moment(now)];
  const days = Math.max(0, daysBetween(born, at));
  if (days < 14) return tn("{n} jour", "{n} jours", days);
  const before = at.getDate() < born.getDate() ? 1 : 0;
  const months =
    (at.getFullYear() - born.getFullYear()) * 12 + at.getMonth() - born.getMonth() - before;
  if (months < 2) return tn("{n} semaine", "{n} semaines", Math.floor(days / 7));
  if (months < 24) return tn("{n} mois", "{n} mois", months);
  const years = tn("{n} an", "{n} ans", Math.floor(months / 12));
  const rest: Values = { years, months: tn("{n} mois", "{n} mois", months % 12) };
  return months % 12 === 0 || months >= 72 ? years : t("{years} et {months}", rest);
}

/** Write a moment for machines: the `datetime` of a <time>. */
export function machineTime(when: When): string {
  return moment(when).toISOString();
}

function yearOf(when: When, now: When): Style {
  const same = moment(when).getFullYear() === moment(now).getFullYear();
  return same ? {} : { year: "numeric" };
}

function written(when: When, style: Style): string {
  const key = locale() + JSON.stringify(style);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale(), style);
  formats.set(key, format);
  const parts = format.formatToParts(moment(when));
  const first = language() === "fr";
  return parts
    .map((part) => (first && part.type === "day" && part.value === "1" ? "1er" : part.value))
    .join("")
    .replace(/(\d(?:er)?) (?=\p{L})/gu, `$1${NO_BREAK}`)
    .replace(/(?<=\p{L}\.) (?=\d)/gu, NO_BREAK);
}
