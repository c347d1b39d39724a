/** The first duties of the office as lines among what waits: on the day, and on the office's first page. */

import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/frame.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";
import { findingWord } from "./board_words.ts";
import { pageOf } from "./duties.ts";
import { waitingWord } from "./duty_words.ts";
import { needSection } from "./lines.ts";

const DUTIES = "/coordination/duties";
const FEW = 5;

/** Draw them; nothing where the pathway asks nothing. */
export async function dutySection(ronde: Ronde): Promise<HTMLElement | null> {
  const { items } = await pageOf(ronde, "", FEW + 1);
  const children = await Promise.all(items.map(async ({ child }) => (await ronde.api.read<ChildHeader>(`/children/${child}/header`)).value));
  return needSection({
    title: t("Démarches du parcours"),
    all: DUTIES,
    lines: items.map((duty, at) => {
      const child = children[at];
      const note = [findingWord(duty.reason), waitingWord(duty)].filter((each) => each !== "").join(" · ");
      return { href: DUTIES, lead: "flag", title: child === undefined ? "" : childName(child), note };
    }),
  });
}
