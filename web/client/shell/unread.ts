/** How many things said by others lie behind our read mark: what the stream shows, no more. */

import type { ProfessionalId } from "../core/ids.ts";
import type { ChannelState, Session } from "../core/session/state.ts";
import { openRecords, records } from "./opening.ts";
import type { ShownEntry } from "./ronde.ts";
import type { Store } from "./store.ts";

/** Nobody reads a larger number. */
const MOST = 99;
const STEP = 100;
/** What changes an entry that is already there, and adds none. */
const TOUCHES: ReadonlySet<string> = new Set(["edit", "deletion", "reaction"]);

/** Count up to `MOST` things said behind a place, our own aside. */
export async function countUnread(
  store: Store,
  session: Session,
  state: ChannelState,
  read: number,
): Promise<number> {
  const me = session.device.professional;
  let count = 0;
  for (let from = read + 1; from <= state.cursor && count < MOST; from += STEP) {
    const upto = Math.min(state.cursor, from + STEP - 1);
    const held = await records(store, state.id, from, upto);
    count += (await openRecords(state, held)).filter((shown) => isSaid(shown, me)).length;
  }
  return Math.min(count, MOST);
}

function isSaid({ author, inside }: ShownEntry, me: ProfessionalId): boolean {
  if (author?.professional === me || inside.kind === "members") return false;
  return inside.kind !== "content" || !TOUCHES.has(inside.content.kind);
}
