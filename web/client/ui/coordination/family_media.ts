/** How each medium of somebody of a family stands: confirmed, refused, theirs or not; in words. */

import { dateOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { t } from "../words.ts";
import type { ChildRecord, Deed, FamilyContact, FamilyMedium, MediumProof, Way } from "./served.ts";

export const MEDIA = ["sms", "email"] as const;

type Standing = "confirmed" | "unconfirmed" | "refused" | "wrong";

/** How a medium stands; null where there is no address. */
export function standingOf(contact: FamilyContact, medium: FamilyMedium): Standing | null {
  if (addressOf(contact, medium) === null) return null;
  if (contact.disowned.includes(medium)) return "wrong";
  if (contact.opted_out.includes(medium)) return "refused";
  return contact.confirmed.includes(medium) ? "confirmed" : "unconfirmed";
}

export function addressOf(contact: FamilyContact, medium: FamilyMedium): string | null {
  return medium === "sms" ? contact.phone : contact.email;
}

export function mediumName(medium: FamilyMedium): string {
  return medium === "sms" ? t("SMS") : t("Courriel");
}

/** Signs for a line: one for each medium, and whom what is asked once goes to. */
export function mediaSigns(child: ChildRecord, contact: FamilyContact): Child[] {
  const shown = MEDIA.flatMap((medium) => {
    const standing = standingOf(contact, medium);
    return standing === null ? [] : [standingBadge(contact, medium, standing)];
  });
  return [
    ...shown,
    contact.interpreter && h("span", { class: "badge badge-warm" }, t("Interprète nécessaire")),
    child.chosen_holder === contact.id && h("span", { class: "badge" }, t("Reçoit les questionnaires")),
  ];
}

export function standingBadge(contact: FamilyContact, medium: FamilyMedium, standing: Standing): HTMLElement {
  const look = standing === "confirmed" ? "badge badge-good" : standing === "wrong" ? "badge badge-danger" : "badge badge-warm";
  return h("span", { class: look }, t("{medium} : {standing}", { medium: mediumName(medium), standing: standingWord(contact, medium, standing) }));
}

function standingWord(contact: FamilyContact, medium: FamilyMedium, standing: Standing): string {
  switch (standing) {
    case "confirmed":
      return t("confirmé");
    case "unconfirmed":
      return t("à confirmer");
    case "wrong":
      return medium === "sms" ? t("numéro à vérifier") : t("adresse à vérifier");
    case "refused": {
      const last = contact.media_log.findLast((each) => each.medium === medium && each.deed === "stopped");
      return last === undefined ? t("refusé") : t("refusé le {day}", { day: dateOf(last.saying.at) });
    }
  }
}

const DEEDS: Readonly<Record<Deed, () => string>> = {
  confirmed: () => t("confirmé"),
  stopped: () => t("refusé"),
  resumed: () => t("voulu à nouveau"),
  disowned: () => t("« ce n'est pas moi »"),
  readdressed: () => t("changé"),
};

const WAYS: Readonly<Record<Way, () => string>> = {
  link: () => t("par le lien d'un avis"),
  reply: () => t("par SMS"),
  one_click: () => t("depuis sa messagerie"),
  office: () => t("à la coordination"),
  import: () => t("par une reprise de données"),
};

/** One line of the proof: what, how, when, of which address. */
export function proofWord({ medium, deed, saying, address }: MediumProof): string {
  const what = t("{medium} {deed}", { medium: mediumName(medium), deed: DEEDS[deed]() });
  return [dateOf(saying.at), what, WAYS[saying.way](), address].filter((each) => each !== null && each !== "").join(" · ");
}
