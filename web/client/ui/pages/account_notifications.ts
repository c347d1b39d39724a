/** When and how one is told that something waits; never what. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import { timeOf } from "../dates.ts";
import { toggle } from "../form.ts";
import { icon } from "../icons.ts";
import { subpage } from "../parts/subpage.ts";
import { type PushState, pushState, subscribe, unsubscribe } from "../parts/web_push.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

export const PREFERENCES = "/me/preferences";

export type Preferences = {
  readonly language: "fr" | "en";
  readonly digest: "off" | "daily";
  readonly urgent: boolean;
  readonly quiet_from: string;
  readonly quiet_to: string;
  readonly push: boolean;
};

/** Draw the page; every change is kept at once. */
export async function notificationsPage({ ronde }: PageContext): Promise<Page> {
  const { value } = await ronde.api.read<Preferences>(PREFERENCES);
  const keep = keeper(ronde, value);
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Notifications"),
    t("Elles disent que quelque chose attend, jamais quoi ni pour quel enfant."),
    h("section", { class: "card" }, await pushSetting(ronde, keep)),
    quietHours(value, keep),
  );
  return { title: t("Notifications"), element };
}

type Keep = (change: Partial<Preferences>) => void;

/** Keep changes one after the other, so that none overtakes another. */
function keeper(ronde: Ronde, first: Preferences): Keep {
  let held = first;
  let line: Promise<unknown> = Promise.resolve();
  return (change) => {
    held = { ...held, ...change };
    const sent = held;
    line = line
      .then(() => ronde.api.ask("PUT", PREFERENCES, sent))
      .then(
        () => toast(t("C'est noté."), { seconds: 2 }),
        (error: unknown) => toast(said(error)),
      );
  };
}

async function pushSetting(ronde: Ronde, keep: Keep): Promise<HTMLElement> {
  const place = h("div", { class: "stack-tight" });
  const change = async (on: boolean): Promise<void> => {
    try {
      draw(on ? await subscribe(ronde) : await unsubscribe(ronde));
      if (on) keep({ push: true });
    } catch (error) {
      toast(said(error));
      draw(await pushState());
    }
  };
  const draw = (state: PushState): void => {
    const switched = toggle(t("Notifications dans ce navigateur"), {
      hint: t("Un mot discret quand un message vous attend."),
      on: state === "on",
      changed: (on) => void change(on),
    });
    switched.input.disabled = state === "impossible" || state === "refused";
    fill(place, switched.element, explanation(state));
  };
  draw(await pushState());
  return place;
}

function explanation(state: PushState): Child {
  const text = {
    on: "",
    off: "",
    refused: t("Ce navigateur les a bloquées pour Ronde. Autorisez-les dans ses réglages, puis revenez ici."),
    impossible: t("Ce navigateur ne les permet pas. Sur iPhone, ajoutez d'abord Ronde à l'écran d'accueil."),
  }[state];
  return text !== "" && h("p", { class: "small warm-text signed" }, icon("info", "small"), h("span", null, text));
}

function quietHours(value: Preferences, keep: Keep): HTMLElement {
  const from = hours(t("De"), value.quiet_from, (chosen) => keep({ quiet_from: chosen }));
  const until = hours(t("À"), value.quiet_to, (chosen) => keep({ quiet_to: chosen }));
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "card-title" }, t("Heures calmes")),
    h("p", { class: "card-note" }, t("Rien ne sonne pendant ces heures. Deux heures égales : pas d'heures calmes.")),
    h("div", { class: "field-row field-pair" }, from, until),
  );
}

/** Half hours to choose from: a browser's own time field follows its language, not ours. */
function hours(label: string, value: string, chosen: (time: string) => void): HTMLElement {
  const id = freshId("hour");
  const half = Array.from({ length: 48 }, (_, at) => `${String(at >> 1).padStart(2, "0")}:${at % 2 === 0 ? "00" : "30"}`);
  const times = half.includes(value) ? half : [value, ...half];
  const options = times.map((each) => h("option", { value: each }, timeOf(`2026-01-01T${each}`)));
  const select = h("select", { class: "select", id, value }, options);
  select.addEventListener("change", () => chosen(select.value));
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), select);
}
