/** What « Ma journée » learns once it is drawn: the meetings one is called to, how drafts are called. */

import type { Ronde } from "../../shell/ronde.ts";
import { beginsAt } from "../appointments/served.ts";
import { childName } from "../circle/naming.ts";
import { dayAndTime } from "../dates.ts";
import { pathwayOf } from "../documents/pathway.ts";
import type { MeetingView } from "../meetings/served.ts";
import { labelWord } from "../nomenclature.ts";
import type { Listing, MyDay } from "../served.ts";
import { t } from "../words.ts";
import { row, section } from "./rows.ts";

const MINUTE_MS = 60_000;
/** How long a meeting lasts that nobody gave a length. */
const USUAL_MINUTES = 60;

/** Draw the meetings that are to come or going on; null where there are none. */
export async function meetingsToCome(ronde: Ronde, day: MyDay): Promise<HTMLElement | null> {
  const { value } = await ronde.api.read<Listing<MeetingView>>("/meetings/mine");
  const coming = value.items.filter((each) => each.state === "called" && endsAt(each) > Date.now());
  if (coming.length === 0) return null;
  const rows = coming.map((each) => {
    const child = day.circles.find(({ id }) => id === each.circle)?.child;
    const place = each.place === "" && each.link !== "" ? t("en visioconférence") : each.place;
    return row({
      href: `/circles/${each.circle}/meetings`,
      drawing: "people",
      title: child === undefined ? t("Un cercle") : childName(child),
      note: [dayAndTime(each.starts_at), place].filter(Boolean).join(" · "),
      end: [],
    });
  });
  return section(t("Réunions à venir"), rows);
}

/** Name the forms of drafts, by their codes. */
export async function draftNames(ronde: Ronde): Promise<ReadonlyMap<string, string>> {
  const { forms } = await pathwayOf(ronde);
  return new Map(Object.values(forms).flatMap((form) => [form.code, ...form.formerly].map((code) => [code, labelWord(form.label)] as const)));
}

function endsAt({ starts_at: start, zone, minutes }: MeetingView): number {
  const length = minutes ?? USUAL_MINUTES;
  return beginsAt({ start, zone, duration_minutes: length, place_label: "" }) + length * MINUTE_MS;
}
