/** What giving to the family will do, said before it is done; and the code, shown once. */

import { Refused } from "../../shell/ronde.ts";
import { busy } from "../busy.ts";
import { relationWord } from "../coordination/family_words.ts";
import { openDialog } from "../dialog.ts";
import { type Child, h } from "../dom.ts";
import { said } from "../faults.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import type { Given } from "./part.ts";
import type { Handed, Outlook } from "./served.ts";

/** Say who will be told, what opens it and for how long; then give, if so decided. */
export function openHanding(given: Given, outlook: Outlook, done: () => void): void {
  const { recipients, days, item } = outlook;
  const wanted = h("input", { type: "checkbox", name: "with_code" });
  const send: HTMLElement = h("button", { class: "button button-primary", type: "button" }, t("Donner"));
  const work = async (): Promise<void> => {
    try {
      const handed = await given.ronde.api.ask<Handed>("POST", given.path, { with_code: wanted.checked });
      dialog.close();
      if (handed.code === null) toast(t("C'est donné : la famille est prévenue, aux heures convenables."));
      else await showCode(handed.code);
      done();
    } catch (error) {
      toast(refusal(error));
    }
  };
  send.addEventListener("click", () => void busy(send, work()));
  const may = recipients.length > 0 && days !== null;
  const dialog = openDialog({
    title: t("Donner à la famille"),
    body: may ? [told(outlook), opens(item, wanted), already(outlook)] : h("p", null, t("Personne de la famille ne peut être prévenu aujourd'hui : pas d'adresse qui serve, ou pas d'accord. Remettez-le sur papier.")),
    ...(may ? { footer: [h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Annuler")), send] } : {}),
  });
}

function told({ recipients, days }: Outlook): Child {
  const line = (each: Outlook["recipients"][number]): HTMLElement => {
    const media = each.media.map((medium) => (medium === "sms" ? t("SMS") : t("courriel"))).join(", ");
    return h("li", null, h("span", { class: "strong" }, `${each.given_name} ${each.family_name}`.trim()), ` (${relationWord(each.relation).toLowerCase()}) : ${media}`);
  };
  return [
    h("p", null, t("Seront prévenus qu'un message les attend, sans dire lequel :")),
    h("ul", { class: "prose" }, recipients.map(line)),
    h("p", null, tn("Le lien s'ouvre pendant {n} jour. Cinq réponses fausses le ferment, et la coordination est prévenue.", "Le lien s'ouvre pendant {n} jours. Cinq réponses fausses le ferment, et la coordination est prévenue.", days ?? 0)),
  ];
}

function opens(item: Outlook["item"], wanted: HTMLElement): Child {
  if (item === "code") return h("p", null, t("Pour l'ouvrir : un code à six chiffres, que vous direz de vive voix. Quelqu'un de l'entourage connaît peut-être la date de naissance, et ne doit pas lire."));
  return [
    h("p", null, t("Pour l'ouvrir : la date de naissance de l'enfant.")),
    h("label", { class: "check" }, wanted, h("span", null, t("Demander plutôt un code à six chiffres, que je dirai de vive voix"))),
  ];
}

/** What waits already: given again the same day, nobody is told twice. */
function already({ handings }: Outlook): Child {
  const waits = handings.some(({ withdrawn_at: back, until }) => back === null && Date.parse(until) >= Date.now());
  return waits && h("p", { class: "banner" }, t("C'est déjà donné. Le même jour, personne n'est prévenu deux fois ; seul le nouveau code compte."));
}

/** Show the code this once; done when somebody says that they have it. */
function showCode(code: string): Promise<void> {
  return new Promise((resolve) => {
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    const dialog = openDialog({
      title: t("Le code à dire de vive voix"),
      closable: false,
      body: [
        h("p", { class: "page-title code" }, spaced),
        h("p", null, t("Dites-le à la personne, au téléphone ou en face : ni par SMS, ni par courriel. Il ne sera plus montré ; au besoin, donnez à nouveau.")),
      ],
      footer: h("button", { class: "button button-primary", type: "button", onclick: () => dialog.close() }, t("J'ai noté le code")),
      closed: resolve,
    });
  });
}

function refusal(error: unknown): string {
  if (error instanceof Refused && error.code === "nobody_to_tell") return t("Personne de la famille ne peut être prévenu aujourd'hui. Remettez-le sur papier.");
  if (error instanceof Refused && error.code === "not_to_be_handed") return t("Ce document ne se donne pas : il n'est pas signé, ou il reste entre professionnels.");
  return said(error);
}
