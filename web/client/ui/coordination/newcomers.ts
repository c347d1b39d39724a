/** Who is in a circle by word of its coordinator, and whose device is not yet in its discussion. */

import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { CircleView, Conversation, Ronde } from "../../shell/ronde.ts";
import type { Colleague } from "./served.ts";

export type Waiting = { readonly circle: CircleId; readonly professional: ProfessionalId };

/** Members without a device in some discussion of the circle. */
function outsideOf(view: CircleView, conversations: readonly Conversation[]): readonly ProfessionalId[] {
  return [...view.roster.active.keys()].filter((professional) =>
    conversations.some((each) => !each.members.some((member) => member.professional === professional)),
  );
}

/** Those of all circles whom we could bring in now, because they have a device. */
export async function newcomersIn(ronde: Ronde, colleagues: readonly Colleague[], signal: AbortSignal): Promise<readonly Waiting[]> {
  const me = ronde.me?.professional;
  const ready = new Set(colleagues.filter((each) => each.devices > 0 && each.attested).map((each) => each.id));
  const found: Waiting[] = [];
  for (const view of ronde.circles) {
    if (signal.aborted) break;
    if (me === undefined || !view.roster.coordinators.has(me)) continue;
    const conversations = await Promise.all(view.channels.map((each) => ronde.conversation(each)));
    const ours = conversations.filter((each) => each.phase === "member");
    const outside = outsideOf(view, ours).filter((each) => ready.has(each));
    found.push(...outside.map((professional) => ({ circle: view.id, professional })));
  }
  return found;
}
