/** What stands where circles would: why there are none for this person, and what to do. */

import type { Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import { t } from "../words.ts";

type Said = { readonly drawing: IconName; readonly title: string; readonly text: string; readonly act?: HTMLElement };

/** Say why no circle is shown; `lapsed`: their convention is not in force. */
export function noCircle(ronde: Ronde, lapsed: boolean): HTMLElement {
  const { drawing, title, text, act } = lapsed ? closedForNow() : (OF_ROLE[ronde.me?.role ?? ""] ?? waiting)();
  return h("div", { class: "empty" }, icon(drawing), h("p", { class: "empty-title" }, title), h("p", null, text), act);
}

/** What to do about a convention that is not in force, and what comes of it. */
export function renewFirst(): string {
  return t("Elle n'est pas en vigueur aujourd'hui. Demandez à la coordination de la signer ou de la renouveler : vos cercles s'ouvrent alors, et rien de ce qui s'y dit n'est perdu.");
}

const OF_ROLE: Readonly<Record<string, () => Said>> = {
  coordinator: () => ({ ...waiting(), text: t("Un cercle s'ouvre depuis la coordination, autour d'un enfant inclus."), act: office() }),
  secretary: outside,
  administrator: outside,
};

function closedForNow(): Said {
  return { drawing: "lock", title: t("En attente de votre convention"), text: renewFirst() };
}

function waiting(): Said {
  return {
    drawing: "circles",
    title: t("Vous n'êtes encore dans aucun cercle"),
    text: t("Dès que la coordination vous y fait entrer, l'enfant et son équipe apparaissent ici."),
  };
}

function outside(): Said {
  return {
    drawing: "coordination",
    title: t("Votre travail est dans la coordination"),
    text: t("Vous y tenez les dossiers, les rendez-vous et les retards. Ce qui se dit dans les cercles reste entre leurs membres."),
    act: office(),
  };
}

function office(): HTMLElement {
  return h("a", { class: "button button-primary", href: "/coordination" }, t("Ouvrir la coordination"));
}
