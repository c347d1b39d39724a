/** The names that a statement's lines are read by: the pathway's acts, the children one knows. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { atOnce } from "../at_once.ts";
import { childName } from "../circle/naming.ts";
import { labelWord } from "../nomenclature.ts";
import type { ChildHeader, MyDay } from "../served.ts";
import { t } from "../words.ts";
import type { EarlyCare, StatementLine } from "./served.ts";
import { disciplineWord } from "./words.ts";

const SHORT = 6;

/** How lines call what was done. */
export function actsOf(care: EarlyCare): (line: StatementLine) => string {
  const known = new Map(care.visits.map((each) => [each.code, labelWord(each.label)] as const));
  return (line) => (line.work === "visit" ? (known.get(line.code) ?? line.code) : disciplineWord(care, line.code));
}

/** The children of one's own circles. */
export async function childrenOfMine(ronde: Ronde): Promise<readonly ChildHeader[]> {
  try {
    return (await atOnce<MyDay>(ronde, "/day")).value.circles.map(({ child }) => child);
  } catch {
    return [];
  }
}

/** How lines call whom it was done for; a child one does not know is told by its file. */
export function childrenNamed(children: readonly ChildHeader[]): (child: ChildId) => string {
  const names = new Map(children.map((each) => [each.id, childName(each)] as const));
  return (child) => names.get(child) ?? t("Dossier {file}", { file: child.slice(0, SHORT) });
}
