/**
 * What the interface says. The French sentence is the key; other languages are catalogues.
 *
 * Write sentences with plain spaces, as on a typewriter: `t("Bonjour {name} !", { name })`.
 * French typography is set here, once, and never inside what a placeholder brings.
 * Every sentence has its English in `web/locale/en/LC_MESSAGES/ronde.po`; a test looks.
 */

export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Values = Readonly<Record<string, string | number>>;
type Catalogue = Readonly<Record<string, string | readonly [string, string]>>;

declare const RONDE_WORDS: Readonly<Record<string, string>>;

const KEPT = "ronde.language";
const NO_BREAK = "\u00a0";
const NARROW = "\u202f";
/** Signs that turn the direction of what follows, the rest of our sentence too (UAX 9). */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu;
const UNITS = "%|€|[km]?g|[cm]?m|h|min|s|[kMG]o|ans?|mois|jours?|semaines?|j|SA";

let spoken: Language = "fr";
let catalogue: Catalogue = {};
let kept = new Map<string, string>();

/** The language of the interface now. */
export function language(): Language {
  return spoken;
}

/** The locale for `Intl`: 24-hour clock and day before month in both. */
export function locale(): string {
  return spoken === "fr" ? "fr-FR" : "en-GB";
}

/** Choose the language to begin with: this browser's last choice, else what the page says. */
export function firstLanguage(): Language {
  const asked = localStorage.getItem(KEPT) ?? document.documentElement.lang;
  return asked === "en" ? "en" : "fr";
}

/** Speak another language from now on. Without its catalogue (offline), French is spoken. */
export async function speak(asked: Language): Promise<void> {
  catalogue = asked === "fr" ? {} : await fetchCatalogue(asked);
  spoken = asked === "fr" || Object.keys(catalogue).length > 0 ? asked : "fr";
  kept = new Map();
  document.documentElement.lang = spoken;
}

/** Has somebody chosen a language in this browser? Then their account's does not count here. */
export function hasChosenLanguage(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

/** Remember the language that somebody chose in this browser. */
export function keepLanguage(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
}

async function fetchCatalogue(asked: Language): Promise<Catalogue> {
  const name = RONDE_WORDS[asked];
  if (name === undefined) return {};
  const answer = await fetch(`/assets/${name}`).catch(() => null);
  return answer?.ok === true ? ((await answer.json()) as Catalogue) : {};
}

/** Say a sentence; `{name}` is replaced by the value of that name. */
export function t(message: string, values: Values = {}): string {
  const held = catalogue[message];
  return put(set(typeof held === "string" ? held : message), values);
}

/** Say a sentence that counts: `tn("{n} message", "{n} messages", n)`. */
export function tn(one: string, many: string, n: number, values: Values = {}): string {
  const held = catalogue[one];
  const forms = Array.isArray(held) ? (held as readonly [string, string]) : [one, many];
  const single = spoken === "fr" ? Math.abs(n) < 2 : Math.abs(n) === 1;
  return put(set((single ? forms[0] : forms[1]) ?? many), { n, ...values });
}

/** Set French typography in a text that is ours: spaces that must not break, « 1er ». */
function french(text: string): string {
  return text
    .replace(/ (?=[:»])/gu, NO_BREAK)
    .replace(/ (?=[;!?])/gu, NARROW)
    .replace(/(?<=«|n°) /gu, NO_BREAK)
    .replace(AROUND_UNIT, NO_BREAK);
}
const AROUND_UNIT = new RegExp(`(?<=[\\d}]) (?=(?:${UNITS})(?![\\p{L}\\d]))`, "gu");

/** Set a text of the pathway's, or of somebody's, as the language that is spoken is written. */
export function typeset(text: string): string {
  return spoken === "fr" ? french(text) : text;
}

/** A text of somebody's as it may stand in a line with ours: it turns nothing round. */
export function straight(text: string): string {
  return text.replace(TURNING, "");
}

/** Write a number as the language writes it. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

function set(message: string): string {
  if (spoken !== "fr") return message;
  const held = kept.get(message);
  if (held !== undefined) return held;
  const made = french(message);
  kept.set(message, made);
  return made;
}

function put(message: string, values: Values): string {
  return message.replace(/\{([a-z_]+)\}/gu, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : straight(value);
  });
}
