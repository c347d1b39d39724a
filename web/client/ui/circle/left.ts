/** What is said of a child who has left: the day and the reason, as far as they are for the reader. */

import type { Ronde } from "../../shell/ronde.ts";
import { dateOf } from "../dates.ts";
import type { DeparturesView } from "../departure/served.ts";
import { exitWord } from "../departure/words.ts";
import { pathwayOf } from "../documents/pathway.ts";
import type { ChildHeader, Stamp } from "../served.ts";
import { t } from "../words.ts";

/** Say when and why a child left; else when its circle was closed, null if nobody knows. */
export async function leftWords(ronde: Ronde, child: ChildHeader, closedAt: Stamp | null): Promise<string | null> {
  const [{ value: told }, pathway] = await Promise.all([ronde.api.read<DeparturesView>(`/children/${child.id}/departures`), pathwayOf(ronde)]);
  const standing = told.items.find(({ stands }) => stands);
  if (standing === undefined) return closedAt === null ? null : t("Cercle fermé le {day}", { day: dateOf(closedAt) });
  const day = dateOf(standing.on);
  if (standing.reason === "") return t("A quitté le parcours le {day}", { day });
  return t("A quitté le parcours le {day} : {why}", { day, why: exitWord(pathway.exits, standing.reason) });
}
