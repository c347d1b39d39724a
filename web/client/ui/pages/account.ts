/** The account: who one is here, and the way to devices, access, colleagues, notifications. */

import type { Me, Ronde } from "../../shell/ronde.ts";
import { confirm } from "../dialog.ts";
import { h } from "../dom.ts";
import { type IconName, icon } from "../icons.ts";
import { roleWord } from "../nomenclature.ts";
import { avatar, fullName } from "../parts/avatar.ts";
import { languageSwitch } from "../parts/door.ts";
import { installHint } from "../parts/install_card.ts";
import type { Page, PageContext } from "../router.ts";
import { type Language, t } from "../words.ts";
import { type Preferences, PREFERENCES } from "./account_notifications.ts";

/** Draw the account's first page. */
export function accountPage({ ronde }: PageContext): Page {
  const element = h(
    "div",
    { class: "page" },
    h("header", { class: "page-header" }, h("h1", { class: "page-title" }, t("Compte"))),
    ronde.me !== null && profile(ronde.me),
    h(
      "ul",
      { class: "card card-flush list" },
      row("phone", "/account/devices", t("Appareils et sessions"), t("Où vous êtes connecté")),
      row("passkey", "/account/access", t("Connexion et récupération"), t("Empreinte, visage, code de récupération")),
      row("shield", "/account/colleagues", t("Identité des collègues"), t("Comparer vos numéros de sûreté")),
      row("account", "/account/identity", t("Mon identité"), t("Le numéro à lire à la coordination")),
      row("document", "/statements", t("Mes relevés"), t("Séances et consultations, mois par mois")),
      row("calendar", "/account/agenda", t("Agenda"), t("Vos rendez-vous ailleurs, et l'inverse")),
      row("bell", "/account/notifications", t("Notifications"), t("Quand et comment vous prévenir")),
    ),
    h(
      "section",
      { class: "card" },
      h(
        "div",
        { class: "row-between" },
        h("h2", { class: "strong" }, t("Langue")),
        languageSwitch((chosen) => void keepOnServer(ronde, chosen)),
      ),
    ),
    installHint(),
    leaving(ronde),
  );
  return { title: t("Compte"), element };
}

function profile(me: Me): HTMLElement {
  return h(
    "section",
    { class: "card card-header", "aria-label": t("Vous") },
    avatar(me, { id: me.professional, size: "large" }),
    h(
      "div",
      { class: "list-main" },
      h("p", { class: "section-title" }, fullName(me)),
      h("p", { class: "card-note truncate" }, me.email),
      h("p", { class: "card-note" }, roleWord(me.role)),
    ),
  );
}

function row(sign: IconName, href: string, title: string, note: string): HTMLElement {
  return h(
    "li",
    null,
    h(
      "a",
      { class: "list-row list-link", href },
      h("span", { class: "row-sign" }, icon(sign)),
      h("span", { class: "list-main" }, h("span", { class: "list-title" }, title), h("span", { class: "list-note" }, note)),
      h("span", { class: "list-end muted" }, icon("forward", "small")),
    ),
  );
}

/** What is sent to one elsewhere speaks the same language; offline, it is kept here alone. */
async function keepOnServer(ronde: Ronde, language: Language): Promise<void> {
  const held = await ronde.api.ask<Preferences>("GET", PREFERENCES).catch(() => null);
  if (held !== null) await ronde.api.ask("PUT", PREFERENCES, { ...held, language }).catch(() => null);
}

function leaving(ronde: Ronde): HTMLElement {
  const leave = (wipe: boolean): Promise<void> => ronde.signOut({ wipe });
  const wipe = async (): Promise<void> => {
    const sure = await confirm({
      title: t("Se déconnecter et tout effacer ?"),
      text: [
        h("p", null, t("Les discussions gardées dans ce navigateur disparaissent. Pour les retrouver ensuite, il faudra votre code de récupération.")),
        ronde.status.waiting > 0 && h("p", { class: "danger-text strong" }, t("Des messages attendent encore d'être envoyés : ils seraient perdus.")),
      ],
      action: t("Tout effacer"),
      danger: true,
    });
    if (sure) await leave(true);
  };
  return h(
    "section",
    { class: "section", "aria-label": t("Se déconnecter") },
    h(
      "div",
      { class: "button-row" },
      h("button", { class: "button", type: "button", onclick: () => void leave(false) }, icon("leave", "small"), t("Se déconnecter")),
      h("button", { class: "button button-danger", type: "button", onclick: () => void wipe() }, icon("trash", "small"), t("Se déconnecter et effacer ce navigateur")),
    ),
    h("p", { class: "section-note" }, t("Sur un ordinateur partagé, effacez toujours le navigateur en partant.")),
  );
}
