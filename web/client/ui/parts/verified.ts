/** Whose safety number one has compared; a number that changes is no longer compared. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";

const KEPT = "verified-numbers";
type Kept = Readonly<Record<string, string>>;

/** The colleagues whose number, as it is now, was compared on this device. */
export async function verifiedColleagues(ronde: Ronde): Promise<ReadonlySet<ProfessionalId>> {
  const kept = (await ronde.draft<Kept>(KEPT)) ?? {};
  const ids = Object.keys(kept) as ProfessionalId[];
  const numbers = await Promise.all(ids.map(async (id) => await ronde.safetyNumber(id)));
  return new Set(ids.filter((id, at) => numbers[at] === kept[id] && ronde.changedKey(id) === null));
}

/** Remember that two people compared their number, or that they take it back. */
export async function markVerified(ronde: Ronde, professional: ProfessionalId, verified: boolean): Promise<void> {
  const kept = (await ronde.draft<Kept>(KEPT)) ?? {};
  const { [professional]: _, ...rest } = kept;
  const number = await ronde.safetyNumber(professional);
  await ronde.saveDraft(KEPT, verified && number !== null ? { ...rest, [professional]: number } : rest);
}
