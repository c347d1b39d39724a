/** Units of measures. */

import { t } from "../words.ts";

/** UCUM's codes as people write them. */
export function unitWord(unit: string): string {
  const words: Readonly<Record<string, string>> = { wk: t("semaines"), mo: t("mois"), a: t("ans"), d: t("jours"), "{score}": t("points") };
  return words[unit] ?? unit;
}
