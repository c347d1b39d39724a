/** When and how one is told that something waits; never what. */

import type { Ronde } from "../../shell/ronde.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import { timeOf } from "../dates.ts";
import { check, toggle } from "../form.ts";
import { icon } from "../icons.ts";
import { subpage } from "../parts/subpage.ts";
import { type PushState, pushState, subscribe, unsubscribe } from "../parts/web_push.ts";
import type { Page, PageContext } from "../router.ts";
import { toast } from "../toast.ts";
import { locale, t } from "../words.ts";

export const PREFERENCES = "/me/preferences";

export type Preferences = {
  readonly language: "fr" | "en";
  readonly digest: "off" | "daily" | "weekly";
  readonly urgent: boolean;
  readonly quiet_from: string;
  readonly quiet_to: string;
  readonly push: boolean;
  readonly digest_at: string;
  readonly digest_day: number;
  readonly quiet_days: readonly number[];
  readonly urgent_email: boolean;
};

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const A_MONDAY = Date.UTC(2027, 0, 4, 12);

/** Draw the page; every change is kept at once. */
export async function notificationsPage({ ronde }: PageContext): Promise<Page> {
  const { value } = await ronde.api.read<Preferences>(PREFERENCES);
  const keep = keeper(ronde, value);
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Notifications"),
    t("Elles disent que quelque chose attend, jamais quoi ni pour quel enfant."),
    h("section", { class: "card" }, await pushSetting(ronde, keep)),
    urgent(value, keep),
    digest(value, keep),
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
    quietDays(value, keep),
  );
}

/** What a colleague marked as urgent: at once, at night too, and by e-mail, if one wants that. */
function urgent(value: Preferences, keep: Keep): HTMLElement {
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "card-title" }, t("Messages urgents")),
    toggle(t("Sonner même pendant les heures calmes"), { on: value.urgent, changed: (on) => keep({ urgent: on }) }).element,
    toggle(t("Prévenir aussi par courriel"), {
      hint: t("Aussitôt, si vous n'êtes pas dans Ronde à ce moment-là."),
      on: value.urgent_email,
      changed: (on) => keep({ urgent_email: on }),
    }).element,
  );
}

/** How often an e-mail says how much waits, and when. */
function digest(value: Preferences, keep: Keep): HTMLElement {
  const at = hours(t("Heure"), value.digest_at, (chosen) => keep({ digest_at: chosen }));
  const day = choice(t("Jour"), DAYS.map((each) => [String(each), dayName(each)]), String(value.digest_day), (chosen) => keep({ digest_day: Number(chosen) }));
  const often = choice(
    t("Résumé par courriel"),
    [["off", t("Jamais")], ["daily", t("Chaque jour")], ["weekly", t("Chaque semaine")]],
    value.digest,
    (chosen) => {
      keep({ digest: chosen as Preferences["digest"] });
      show(chosen);
    },
  );
  const show = (chosen: string): void => {
    at.hidden = chosen === "off";
    day.hidden = chosen !== "weekly";
  };
  show(value.digest);
  return h(
    "section",
    { class: "card" },
    h("h2", { class: "card-title" }, t("Résumé")),
    h("p", { class: "card-note" }, t("Combien de messages et de tâches vous attendent, jamais lesquels. Rien à dire, ou vous êtes passé depuis : pas de courriel.")),
    h("div", { class: "field-row" }, often, day, at),
  );
}

function quietDays(value: Preferences, keep: Keep): HTMLElement {
  let held = new Set(value.quiet_days);
  const box = (day: number): HTMLElement =>
    check(dayName(day), {
      name: `quiet-${day}`,
      checked: held.has(day),
      onchange: (event: Event) => {
        const on = (event.target as HTMLInputElement).checked;
        held = new Set(on ? [...held, day] : [...held].filter((each) => each !== day));
        keep({ quiet_days: DAYS.filter((each) => held.has(each)) });
      },
    }).element;
  return h("fieldset", { class: "fieldset" }, h("legend", { class: "field-label" }, t("Jours calmes")), h("div", { class: "row" }, DAYS.map(box)));
}

function dayName(day: number): string {
  return new Date(A_MONDAY + day * 86_400_000).toLocaleDateString(locale(), { weekday: "long", timeZone: "UTC" });
}

function choice(label: string, offered: readonly (readonly [string, string])[], value: string, chosen: (value: string) => void): HTMLElement {
  const id = freshId("choice");
  const select = h("select", { class: "select", id, value }, offered.map(([each, name]) => h("option", { value: each }, name)));
  select.addEventListener("change", () => chosen(select.value));
  return h("div", { class: "field" }, h("label", { class: "field-label", for: id }, label), select);
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
