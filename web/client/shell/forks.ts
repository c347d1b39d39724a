/**
 * Where devices stand in two groups: what we say waits until they agree again (R11).
 *
 * A fork is of one epoch. It is over when those who disagreed report what we have, or when
 * the group goes on, by our coming in anew or by anybody's commit: of the epoch that begins
 * then nobody has said anything yet. Changes of the group never wait: they are the way out.
 */

import type { ChannelId, DeviceId } from "../core/ids.ts";
import type { ChannelState } from "../core/session/state.ts";
import type { Moment } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue } from "./values.ts";

/** The devices that reported another group than ours, of which epoch, and when we last came in anew. */
export type Fork = {
  readonly epoch: number;
  readonly devices: readonly DeviceId[];
  readonly anew: Moment | null;
};

/** Read what is kept of a channel's fork, whichever tab wrote it; null if there is none. */
export async function forkIn(store: Store, channel: ChannelId): Promise<Fork | null> {
  const data = await store.value(NAMES.fork + channel);
  return data === null ? null : decodeValue<Fork>(data);
}

/** Tell whether a fork stands unresolved: nothing is said in such a channel. */
export function stands(fork: Fork | null, { epoch }: Pick<ChannelState, "epoch">): boolean {
  return fork !== null && fork.devices.length > 0 && fork.epoch === epoch;
}
