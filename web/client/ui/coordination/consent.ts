/** What each parent said: the last word of each, and where the family stands. */

import { dateOf } from "../dates.ts";
import { type Child, h } from "../dom.ts";
import { t } from "../words.ts";
import type { ChildRecord, ConsentView, FamilyContact } from "./served.ts";
import { consentWord } from "./words.ts";

/** Where the family stands, in a sentence. */
export function standingWord(standing: ConsentView["standing"]): string {
  switch (standing) {
    case "given":
      return t("La famille est d'accord.");
    case "missing":
      return t("Il faut l'accord d'un parent, et que l'autre soit au moins informé.");
    case "opposed":
      return t("Un parent s'oppose : rien ne peut commencer.");
    case "withdrawn":
      return t("Un parent a retiré son accord.");
  }
}

/** What each person of the family said last. */
export function lastWords(child: ChildRecord, view: ConsentView): Child {
  const rows = child.contacts.flatMap((contact) => {
    const said = lastOf(view, contact.id);
    return said === null ? [] : [h("li", null, `${nameOf(contact)} : ${consentWord(said.word)}, ${t("le {day}", { day: dateOf(said.on) })}`)];
  });
  return rows.length > 0 && h("ul", { class: "prose small" }, rows);
}

type Said = ConsentView["consent"]["steps"][number];

function lastOf(view: ConsentView, contact: string): Said | null {
  const said = view.consent.steps.filter((each) => each.contact === contact);
  const day = said.map((each) => each.on).sort().at(-1);
  return said.findLast((each) => each.on === day) ?? null;
}

/** Who of the family may speak for the child. */
export function speakers(child: ChildRecord): readonly FamilyContact[] {
  return child.contacts.filter((each) => each.relation === "GUARD");
}

export function nameOf(contact: FamilyContact): string {
  return `${contact.given_name} ${contact.family_name}`.trim();
}
