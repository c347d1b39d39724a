/** Entering a new epoch: its key into the keychain, its members noted, newcomers served. */

import type { Moment } from "../canonical.ts";
import { contentKey } from "../entry.ts";
import { EpochKey, Past, seal, split, Tenure } from "../history.ts";
import type { DeviceCertificate } from "../identity.ts";
import { certificateOf } from "../identity.ts";
import type { DeviceId, EntryId } from "../ids.ts";
import { newId } from "../ids.ts";
import type { Roster } from "../membership.ts";
import { encode } from "../mls/codec.ts";
import type { Group } from "../mls/group.ts";
import { BadKey, equal } from "../mls/suite.ts";
import { GroupAtRest } from "./at_rest.ts";
import type { MembersChanged } from "./effects.ts";
import type { Item } from "./log.ts";
import { Awaiting } from "./memory.ts";
import type { Pending } from "./outgoing.ts";
import { Outgoing, Wanted } from "./outgoing.ts";
import { certificateIn } from "./packages.ts";
import type { ChannelState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import { circleOf, kept } from "./step.ts";

type Entrance = {
  readonly roster: Roster;
  readonly newcomers?: readonly DeviceCertificate[];
};

/**
 * Go into the epoch that a creation or commit began, and give newcomers their past.
 *
 * The one who committed gives; after a joining from outside, the member at the lowest
 * leaf does. `newcomers` need not be named for a commit of our own.
 */
export async function adopt(
  session: Session,
  channel: ChannelState,
  group: Group,
  item: Item,
  { roster, newcomers = [] }: Entrance,
): Promise<Step> {
  const ours = channel.pending?.id === item.id;
  const { checks } = circleOf(session, channel.circle);
  let entered = enteredBy(channel, group, item.at, ours).with({ checked: checks, blocked: 0 });
  const { added, removed } = difference(channel.members, entered.members);
  const changed: MembersChanged = {
    kind: "members_changed",
    channel: channel.id,
    seq: item.seq,
    epoch: entered.epoch,
    by: item.sender,
    added: added.map((tenure) => tenure.member()),
    removed: removed.map((tenure) => tenure.member()),
  };
  const come = ours ? added.map((tenure) => tenure.certificate) : newcomers;
  if (channel.group !== null) {
    entered = await served(session, entered, come, { committer: item.sender, roster });
  }
  return kept(session, entered, changed);
}

/**
 * Put the past that the circle's policy grants a device into the outbox (R9).
 *
 * What we lack ourselves we owe, and pass on when somebody gives it to us.
 */
export async function give(
  session: Session,
  channel: ChannelState,
  recipient: DeviceCertificate,
  { roster }: { roster: Roster },
): Promise<ChannelState> {
  const pasts = [ownPast(channel), ...channel.given];
  const given = await givePasts(session, channel, recipient, { pasts, roster });
  if (isComplete(given) || given.debts.includes(recipient.device)) {
    return given;
  }
  return given.with({ debts: [...given.debts, recipient.device] });
}

/** Put what a device may have of some pasts into the outbox. */
export async function givePasts(
  session: Session,
  channel: ChannelState,
  recipient: DeviceCertificate,
  { pasts, roster }: { pasts: readonly Past[]; roster: Roster },
): Promise<ChannelState> {
  if (!roster.active.has(recipient.professional) || recipient.device === session.device.id) {
    return channel;
  }
  const pieces = pasts.flatMap((past) => piecesFor(recipient, past, roster));
  const complete = isComplete(channel);
  const bundles = await sealed(session, channel, recipient, { pieces, complete });
  if (bundles === null) {
    return channel;
  }
  const items = bundles.map(
    (body) => new Outgoing({ id: newId() as EntryId, kind: "history", body }),
  );
  const paid = complete ? recipient.device : null;
  const debts = channel.debts.filter((device) => device !== paid);
  return channel.with({ outbox: [...channel.outbox, ...items], debts });
}

/** Return the leaves that devices hold now; those who hold none are left out. */
export function leavesOf(channel: ChannelState, devices: readonly DeviceId[]): readonly number[] {
  const wanted = channel.members.filter((one) => devices.includes(one.certificate.device));
  return wanted.map((tenure) => tenure.leaf);
}

type Pieces = { readonly pieces: readonly Past[]; readonly complete: boolean };

async function sealed(
  session: Session,
  { id }: ChannelState,
  recipient: DeviceCertificate,
  { pieces, complete }: Pieces,
): Promise<readonly Uint8Array[] | null> {
  const bundles: Uint8Array[] = [];
  const sealing = { channel: id, recipient, giver: session.device };
  try {
    for (const piece of pieces) {
      const last = complete && bundles.length + 1 === pieces.length;
      bundles.push((await seal(piece, { ...sealing, last })).encode());
    }
  } catch (error) {
    if (error instanceof BadKey) {
      // Whoever certifies a key that nothing can be sealed to only harms itself.
      return null;
    }
    throw error;
  }
  return bundles;
}

function enteredBy(
  channel: ChannelState,
  group: Group,
  began: Moment,
  ours: boolean,
): ChannelState {
  const entered = channel.with({
    phase: "member",
    group: GroupAtRest.of(group),
    pending: stillToCome(channel, group, ours),
    attempt: ours ? 0 : channel.attempt,
    newest: Number(group.epoch),
    epochs: [...channel.epochs, epochKey(channel, group, began)],
    tenures: tenuresIn(channel, group),
  });
  const wanted = left(entered, ours);
  if (channel.unread.length === 0 || (channel.group !== null && !channel.behind)) {
    return entered.with({ wanted });
  }
  // What was said while we were away is read late: it goes on from what we had read,
  // and what comes from now on begins anew until both meet.
  const past = new Map([...channel.past, ...channel.authors]);
  return entered.with({ wanted, past, authors: new Map() });
}

/** Keep a commit of ours that begins a later epoch: the log may have taken it already. */
function stillToCome(channel: ChannelState, group: Group, ours: boolean): Pending | null {
  const { pending } = channel;
  return ours || pending === null || pending.epoch < Number(group.epoch) ? null : pending;
}

function epochKey(channel: ChannelState, group: Group, began: Moment): EpochKey {
  const epoch = Number(group.epoch);
  const exporter = group.export.bind(group);
  return new EpochKey({ epoch, key: contentKey(exporter, channel.id, epoch), began });
}

function tenuresIn(channel: ChannelState, group: Group): readonly Tenure[] {
  const epoch = Number(group.epoch);
  const present = new Map(
    group.members.map((member) => [member.leaf, certificateOf(member.identity)]),
  );
  const last = Math.max(0, channel.furthest);
  const tenures = channel.tenures.map((tenure) => {
    const now = present.get(tenure.leaf);
    if (tenure.last !== null) {
      return tenure;
    }
    if (last + 1 === epoch && now !== undefined && isSame(now, tenure.certificate)) {
      present.delete(tenure.leaf);
      return tenure;
    }
    return new Tenure({ ...tenure, last });
  });
  const fresh = [...present].toSorted(([one], [other]) => one - other);
  return [
    ...tenures,
    ...fresh.map(
      ([leaf, certificate]) => new Tenure({ leaf, first: epoch, last: null, certificate }),
    ),
  ];
}

function isSame(one: DeviceCertificate, other: DeviceCertificate): boolean {
  return equal(encode(one), encode(other));
}

function difference(
  before: readonly Tenure[],
  after: readonly Tenure[],
): { readonly added: readonly Tenure[]; readonly removed: readonly Tenure[] } {
  const place = (one: Tenure): string => `${one.leaf} ${one.certificate.device}`;
  const [were, are] = [new Set(before.map(place)), new Set(after.map(place))];
  return {
    added: after.filter((one) => !were.has(place(one))),
    removed: before.filter((one) => !are.has(place(one))),
  };
}

function left(channel: ChannelState, rotated: boolean): Wanted {
  const present = devicesIn(channel);
  const { adds, removes, rotate } = channel.wanted;
  return new Wanted({
    adds: adds.filter((one) => !present.has(certificateIn(one).device)),
    removes: removes.filter((device) => present.has(device)),
    rotate: rotate && !rotated,
  });
}

function devicesIn(channel: ChannelState): ReadonlySet<DeviceId> {
  return new Set(channel.members.map((tenure) => tenure.certificate.device));
}

function ownPast(channel: ChannelState): Past {
  const epochs = channel.epochs.filter((known) => known.epoch < channel.newest);
  return new Past({ epochs, tenures: channel.tenures });
}

function piecesFor(recipient: DeviceCertificate, past: Past, roster: Roster): readonly Past[] {
  const who = recipient.professional;
  const { history } = roster.seat(who);
  // A second device, or one that lost the thread, gets what its professional has seen.
  const own = past.tenures.filter((tenure) => tenure.certificate.professional === who);
  const granted = past.epochs.filter(
    (known) => history.covers(known.began) || own.some((tenure) => tenure.spans(known.epoch)),
  );
  return split(granted, past.tenures);
}

function isComplete(channel: ChannelState): boolean {
  const epochs = [...channel.epochs, ...channel.given.flatMap((past) => past.epochs)];
  return new Set(epochs.map((known) => known.epoch)).size > channel.newest;
}

/** Note who gives the past to whom, and give where it is our turn. */
async function served(
  session: Session,
  channel: ChannelState,
  newcomers: readonly DeviceCertificate[],
  { committer, roster }: { committer: DeviceId; roster: Roster },
): Promise<ChannelState> {
  const present = new Map(channel.members.map((one) => [one.certificate.device, one.certificate]));
  const fresh = new Set(newcomers.map((certificate) => certificate.device));
  const settled: Awaiting[] = [];
  let serving = channel;
  for (const one of waiting(channel, fresh, committer)) {
    const recipient = present.get(one.recipient);
    if (recipient === undefined) {
      continue;
    }
    const stays = present.has(one.giver) && one.giver !== one.recipient;
    const giver = stays ? one.giver : nextGiver(channel, one);
    if (giver === session.device.id && (giver !== one.giver || fresh.has(one.recipient))) {
      serving = await give(session, serving, recipient, { roster });
    }
    settled.push(new Awaiting({ ...one, giver }));
  }
  return serving.with({ awaiting: settled });
}

function waiting(
  channel: ChannelState,
  fresh: ReadonlySet<DeviceId>,
  committer: DeviceId,
): readonly Awaiting[] {
  const since = channel.newest;
  const still = channel.awaiting.filter((one) => !fresh.has(one.recipient));
  const begun = [...fresh].map((recipient) => {
    const giver = fresh.has(committer) ? recipient : committer;
    return new Awaiting({ recipient, giver, since });
  });
  return [...still, ...begun];
}

function nextGiver(channel: ChannelState, awaiting: Awaiting): DeviceId {
  // Only who was there when the newcomer came knows that it waits.
  const others = channel.members.filter(
    (tenure) => tenure.first < awaiting.since && tenure.certificate.device !== awaiting.recipient,
  );
  const [first] = others.toSorted((one, other) => one.leaf - other.leaf);
  return first?.certificate.device ?? awaiting.recipient;
}
