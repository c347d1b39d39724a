/** One's agenda elsewhere: private addresses that calendars read, and a calendar file taken in. */

import type { Ronde } from "../../shell/ronde.ts";
import { Refused } from "../../shell/ronde.ts";
import { confirm } from "../dialog.ts";
import { dayAndTime, localDay, shortDate, shortDay, timeOf } from "../dates.ts";
import { type Child, fill, freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import { busy } from "../busy.ts";
import { field } from "../form.ts";
import { icon } from "../icons.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import type { Day, Stamp } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";

type Feed = { readonly id: string; readonly name: string; readonly initials: boolean; readonly made_at: Stamp; readonly used_on: Day | null };
type Feeds = { readonly feeds: readonly Feed[]; readonly initials_allowed: boolean };
type Busy = {
  readonly imported_at: Stamp | null;
  readonly until: Stamp;
  readonly events: number;
  readonly unread: number;
  readonly times: number;
  readonly busy: readonly { readonly start: number; readonly end: number }[];
};

const MOST_BYTES = 4 * 1024 * 1024;
const SHOWN = 8;

/** Draw the page. */
export async function agendaAccountPage({ ronde, again }: PageContext): Promise<Page> {
  const [{ value: held }, { value: kept }] = await Promise.all([ronde.api.read<Feeds>("/me/feeds"), ronde.api.read<Busy>("/me/busy")]);
  const element = subpage(
    { href: "/account", name: t("Compte") },
    t("Agenda"),
    t("Vos rendez-vous de Ronde dans votre téléphone, et vos autres rendez-vous dans Ronde."),
    feeds(ronde, held, again),
    calendarFile(ronde, kept, again),
  );
  return { title: t("Agenda"), element };
}

function feeds(ronde: Ronde, { feeds: all, initials_allowed: initials }: Feeds, again: () => void): HTMLElement {
  const name = field({ label: t("Nom de l'appareil"), name: "feed", hint: t("Par exemple : téléphone, secrétariat."), input: { maxlength: 40 } });
  const withInitials = h("input", { type: "checkbox" });
  const made = h("div", { "aria-live": "polite" });
  const make = h("button", { class: "button button-primary", type: "submit" }, t("Créer l'adresse"));
  const form = h("form", { class: "stack" }, name.element, initials && h("label", { class: "check" }, withInitials, h("span", null, t("Montrer les initiales de l'enfant"))), h("div", null, make), made);
  const send = async (): Promise<void> => {
    try {
      const { address } = await ronde.api.ask<{ address: string }>("POST", "/me/feeds", { name: name.input.value.trim(), initials: withInitials.checked });
      fill(made, newAddress(address, again));
      name.input.value = "";
    } catch (error) {
      name.fault(error instanceof Refused && error.code === "bad_feed_name" ? t("Donnez un nom à l'appareil.") : feedFault(error));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(make, send());
  });
  return h(
    "section",
    { class: "card stack" },
    h("h2", { class: "strong" }, t("Mes rendez-vous dans un autre agenda")),
    h("p", { class: "small soft" }, t("Une adresse secrète par appareil : l'heure et le lieu y figurent, jamais le nom de l'enfant. Ne la donnez à personne.")),
    all.length > 0 && h("ul", { class: "list" }, all.map((each) => feedRow(ronde, each, again))),
    form,
  );
}

function feedFault(error: unknown): string {
  return error instanceof Refused && error.code === "too_many_feeds" ? t("Vous avez déjà dix adresses. Retirez-en une qui ne sert plus.") : said(error);
}

function newAddress(address: string, again: () => void): HTMLElement {
  const shown = h("input", { class: "input code", id: freshId("address"), readonly: true, value: address, "aria-label": t("Adresse de l'agenda") });
  shown.addEventListener("focus", () => shown.select());
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(address);
      toast(t("Adresse copiée."));
    } catch {
      shown.select();
    }
  };
  return h(
    "div",
    { class: "banner banner-good" },
    h(
      "div",
      { class: "stack" },
      h("p", null, t("Copiez cette adresse maintenant : elle ne sera plus montrée. Dans votre agenda, choisissez « S'abonner à un calendrier ».")),
      shown,
      h("div", { class: "row" }, h("button", { class: "button button-small", type: "button", onclick: copy }, t("Copier")), h("button", { class: "button button-small button-quiet", type: "button", onclick: again }, t("C'est fait"))),
    ),
  );
}

