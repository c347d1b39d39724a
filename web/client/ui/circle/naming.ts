/** What a child is called, how old they are, what comes next for them: in a few words. */

import { ageOf, dayAndTime, localDay, shortDate } from "../dates.ts";
import { labelWord } from "../nomenclature.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";

/** A child's name as pages show it. */
export function childName(child: Pick<ChildHeader, "given_name" | "family_name">): string {
  return `${child.given_name} ${child.family_name}`.trim();
}

/** A child's age, and the corrected one as long as it counts. */
export function ageWords(child: ChildHeader): string {
  const age = ageOf(child.birth_date);
  const from = child.corrected_from;
  if (from === null || child.age_months >= child.corrected_until_months) return age;
  return new Date(from).getTime() > Date.now()
    ? t("{age}, avant terme", { age })
    : t("{age}, {corrected} en âge corrigé", { age, corrected: ageOf(from) });
}

/** What comes next for a child, in a few words; nothing if nothing is known, or they have left. */
export function nextWords(child: ChildHeader): string | null {
  if (child.stage === "exit") return null;
  const visit = child.next_visit;
  if (child.next_appointment !== null) {
    return t("Rendez-vous {when}", { when: dayAndTime(child.next_appointment.slot.start) });
  }
  if (visit === null || visit.window === null) return null;
  const what = labelWord(visit.label);
  const today = localDay();
  if (visit.window.due >= today) return t("{what} : vers le {day}", { what, day: shortDate(visit.window.due) });
  return visit.window.closes >= today
    ? t("{what} : à faire avant le {day}", { what, day: shortDate(visit.window.closes) })
    : t("{what} : était à faire avant le {day}", { what, day: shortDate(visit.window.closes) });
}
