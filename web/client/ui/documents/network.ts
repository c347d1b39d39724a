/** The network's professionals, for a child who has no circle yet: only the office may look them up. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { colleagueLine, colleagueOf, colleaguesOf } from "../coordination/people.ts";
import { fullName } from "../parts/avatar.ts";

const PATIENCE_MS = 30_000;

type Named = { readonly id: string; readonly name: string };

/** Everybody who may be named, by family name; nobody where the list does not come. */
export async function networkOf(ronde: Ronde): Promise<readonly Named[]> {
  try {
    const all = await colleaguesOf(ronde, AbortSignal.timeout(PATIENCE_MS));
    const open = all.filter((each) => each.account !== "closed");
    const sorted = open.sort((one, other) => one.family_name.localeCompare(other.family_name, "fr"));
    return sorted.map((each) => ({ id: each.id, name: colleagueLine(each) }));
  } catch {
    return [];
  }
}

/** The names of some, by their ids; who cannot be found is left out. */
export async function namedInNetwork(ronde: Ronde, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(ids.map(async (id) => await colleagueOf(ronde, id as ProfessionalId).catch(() => null)));
  return new Map(found.flatMap((each) => (each === null ? [] : [[each.id, fullName(each)] as const])));
}
