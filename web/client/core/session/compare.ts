/** Finding out whether all see the same group and the same people: R3 and R11. */

import type { ChannelId, ProfessionalId } from "../ids.ts";
import { equal } from "../mls/suite.ts";
import { circleCode, safetyNumber } from "../safety.ts";
import type { GroupAtRest } from "./at_rest.ts";
import { safetyWarning } from "./effects.ts";
import type { Session } from "./state.ts";
import type { Step } from "./step.ts";
import { joined, NotInChannel, stepTo } from "./step.ts";

/** No identity key of a professional was ever seen. */
export class NeverSeen extends Error {}

/** Where a device stands in a channel, for others to compare: R11. Not secret. */
export type Report = {
  readonly channel: ChannelId;
  readonly epoch: number;
  readonly transcript: Uint8Array;
};

/** Say where this device stands in a channel; throws NotInChannel: nowhere. */
export function report(session: Session, channel: ChannelId): Report {
  const group = groupIn(session, channel);
  return { channel, epoch: Number(group.epoch), transcript: group.confirmedTranscriptHash };
}

/**
 * Compare another device's report with our own place; reports of other epochs say nothing.
 *
 * @throws NotInChannel We have no place to compare.
 */
export function compare(session: Session, theirs: Report): Step {
  const { channel } = theirs;
  const ours = report(session, channel);
  if (ours.epoch !== theirs.epoch || equal(ours.transcript, theirs.transcript)) {
    return stepTo(session);
  }
  return stepTo(session, safetyWarning("group_forked", { channel }), { kind: "rejoin", channel });
}

/** Return the 30 digits that all members of a channel see alike (R3); throws NotInChannel. */
export function codeOf(session: Session, channel: ChannelId): string {
  return circleCode(groupIn(session, channel).authenticator);
}

/**
 * Return the 60 digits to compare with another professional: R3.
 *
 * @throws NeverSeen No identity key of theirs was ever seen.
 */
export async function numberWith(
  session: Session,
  professional: ProfessionalId,
): Promise<string> {
  const me = session.device.professional;
  const [mine, theirs] = [session.pins.keys.get(me), session.pins.keys.get(professional)];
  if (mine === undefined || theirs === undefined) {
    throw new NeverSeen();
  }
  return safetyNumber([me, mine], [professional, theirs]);
}

function groupIn(session: Session, channel: ChannelId): GroupAtRest {
  const { group } = joined(session, channel);
  if (group === null) {
    throw new NotInChannel();
  }
  return group;
}
