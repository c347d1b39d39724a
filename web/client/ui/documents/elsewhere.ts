/** Forms that a record of their own keeps: where each is filled. */

import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import type { FormRecord } from "./served.ts";

/** Where to go, and what one finds there; without an address only the words. */
export type Elsewhere = { readonly href: string | null; readonly words: string };

/** Tell where a record is filled for a child. */
export function elsewhereOf(record: FormRecord, child: Pick<ChildHeader, "id" | "circle">): Elsewhere {
  const inCircle = (part: string): string | null => (child.circle === null ? null : `/circles/${child.circle}/${part}`);
  switch (record) {
    case "prescription":
    case "forfait":
    case "session":
      return { href: inCircle("care"), words: t("dans les soins") };
    case "inclusion":
    case "referral":
      return { href: `/coordination/children/${child.id}`, words: t("dans la fiche de l'enfant") };
    case "circle":
      return { href: `/coordination/circles/${child.id}`, words: t("dans la composition du cercle") };
    case "convention":
    case "training":
      return { href: "/coordination/professionals", words: t("dans la fiche du professionnel") };
    case "meeting":
      return { href: inCircle("meetings"), words: t("dans les réunions") };
    case "departure":
      return { href: `/children/${child.id}/departure`, words: t("dans la sortie du parcours") };
    case "document":
      return { href: null, words: "" };
  }
}
