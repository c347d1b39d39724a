/** Answers, their bounds and what is wrong with them, in words. */

import { dateOf, dayAndTime, timeOf } from "../dates.ts";
import { labelWord } from "../nomenclature.ts";
import { number, t, tn } from "../words.ts";
import { MAX_LINE, MAX_TEXT, type Wrong } from "./answers.ts";
import { isDay, isMoment } from "./moments.ts";
import { unitWord } from "./units.ts";
import type { Answer, FormField, FormSection, Single } from "./served.ts";

/** Who and where an id is, for reading and for choosing. */
export type Names = {
  readonly person: (id: string) => string;
  readonly structure: (id: string) => string;
};

/** What is wrong with an answer, and what would be right. */
export function wrongWord(field: FormField, wrong: Wrong): string {
  return SAID[wrong](field);
}

const isCounted = (field: FormField): string => countWord(field.several?.least ?? 0, field.several?.most ?? null);
const isGone = (): string => t("Cette réponse n'est plus demandée.");
const SAID: Readonly<Record<Wrong, (field: FormField) => string>> = {
  missing: () => t("Il manque une réponse."),
  out_of_range: (field) => t("La valeur doit être {bounds}.", { bounds: boundsWord(field) }),
  too_precise: ({ decimals }) => tn("{n} chiffre après la virgule au plus.", "{n} chiffres après la virgule au plus.", decimals ?? 0),
  too_long: tooLong,
  wrong_type: wrongType,
  too_early: ({ not_before: limit }) => t("Ce jour est trop tôt : {limit}.", { limit: limitWord(limit, "before") }),
  too_late: ({ not_after: limit }) => t("Ce jour est trop tard : {limit}.", { limit: limitWord(limit, "after") }),
  too_few: isCounted,
  too_many: isCounted,
  not_a_choice: () => t("Choisissez une des réponses."),
  unknown_field: isGone,
  not_applicable: isGone,
};

/** What is wrong with the rows of a section. */
export function rowsWrongWord(section: FormSection, wrong: Wrong): string {
  if (wrong === "missing") return t("Il manque une réponse.");
  if (wrong === "not_applicable") return t("Cette partie n'est plus demandée.");
  return countWord(section.repeats?.least ?? 0, section.repeats?.most ?? null);
}

/** Say an answer in words, for reading and printing. */
export function answerWord(field: FormField, answer: Answer | undefined, names: Names): string {
  if (answer === undefined) return "–";
  if (typeof answer !== "object") return singleWord(field, answer, names);
  const held = answer.filter((each) => typeof each !== "object");
  return held.map((each) => singleWord(field, each, names)).join(", ");
}

function singleWord(field: FormField, answer: Single, names: Names): string {
  if (typeof answer === "boolean") return answer ? t("Oui") : t("Non");
  if (typeof answer === "number") return field.unit === null ? number(answer) : `${number(answer)}\u00a0${unitWord(field.unit)}`;
  const choice = field.choices.find((each) => each.code === answer);
  if (choice !== undefined) return labelWord(choice.label);
  switch (field.type) {
    case "date":
      return answer.split("-").reverse().join("/");
    case "time":
      return timeOf(`2000-01-01T${answer}`);
    case "moment":
      return isMoment(answer) ? dayAndTime(answer) : answer;
    case "professional":
      return names.person(answer);
    case "structure":
      return names.structure(answer);
    default:
      return answer;
  }
}

/** Between what a number must be; empty without bounds. */
export function boundsWord(field: FormField): string {
  const unit = field.unit === null ? "" : `\u00a0${unitWord(field.unit)}`;
  const said = (bound: number): string => `${number(bound)}${unit}`;
  if (field.minimum !== null && field.maximum !== null) {
    return t("entre {least} et {most}", { least: said(field.minimum), most: said(field.maximum) });
  }
  if (field.minimum !== null) return t("au moins {least}", { least: said(field.minimum) });
  return field.maximum === null ? "" : t("au plus {most}", { most: said(field.maximum) });
}

function tooLong(field: FormField): string {
  const most = number(field.most ?? (field.type === "text" ? MAX_TEXT : MAX_LINE));
  return t("Ce texte est trop long : {most} signes au plus.", { most });
}

function wrongType(field: FormField): string {
  switch (field.type) {
    case "date":
    case "moment":
      return t("Ce jour n'existe pas.");
    case "time":
      return t("Cette heure n'existe pas.");
    case "whole":
      return t("Un nombre entier est attendu.");
    default:
      return t("Un nombre est attendu.");
  }
}

function limitWord(limit: string | null, side: "before" | "after"): string {
  if (limit === "birth") return t("l'enfant n'était pas né");
  if (limit === "today") return t("il n'est pas encore venu");
  if (limit === null || !isDay(limit)) return side === "before" ? t("il vient avant une autre date de cette page") : t("il vient après une autre date de cette page");
  return side === "before" ? t("pas avant le {day}", { day: dateOf(limit) }) : t("pas après le {day}", { day: dateOf(limit) });
}

function countWord(least: number, most: number | null): string {
  if (most === null) return tn("Il en faut au moins {n}.", "Il en faut au moins {n}.", least);
  if (least === 0) return tn("{n} au plus.", "{n} au plus.", most);
  return t("Il en faut entre {least} et {most}.", { least, most });
}
