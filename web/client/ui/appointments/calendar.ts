/** What an appointment may be for: the pathway's visits with a child's days, and its cares. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import type { PathwayForm } from "../documents/served.ts";
import { labelWord } from "../nomenclature.ts";
import type { Label } from "../served.ts";
import type { AppointmentView, CalendarView, DaysForm } from "./served.ts";

type Parameters = Readonly<Record<string, { readonly value: unknown }>>;

/** Fetch what a child's appointments may be for. */
export async function calendarOf(ronde: Ronde, child: ChildId): Promise<CalendarView> {
  const [{ value: pathway }, { value: days }, { value: care }] = await Promise.all([
    ronde.api.read<PathwayForm & { readonly parameters: Parameters }>("/pathway"),
    ronde.api.read<DaysForm>(`/children/${child}/calendar`),
    ronde.api.read<{ readonly disciplines: readonly { readonly code: string; readonly label: Label }[] }>("/pathway/early_care"),
  ]);
  const windows = new Map(days.visits.map((each) => [each.visit, each.window] as const));
  return {
    cares: care.disciplines,
    opensDays: Number(pathway.parameters["booking_opens_days"]?.value ?? 0),
    visits: pathway.visits.map(({ code, label, form }) => {
      const fillers = form === null ? [] : (pathway.forms[form]?.fillers ?? []);
      return { code, label, form, fillers, window: windows.get(code) ?? null };
    }),
  };
}

/** Say what an appointment is for, as people call it; null for one that is for nothing of these. */
export function purposeOf(calendar: CalendarView, { visit, care }: Pick<AppointmentView, "visit" | "care">): string | null {
  const found = [...calendar.visits, ...calendar.cares].find(({ code }) => code === (visit ?? care));
  return found === undefined ? (visit ?? care) : labelWord(found.label);
}
