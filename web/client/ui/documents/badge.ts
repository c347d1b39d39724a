/** Where a document stands, as a word in a pill. */

import { h } from "../dom.ts";
import { t } from "../words.ts";
import type { DocumentState } from "./served.ts";

/** The name of a document's state. */
function documentStateWord(state: DocumentState): string {
  const words: Readonly<Record<DocumentState, string>> = {
    draft: t("Brouillon"),
    signed: t("Signé"),
    amended: t("Modifié après signature"),
    "entered-in-error": t("Saisi par erreur"),
  };
  return words[state];
}

/** The look of a state's badge. */
export function documentBadge(state: DocumentState): HTMLElement {
  const looks: Readonly<Record<DocumentState, string>> = {
    draft: "badge badge-warm",
    signed: "badge badge-good",
    amended: "badge badge-good",
    "entered-in-error": "badge badge-danger",
  };
  return h("span", { class: looks[state] }, documentStateWord(state));
}
