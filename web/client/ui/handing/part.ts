/** Giving a document or the relay file to the family: the button, what was given, taking it back. */

import type { Ronde } from "../../shell/ronde.ts";
import { busy } from "../busy.ts";
import { dateOf } from "../dates.ts";
import { confirm } from "../dialog.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";
import { openHanding } from "./dialog.ts";
import type { HandingState, Outlook } from "./served.ts";

const SHOWN = 5;

export type Given = {
  readonly ronde: Ronde;
  /** Where it is asked for, given and taken back. */
  readonly path: string;
  readonly people: People;
};

/** Draw it into its place; whoever may not give sees nothing. */
export async function fillHanding(place: HTMLElement, given: Given): Promise<void> {
  try {
    draw(place, given, await given.ronde.api.ask<Outlook>("GET", given.path));
  } catch {
    // It is for others to give, or the line is down: the page stands without it.
  }
}

function draw(place: HTMLElement, given: Given, outlook: Outlook): void {
  const { days, handings } = outlook;
  const standing = handings.some(stands);
  const again = async (): Promise<void> => {
    await fillHanding(place, given);
    place.querySelector("button")?.focus();
  };
  const open = async (): Promise<void> => {
    // Whom it would reach may have changed since the page was drawn.
    try {
      openHanding(given, await given.ronde.api.ask<Outlook>("GET", given.path), () => void again());
    } catch (error) {
      toast(said(error));
    }
  };
  const give: HTMLElement = h("button", { class: "button button-small", type: "button" }, icon("people", "small"), handings.length > 0 ? t("Donner à nouveau à la famille") : t("Donner à la famille"));
  give.addEventListener("click", () => void busy(give, open()));
  const back: HTMLElement = h("button", { class: "button button-quiet button-small", type: "button" }, t("Ne plus donner"));
  back.addEventListener("click", () => void busy(back, takeBack(given, again)));
  const lines = handings.slice(0, SHOWN).map((each) => h("li", { class: "small soft" }, stateWords(each, given.people)));
  fill(place, lines.length > 0 && h("ul", { "aria-label": t("Donné à la famille") }, lines), h("div", { class: "button-row" }, days !== null && give, standing && back));
}

/** What became of something given: « donné le…, ouvert le… ». */
export function stateWords(handing: HandingState, people: People): string {
  const given = t("Donné à la famille le {day} par {who}", { day: dateOf(handing.at), who: people.name(handing.by) });
  return `${given}, ${sinceThen(handing)}.`;
}

function sinceThen(handing: HandingState): string {
  const { opened_at: opened, withdrawn_at: withdrawn, until } = handing;
  const read = opened === null ? null : t("ouvert le {when}", { when: dateOf(opened) });
  if (withdrawn !== null) {
    const back = t("repris le {when}", { when: dateOf(withdrawn) });
    return read === null ? back : `${read}, ${back}`;
  }
  if (read !== null) return read;
  if (!stands(handing)) return t("jamais ouvert, et fermé depuis le {day}", { day: dateOf(until) });
  return t("pas encore ouvert ; s'ouvre jusqu'au {day}", { day: dateOf(until) });
}

function stands({ withdrawn_at: withdrawn, until }: HandingState): boolean {
  return withdrawn === null && Date.parse(until) >= Date.now();
}

async function takeBack({ ronde, path }: Given, done: () => Promise<void>): Promise<void> {
  const go = await confirm({
    title: t("Ne plus donner à la famille ?"),
    text: t("Le lien n'ouvrira plus rien, et un message qui n'est pas encore parti ne partira pas. Ce qui a déjà été ouvert a pu être gardé par la famille."),
    action: t("Ne plus donner"),
  });
  if (!go) return;
  try {
    await ronde.api.ask("DELETE", path);
    toast(t("C'est repris : le lien n'ouvre plus rien."));
    await done();
  } catch (error) {
    toast(said(error));
  }
}
