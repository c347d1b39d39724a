/**
 * Who came into a discussion and who left it, as people and not as their devices.
 *
 * A second device is nobody new, one that goes while another stays is nobody gone; and
 * whoever comes in themselves finds the others there, who did not come with them.
 */

import type { ChannelId, DeviceId, ProfessionalId } from "../core/ids.ts";
import type { MembersChanged } from "../core/session/effects.ts";
import type { Session } from "../core/session/state.ts";

export type Turnover = {
  readonly added: readonly ProfessionalId[];
  readonly removed: readonly ProfessionalId[];
};

type Devices = ReadonlyMap<DeviceId, ProfessionalId>;

/** Tell the turnover of each change, in the order in which a step found them. */
export function turnovers(
  before: Session | null,
  ours: DeviceId,
  changes: readonly MembersChanged[],
): ReadonlyMap<MembersChanged, Turnover> {
  const inside = new Map<ChannelId, Devices>();
  const told = new Map<MembersChanged, Turnover>();
  for (const change of changes) {
    const was = inside.get(change.channel) ?? devicesIn(before, change.channel);
    const is = after(was, change);
    inside.set(change.channel, is);
    told.set(change, turnover(was, is, change, ours));
  }
  return told;
}

function devicesIn(session: Session | null, channel: ChannelId): Devices {
  const members = session?.channels.get(channel)?.members ?? [];
  return new Map(members.map(({ certificate }) => [certificate.device, certificate.professional]));
}

function after(was: Devices, change: MembersChanged): Devices {
  const is = new Map(was);
  for (const { device } of change.removed) is.delete(device);
  for (const { device, professional } of change.added) is.set(device, professional);
  return is;
}

function turnover(was: Devices, is: Devices, change: MembersChanged, ours: DeviceId): Turnover {
  const people = { was: new Set(was.values()), is: new Set(is.values()) };
  const added = [...people.is].filter((one) => !people.was.has(one));
  const removed = [...people.was].filter((one) => !people.is.has(one));
  const me = change.added.find(({ device }) => device === ours)?.professional;
  if (me === undefined) return { added, removed };
  return { added: change.by === ours ? [] : added.filter((one) => one === me), removed: [] };
}
