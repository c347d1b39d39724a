/** How many entries of others lie behind our read mark: counted, not opened. */

import type { ChannelState, Session } from "../core/session/state.ts";
import { records } from "./opening.ts";
import type { Store } from "./store.ts";

/** Nobody reads a larger number. */
const MOST = 99;
const STEP = 200;

/** Count up to `MOST` entries behind a place, our own device's aside. */
export async function countUnread(
  store: Store,
  session: Session,
  state: ChannelState,
  read: number,
): Promise<number> {
  let count = 0;
  for (let from = read + 1; from <= state.cursor && count < MOST; from += STEP) {
    const upto = Math.min(state.cursor, from + STEP - 1);
    const held = await records(store, state.id, from, upto);
    count += held.filter(
      ({ item, findings }) =>
        item.kind === "entry" &&
        item.sender !== session.device.id &&
        findings.notice !== "replayed",
    ).length;
  }
  return Math.min(count, MOST);
}
