/** An invitation to hand over: its address to copy, or a letter ready to be sent. */

import type { ProfessionalRecord, InvitationForm } from "./served.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { dayOf } from "../dates.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { icon } from "../icons.ts";
import { toast } from "../toast.ts";
import { t } from "../words.ts";

/** Make an invitation and show it; the one before stops working. */
export async function invite(ronde: Ronde, person: ProfessionalRecord, done: () => void): Promise<void> {
  const made = await ronde.api.ask<InvitationForm>("POST", `/professionals/${person.id}/invitation`);
  // Behind the #, so that it never reaches a server's log on its way.
  show(person, `${location.origin}/invitation#${made.token}`, made.until, done);
}

function show(person: ProfessionalRecord, address: string, until: string, done: () => void): void {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(address);
    toast(t("Lien copié."));
  };
  const shown = h("input", { class: "input code", type: "text", readonly: true, value: address, "aria-label": t("Lien d'invitation") });
  shown.addEventListener("focus", () => shown.select());
  openDialog({
    title: t("Invitation de {name}", { name: person.given_name }),
    body: [
      h("p", null, t("Envoyez ce lien à {name}, et à personne d'autre. Il sert une fois, jusqu'au {day}.", { name: person.given_name, day: dayOf(until) })),
      shown,
      h("p", { class: "small soft" }, t("Vous ne le reverrez plus ici ; s'il se perd, vous pourrez en refaire un.")),
    ],
    footer: [
      h("a", { class: "button", href: letter(person, address, until) }, icon("send", "small"), t("Écrire un courriel")),
      h("button", { class: "button button-primary", type: "button", onclick: () => void copy() }, icon("copy", "small"), t("Copier le lien")),
    ],
    closed: done,
  });
}

function letter(person: ProfessionalRecord, address: string, until: string): string {
  const text = [
    t("Bonjour {name},", { name: person.given_name }),
    t("Voici votre invitation à Ronde, où les professionnels du réseau échangent en sécurité."),
    t("Ouvrez ce lien sur l'appareil que vous utiliserez, avant le {day} :", { day: dayOf(until) }),
    address,
    t("À bientôt."),
  ].join("\r\n\r\n");
  return `mailto:${encodeURIComponent(person.email)}?subject=${encodeURIComponent(t("Votre invitation à Ronde"))}&body=${encodeURIComponent(text)}`;
}
