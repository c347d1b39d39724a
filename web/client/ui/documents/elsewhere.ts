/** Forms that a record of their own keeps: where each is filled. */

import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import type { FormRecord } from "./served.ts";

/** Where to go, and what one finds there; without an address only the words. */
export type Elsewhere = { readonly href: string | null; readonly words: string };

/** Tell where a record is filled for a child. */
export function elsewhereOf(record: FormRecord, child: Pick<ChildHeader, "id" | "circle">): Elsewhere {
  const care = child.circle === null ? null : `/circles/${child.circle}/care`;
  switch (record) {
    case "prescription":
    case "forfait":
    case "session":
      return { href: care, words: t("dans les soins") };
    case "inclusion":
    case "referral":
      return { href: `/coordination/children/${child.id}`, words: t("dans la fiche de l'enfant") };
    case "circle":
      return { href: `/coordination/circles/${child.id}`, words: t("dans la composition du cercle") };
    case "convention":
    case "training":
      return { href: "/coordination/professionals", words: t("dans la fiche du professionnel") };
    case "meeting":
    case "departure":
      return { href: `/coordination/children/${child.id}`, words: t("à la coordination") };
    case "document":
      return { href: null, words: "" };
  }
}