function feedRow(ronde: Ronde, feed: Feed, again: () => void): HTMLElement {
  const used = feed.used_on === null ? t("jamais lue") : t("lue {day}", { day: shortDay(feed.used_on) });
  const revoke = async (): Promise<void> => {
    const sure = await confirm({ title: t("Retirer cette adresse ?"), text: t("L'agenda qui la lit ne recevra plus rien."), action: t("Retirer"), danger: true });
    if (!sure) return;
    await ronde.api.ask("DELETE", `/me/feeds/${feed.id}`).catch((error: unknown) => toast(said(error)));
    again();
  };
  return h(
    "li",
    { class: "list-row" },
    h("span", { class: "list-lead" }, icon("phone")),
    h("span", { class: "list-main" }, h("span", { class: "list-title" }, feed.name), h("span", { class: "list-note" }, t("créée {day}", { day: shortDate(feed.made_at) }), ` · ${used}`)),
    h("span", { class: "list-end" }, h("button", { class: "button button-small button-quiet", type: "button", "aria-label": t("Retirer l'adresse de {name}", { name: feed.name }), onclick: revoke }, t("Retirer"))),
  );
}

function calendarFile(ronde: Ronde, kept: Busy, again: () => void): HTMLElement {
  const input = h("input", { class: "input", id: freshId("ics"), type: "file", accept: ".ics,text/calendar" });
  const seen = h("div", { class: "stack-tight", "aria-live": "polite" });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void look(file, seen, again);
  });
  const forget = async (): Promise<void> => {
    await ronde.api.ask("DELETE", "/me/busy").catch((error: unknown) => toast(said(error)));
    again();
  };
  return h(
    "section",
    { class: "card stack" },
    h("h2", { class: "strong" }, t("Mes autres rendez-vous dans Ronde")),
    h("p", { class: "small soft" }, t("Déposez le fichier .ics de votre logiciel : Ronde n'en garde que les heures prises, ni titre ni nom, pour ne pas fixer deux rendez-vous à la fois.")),
    kept.imported_at !== null &&
      h(
        "div",
        { class: "row-between" },
        h("p", null, tn("{n} plage prise", "{n} plages prises", kept.times), ` · ${t("repris {when}", { when: dayAndTime(kept.imported_at) })}`),
        h("button", { class: "button button-small button-quiet", type: "button", onclick: forget }, t("Tout oublier")),
      ),
    h("div", { class: "field" }, h("label", { class: "field-label", for: input.id }, kept.imported_at === null ? t("Fichier d'agenda (.ics)") : t("Reprendre un fichier plus récent")), input),
    seen,
  );
}

async function look(file: File, place: HTMLElement, again: () => void): Promise<void> {
  try {
    if (file.size > MOST_BYTES) throw new TooBig();
    const found = await send("/me/busy/preview", file);
    const keep = h("button", { class: "button button-primary", type: "button" }, t("Reprendre ces heures"));
    keep.addEventListener("click", () => void busy(keep, take(file, again)));
    fill(place, preview(found), h("div", null, keep));
  } catch (error) {
    fill(place, h("p", { class: "danger-text" }, fileFault(error)));
  }
}

async function take(file: File, again: () => void): Promise<void> {
  try {
    await send("/me/busy", file);
    toast(t("C'est noté : ces heures ne seront plus proposées."));
    again();
  } catch (error) {
    toast(fileFault(error));
  }
}

async function send(path: string, file: File): Promise<Busy> {
  // What sends bytes comes with the first of them.
  const { deliver } = await import("../../shell/upload.ts");
  return await deliver<Busy>(path, new Uint8Array(await file.arrayBuffer()), {});
}

function preview(found: Busy): Child[] {
  const rest = found.times - Math.min(SHOWN, found.busy.length);
  return [
    h("p", { class: "strong" }, tn("{n} plage prise d'ici un an", "{n} plages prises d'ici un an", found.times)),
    found.unread > 0 && h("p", { class: "warm-text" }, tn("{n} événement n'a pas pu être lu.", "{n} événements n'ont pas pu être lus.", found.unread)),
    h("ul", { class: "small" }, found.busy.slice(0, SHOWN).map((each) => h("li", null, spanWords(each)))),
    rest > 0 && h("p", { class: "small soft" }, tn("et {n} autre", "et {n} autres", rest)),
  ];
}

/** From when until when; the day is said once where it is one. */
function spanWords({ start, end }: Busy["busy"][number]): string {
  if (localDay(start) === localDay(end)) return t("{day}, de {start} à {end}", { day: shortDay(start), start: timeOf(start), end: timeOf(end) });
  return t("{start}, jusqu'à {end}", { start: dayAndTime(start), end: dayAndTime(end) });
}

class TooBig extends Error {}

function fileFault(error: unknown): string {
  if (error instanceof TooBig) return t("Ce fichier est trop gros. Exportez seulement l'année à venir.");
  if (!(error instanceof Refused) || error.code !== "calendar_refused") return said(error);
  if (error.detail === "not_a_calendar") return t("Ce fichier n'est pas un agenda. Cherchez « Exporter » ou « .ics » dans votre logiciel.");
  if (error.detail === "too_fine") return t("Cet agenda répète des événements toutes les heures ou plus souvent. Retirez-les dans votre logiciel, puis exportez à nouveau.");
  return t("Cet agenda est trop chargé pour être repris. Exportez seulement l'année à venir.");
}
