/** Renewing this device's keys in its channels: weekly, or after many entries of its own (R13). */

import type { ChannelId } from "../core/ids.ts";
import { rotate } from "../core/session/session.ts";
import type { Device } from "./device.ts";
import type { Moment } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

const WEEK_MS = 7 * 86_400_000;
const MOST_ENTRIES = 500;

/** When a device last renewed its keys in a channel, and how many entries it had written then. */
type Renewed = { readonly at: Moment; readonly counter: number };

/** Renew our keys in a channel if it is time; a wish that is lost comes up again by itself. */
export async function renewKeys(
  device: Device,
  store: Store,
  channel: ChannelId,
  now: Moment,
): Promise<void> {
  const state = device.turns.session.channels.get(channel);
  if (state?.phase !== "member" || state.pending !== null) return;
  const name = NAMES.renewed + channel;
  const data = await store.value(name);
  const place: Renewed = { at: now, counter: state.ownCounter };
  if (data === null) {
    await store.keep(new Map([[name, encodeValue(place)]]));
  } else if (isDue(decodeValue<Renewed>(data), place)) {
    const values = new Map([[name, place]]);
    await device.doIn(channel, async (session) => {
      return { ...(await rotate(session, channel, { now })), values };
    });
  }
}

/** Tell whether keys that were renewed then are to be renewed now. */
export function isDue(then: Renewed, now: Renewed): boolean {
  // A clock that was wrong once must not put renewing off until its day has come.
  return Math.abs(now.at - then.at) > WEEK_MS || now.counter - then.counter >= MOST_ENTRIES;
}
