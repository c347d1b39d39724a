/** When and how one is told that something waits; never what. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { field, toggle } from "../form.ts";
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
    h(
      "section",
      { class: "card" },
      toggle(t("Résumé par e-mail"), {
        hint: t("Une fois par jour, seulement si quelque chose attend."),
        on: value.digest === "daily",
        changed: (on) => keep({ digest: on ? "daily" : "off" }),
      }).element,
    ),
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
  return text !== "" && h("p", { class: "small warm-text row" }, icon("info", "small"), h("span", null, text));
}

function quietHours(value: Preferences, keep: Keep): HTMLElement {
  const from = field({ label: t("De"), name: "quiet-from", input: { type: "time", value: value.quiet_from } });
  const until = field({ label: t("À"), name: "quiet-to", input: { type: "time", value: value.quiet_to } });
  from.input.addEventListener("change", () => keep({ quiet_from: from.input.value }));
  until.input.addEventListener("change", () => keep({ quiet_to: until.input.value }));
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "card-title" }, t("Heures calmes")),
    h("p", { class: "card-note" }, t("Rien ne sonne pendant ces heures. Deux heures égales : pas d'heures calmes.")),
    h("div", { class: "field-row field-pair" }, from.element, until.element),
    toggle(t("Sauf les messages urgents"), {
      hint: t("Ce qu'un collègue a marqué urgent sonne quand même."),
      on: value.urgent,
      changed: (on) => keep({ urgent: on }),
    }).element,
  );
}
