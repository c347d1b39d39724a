/** Duties as lines among what waits: on a coordinator's day, and on the office's first page. */

import type { Ronde } from "../../shell/ronde.ts";
import { childName } from "../circle/naming.ts";
import type { ChildHeader, MyDay } from "../served.ts";
import { t } from "../words.ts";
import { pageOf } from "./duties.ts";
import type { Duty } from "./duty_served.ts";
import { isSaid, reasonWord, waitingWord, wishWord } from "./duty_words.ts";
import { needSection } from "./lines.ts";

const DUTIES = "/coordination/duties";
const FEW = 6;

/** Those of one's own circles; nothing where there are none. */
export function dutiesOfDay({ duties = [], circles }: MyDay): HTMLElement | null {
  const children = new Map(circles.map(({ child }) => [child.id, child] as const));
  return section(duties.flatMap((duty) => {
    const child = children.get(duty.child);
    return child === undefined ? [] : [{ duty, child }];
  }));
}

/** The first of the whole office's; nothing where the pathway asks nothing. */
export async function dutiesOfOffice(ronde: Ronde): Promise<HTMLElement | null> {
  const { items } = await pageOf(ronde, "", FEW + 1);
  const read = async (duty: Duty): Promise<Told> => ({ duty, child: (await ronde.api.read<ChildHeader>(`/children/${duty.child}/header`)).value });
  return section(await Promise.all(items.map(read)));
}

type Told = { readonly duty: Pick<Duty, "reason" | "since" | "wish">; readonly child: ChildHeader };

function section(told: readonly Told[]): HTMLElement | null {
  return needSection({
    title: t("Démarches du parcours"),
    all: DUTIES,
    // What a family asked for comes first: it waits by the telephone.
    lines: [...told].sort((one, other) => Number(isSaid(other.duty.reason)) - Number(isSaid(one.duty.reason))).map(({ duty, child }) => ({
      href: DUTIES,
      lead: "flag",
      title: childName(child),
      note: [reasonWord(duty.reason), wishWord(duty), waitingWord(duty)].filter((each) => each !== "").join(" · "),
    })),
  });
}
