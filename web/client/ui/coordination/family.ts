/** The family of a child: who they are, how to reach them, and changing that. */

import { type Ronde } from "../../shell/ronde.ts";
import { localDay } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { locale, t } from "../words.ts";
import { nameOf } from "./consent.ts";
import { mediaSigns } from "./family_media.ts";
import { authorityWord, relationWord } from "./family_words.ts";
import { callLink, mailLink } from "./reach.ts";
import type { Authority, ChildRecord, FamilyContact } from "./served.ts";

/** Draw the family, with a way to add and to correct. */
export function familySection(ronde: Ronde, child: ChildRecord, changed: () => void): HTMLElement {
  const add = (): void => void openContact(ronde, child, null, changed);
  return h(
    "section",
    { class: "section", id: "family", tabindex: -1, "aria-label": t("Famille") },
    h(
      "div",
      { class: "row-between" },
      h("h2", { class: "section-title" }, t("Famille")),
      h("button", { class: "button button-small", type: "button", onclick: add }, icon("plus", "small"), t("Ajouter quelqu'un")),
    ),
    child.contacts.length === 0
      ? h("p", { class: "soft" }, t("Personne encore. Ajoutez un parent : c'est lui qu'on prévient des rendez-vous."))
      : h("ul", { class: "list card card-flush" }, child.contacts.map((each) => row(ronde, child, each, changed))),
  );
}

function row(ronde: Ronde, child: ChildRecord, contact: FamilyContact, changed: () => void): HTMLElement {
  const edit = (): void => void openContact(ronde, child, contact, changed);
  return h(
    "li",
    { class: "list-row" },
    h(
      "div",
      { class: "list-main office-line" },
      h("p", { class: "list-title" }, nameOf(contact)),
      h("p", { class: "list-note" }, lineOf(contact)),
      h("p", { class: "row small" }, reach(contact)),
      h("p", { class: "row small" }, mediaSigns(child, contact)),
    ),
    h(
      "button",
      { class: "icon-button list-end", type: "button", "aria-label": t("Corriger {name}", { name: nameOf(contact) }), onclick: edit },
      icon("pencil", "small"),
    ),
  );
}

/** Who somebody is to the child, in which language they are written to, and what the law says of them. */
function lineOf(contact: FamilyContact): string {
  const today = localDay();
  const holds = ({ since, until }: Authority): boolean => (since === null || since <= today) && (until === null || until >= today);
  const now = contact.authorities.filter(holds).map(({ status }) => status);
  const held = now.find((status) => status !== "holder") ?? now[0] ?? "none";
  const told = [relationWord(contact.relation), contact.language === "fr" ? null : t("écrire en {language}", { language: languageName(contact.language) })];
  if (contact.relation === "GUARD" && held !== "holder") told.push(t("autorité parentale : {status}", { status: authorityWord(held) }));
  return told.filter((each) => each !== null).join(" · ");
}

function languageName(code: string): string {
  return new Intl.DisplayNames([locale()], { type: "language", fallback: "code" }).of(code) ?? code;
}

function reach(contact: FamilyContact): Child[] {
  return [
    contact.phone !== null && callLink(contact.phone),
    contact.email !== null && mailLink(contact.email),
    !contact.may_be_told && h("span", { class: "badge badge-warm" }, t("N'est pas prévenu des rendez-vous")),
  ];
}

/** What asks for somebody is loaded when somebody is added or corrected. */
async function openContact(...asked: Parameters<typeof import("./family_dialog.ts").openContact>): Promise<void> {
  await (await import("./family_dialog.ts")).openContact(...asked);
}
