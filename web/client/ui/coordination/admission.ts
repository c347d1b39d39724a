/** Whether somebody may come into a circle now, and if not, what stands in the way. Pure. */

import { footingWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import type { Colleague } from "./served.ts";
import { accountWord } from "./words.ts";

export type Obstacle = { readonly words: string; readonly href: string };

/** What keeps somebody out of a circle, with the page that mends it; null for nothing. */
export function obstacleOf(colleague: Colleague): Obstacle | null {
  const page = `/coordination/professionals/${colleague.id}`;
  if (colleague.account !== "active") return { words: accountWord(colleague.account), href: page };
  if (!colleague.attested) {
    return colleague.devices > 0
      ? { words: t("Identité à vérifier"), href: `/coordination/attest/${colleague.id}` }
      : { words: t("Pas encore d'appareil"), href: page };
  }
  if (colleague.convention === null || colleague.convention === "active") return null;
  return { words: footingWord(colleague.convention), href: page };
}

/** Tell whether somebody's role has a seat in circles at all. */
export function hasSeat(colleague: Colleague): boolean {
  return colleague.role === "professional" || colleague.role === "coordinator";
}
