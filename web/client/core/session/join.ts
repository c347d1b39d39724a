/** Coming into a channel: by beginning it, by a Welcome that `receive` finds, or from outside. */

import type { Moment } from "../canonical.ts";
import { BadCertificate, certificateOf } from "../identity.ts";
import type { ChannelId, CircleId, DeviceId, EntryId } from "../ids.ts";
import { newId } from "../ids.ts";
import { utf8 } from "../mls/codec.ts";
import { equal } from "../mls/suite.ts";
import { allowJoining, isActive, NotAllowed } from "../policy.ts";
import { GroupAtRest } from "./at_rest.ts";
import type { Item } from "./log.ts";
import { Pending } from "./outgoing.ts";
import { pendingStep } from "./send.ts";
import type { Session } from "./state.ts";
import { ChannelState } from "./state.ts";
import type { Step } from "./step.ts";
import { channelOf, circleOf } from "./step.ts";

type At = { readonly now: Moment };

/**
 * Take note of a channel; `receive` then finds the Welcome that is for us.
 *
 * @throws UnknownCircle `trust` never saw the circle's chain.
 */
export function watch(session: Session, channel: ChannelId, circle: CircleId): Session {
  circleOf(session, circle);
  if (session.channels.has(channel)) {
    return session;
  }
  return session.keep(new ChannelState({ id: channel, circle }));
}

/**
 * Begin a channel's group with this device alone in it.
 *
 * @throws UnknownCircle `trust` never saw the circle's chain.
 * @throws NotAllowed We are not on the circle's roster.
 */
export async function openChannel(
  session: Session,
  channel: ChannelId,
  circle: CircleId,
  { now }: At,
): Promise<Step> {
  const { roster } = circleOf(session, circle);
  if (!(await isActive(roster, session.device.certificate))) {
    throw new NotAllowed("ghost");
  }
  const { Bundle, Group, makePackage } = await import("./changing.ts");
  const watching = watch(session, channel, circle);
  const group = Group.create(utf8(channel), await makePackage(session.device, { now }));
  const body = new Bundle({ groupInfo: await group.groupInfo() }).encode();
  const place = { id: newId() as EntryId, kind: "create", epoch: 0 } as const;
  const pending = new Pending({ ...place, body, group: GroupAtRest.of(group) });
  return pendingStep(watching, channelOf(watching, channel), pending);
}

/**
 * Come into a channel from outside, by its newest creation or commit: R10, R11.
 *
 * Takes the place of this device's own old leaf; where it has none, that of `replaces`, a
 * lost device of the same professional. Somebody may have added us in the meantime.
 *
 * @throws UnknownChannel `watch` comes first.
 * @throws BadBundle The item holds no bundle.
 * @throws Refused The group it shows is not one we may join: a ghost in it, say, or an
 * epoch that we have been in already.
 */
export async function rejoin(
  session: Session,
  channel: ChannelId,
  newest: Item,
  { now, replaces = null }: At & { readonly replaces?: DeviceId | null },
): Promise<Step> {
  const state = channelOf(session, channel);
  const allow = allowJoining(circleOf(session, state.circle).roster);
  const { Bundle, Group, makePackage } = await import("./changing.ts");
  const info = Bundle.decode(newest.body).groupInfo;
  const old = await leafOf(info, session.device.id, replaces);
  const own = await makePackage(session.device, { now });
  const { commit, group } = await Group.external(info, own, old, allow, now);
  const epoch = Number(group.epoch) - 1;
  if (!equal(group.groupId, utf8(channel)) || epoch + 1 <= state.furthest) {
    throw new NotAllowed("external");
  }
  const body = new Bundle({ commit, groupInfo: await group.groupInfo() }).encode();
  const place = { id: newId() as EntryId, kind: "commit", epoch } as const;
  const pending = new Pending({ ...place, body, group: GroupAtRest.of(group) });
  return pendingStep(session, state, pending);
}

async function leafOf(
  groupInfo: Uint8Array,
  own: DeviceId,
  lost: DeviceId | null,
): Promise<number | null> {
  const { readTree, unpackGroupInfo } = await import("./changing.ts");
  const tree = unpackGroupInfo(groupInfo).treeBytes();
  if (tree === null) {
    return null;
  }
  const leaves = new Map(
    [...readTree(tree).members()].map(([at, node]) => [deviceIn(node.credential.identity), at]),
  );
  return leaves.get(own) ?? (lost === null ? null : (leaves.get(lost) ?? null));
}

function deviceIn(identity: Uint8Array): DeviceId {
  try {
    return certificateOf(identity).device;
  } catch (error) {
    throw error instanceof BadCertificate ? new NotAllowed("ghost") : error;
  }
}
