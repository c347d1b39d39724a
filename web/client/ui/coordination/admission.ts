/** Whether somebody may come into a circle now, and if not, what stands in the way. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { footingWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { t } from "../words.ts";
import type { Colleague } from "./served.ts";
import { accountWord } from "./words.ts";

export type Obstacle = { readonly words: string; readonly href: string };

/** What keeps somebody out of a circle, with the page that mends it; null for nothing. */
export function obstacleOf(colleague: Colleague, warrant: (by: ProfessionalId) => Colleague | null): Obstacle | null {
  const page = `/coordination/professionals/${colleague.id}`;
  if (colleague.account !== "active") return { words: accountWord(colleague.account), href: page };
  if (!colleague.attested) {
    return colleague.devices > 0
      ? { words: t("Identité à vérifier"), href: `/coordination/attest/${colleague.id}` }
      : { words: t("Pas encore d'appareil"), href: page };
  }
  const stranger = colleague.attested_by === null ? null : warrant(colleague.attested_by);
  if (stranger?.id === colleague.id) return { words: t("Identité à comparer"), href: `/coordination/attest/${colleague.id}` };
  if (stranger !== null) {
    const words = t("Identité vérifiée par {name}, avec qui vous n'avez pas encore comparé", { name: fullName(stranger) });
    return { words, href: `/coordination/attest/${stranger.id}` };
  }
  if (colleague.convention === null || colleague.convention === "active") return null;
  return { words: footingWord(colleague.convention), href: page };
}

/**
 * Name the coordinator on whose word somebody stands, if this device never saw her key.
 *
 * The server could have made up an attestation by anybody: only one by a key that was seen
 * in a circle, or compared, is believed.
 */
export function unknownWarrant(ronde: Ronde, colleagues: ReadonlyMap<ProfessionalId, Colleague>): (by: ProfessionalId) => Colleague | null {
  return (by) => (isKnown(ronde, by) ? null : (colleagues.get(by) ?? null));
}

/** Tell whether this device has a key of somebody's to check by. */
export function isKnown(ronde: Ronde, professional: ProfessionalId): boolean {
  return professional === ronde.me?.professional || ronde.knowsKey(professional);
}

/** Tell whether somebody's role has a seat in circles at all. */
export function hasSeat(colleague: Colleague): boolean {
  return colleague.role === "professional" || colleague.role === "coordinator";
}
