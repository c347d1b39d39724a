/** A child who has left: when and why, how the relay is, and taking the departure back. */

import type { Ronde } from "../../shell/ronde.ts";
import { dateOf, daysBetween, shortDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { t, tn } from "../words.ts";
import type { DepartureView, Exit, Structure } from "./served.ts";
import { exitWord, relayWord } from "./words.ts";

export type StandingOptions = {
  readonly ronde: Ronde;
  readonly exits: readonly Exit[];
  readonly structures: readonly Structure[];
  readonly people: People;
  readonly undoneDays: number | null;
  /** May the reader write of the relay, and take the departure back? The server judges. */
  readonly writes: boolean;
  readonly takesBack: boolean;
  readonly done: (words: string) => void;
};

/** Draw a departure that stands. */
export function standingSection(departure: DepartureView, options: StandingOptions): HTMLElement {
  const { exits, structures, people } = options;
  const ahead = daysBetween(Date.now(), departure.on) > 0;
  const fact = (name: string, value: string): HTMLElement => h("div", null, h("dt", null, name), h("dd", null, value));
  const structure = structures.find(({ id }) => id === departure.structure);
  return h(
    "section",
    { class: "card card-warm" },
    h("h2", { class: "section-title" }, ahead ? t("Quittera le parcours le {day}", { day: dateOf(departure.on) }) : t("A quitté le parcours le {day}", { day: dateOf(departure.on) })),
    h(
      "dl",
      { class: "facts" },
      departure.reason !== "" && fact(t("Motif"), exitWord(exits, departure.reason)),
      structure !== undefined && fact(t("Relais"), structure.name),
      departure.contact !== "" && fact(t("Personne jointe"), departure.contact),
      fact(t("Décidé par"), t("{who}, le {day}", { who: people.name(departure.by), day: dateOf(departure.at) })),
    ),
    departure.steps.length > 0 && h("ul", { class: "stack-tight" }, departure.steps.map((each) => h("li", { class: "signed" }, icon(each.state === "accepted" ? "check" : "clock", "small"), h("span", null, `${relayWord(each.state)}, ${shortDay(each.on)}`)))),
    h("p", { class: "small soft" }, t("La discussion et les documents restent lisibles par le cercle. Plus rien de nouveau ne s'y ajoute dans le parcours.")),
    undoing(departure, options),
    options.writes && departure.reason !== "" && h("div", { class: "button-row" }, h("button", { class: "button", type: "button", onclick: async () => (await import("./deciding.ts")).openHearing(departure, options) }, t("Noter une réponse au relais"))),
  );
}

/** For how long it may be taken back, and by whom. */
function undoing(departure: DepartureView, options: StandingOptions): Child {
  const { undoneDays, takesBack } = options;
  const decided = departure.at.slice(0, 10) > departure.on ? departure.at.slice(0, 10) : departure.on;
  const left = undoneDays === null ? null : undoneDays - daysBetween(decided, Date.now());
  if (left !== null && left < 0) return h("p", { class: "small soft" }, t("Le délai pour revenir sur cette sortie est passé."));
  const words = left === null ? t("La coordination peut revenir sur cette sortie.") : tn("La coordination peut revenir sur cette sortie pendant encore {n} jour.", "La coordination peut revenir sur cette sortie pendant encore {n} jours.", left);
  return [
    h("p", { class: "small soft" }, words),
    takesBack && h("div", { class: "button-row" }, h("button", { class: "button button-quiet", type: "button", onclick: async () => (await import("./deciding.ts")).openTakingBack(departure, options) }, t("Annuler cette sortie"))),
  ];
}
