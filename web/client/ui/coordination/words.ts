/** The office's words for the server's codes. */

import { daysBetween, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { footingWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import type { AccountStanding, Colleague, TrainingModule, Word } from "./served.ts";

/** How many days ahead the end of a convention is told. */
const SOON_DAYS = 60;

const ACCOUNTS: Readonly<Record<AccountStanding, () => string>> = {
  none: () => t("Pas encore invité"),
  invited: () => t("Invitation envoyée, compte jamais ouvert"),
  active: () => t("Compte ouvert"),
  closed: () => t("Compte fermé"),
};

const MODULES: Readonly<Record<TrainingModule, () => string>> = {
  pathway: () => t("Le parcours"),
  child_support: () => t("L'accompagnement de l'enfant"),
  tool: () => t("L'outil Ronde"),
};

const WORDS: Readonly<Record<Word, () => string>> = {
  agreed: () => t("est d'accord"),
  informed: () => t("est au courant"),
  refused: () => t("s'oppose"),
  withdrawn: () => t("retire son accord"),
};

export function accountWord(standing: AccountStanding): string {
  return ACCOUNTS[standing]();
}

export function moduleWord(module: TrainingModule): string {
  return MODULES[module]();
}

export function consentWord(word: Word): string {
  return WORDS[word]();
}

/** Tell whether a convention in force ends soon. */
export function endsSoon(colleague: Colleague, now = Date.now()): boolean {
  const { convention, active_to: end } = colleague;
  return convention === "active" && end !== null && daysBetween(now, end) <= SOON_DAYS;
}

/** Where somebody's convention stands, as a badge; nothing for who needs none. */
export function conventionBadge(colleague: Colleague): Child {
  const { convention, active_to: end } = colleague;
  if (convention === null) return null;
  if (endsSoon(colleague) && end !== null) {
    return badge("warm", "clock", t("Convention jusqu'au {day}", { day: shortDay(end) }));
  }
  if (convention === "active") return badge("good", "check", footingWord(convention));
  return badge("warm", "warning", footingWord(convention));
}

/** Whether somebody's identity was compared face to face, as a badge. */
export function identityBadge(colleague: Colleague): Child {
  if (colleague.attested) return badge("accent", "shield", t("Identité vérifiée"));
  return colleague.devices > 0 ? badge("warm", "warning", t("Identité à vérifier")) : null;
}

/** How far an account got, where it is not yet open. */
export function accountBadge(colleague: Colleague): Child {
  if (colleague.account === "active") {
    return colleague.devices > 0 ? null : badge("warm", "phone", t("Pas encore d'appareil"));
  }
  return badge(colleague.account === "closed" ? "danger" : "warm", "account", accountWord(colleague.account));
}

/** A number of devices in words. */
export function devicesWord(n: number): string {
  return n === 0 ? t("aucun appareil") : tn("{n} appareil", "{n} appareils", n);
}

export function badge(tone: "good" | "warm" | "danger" | "accent", drawing: Parameters<typeof icon>[0], words: string): HTMLElement {
  return h("span", { class: `badge badge-${tone}` }, icon(drawing, "small"), words);
}
