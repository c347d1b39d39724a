/**
 * Taking in a commit: following it, joining or leaving by it, or refusing it.
 *
 * A refused commit leaves the group as it was. That the log took it all the same is
 * remembered: perhaps the others went on without us.
 */

import { BadBundle, Bundle } from "../bundle.ts";
import { Tenure } from "../history.ts";
import { BadCertificate, certificateOf } from "../identity.ts";
import { utf8 } from "../mls/codec.ts";
import { Group } from "../mls/group.ts";
import { unpackGroupInfo } from "../mls/message.ts";
import { RemovedFromGroup } from "../mls/processing.ts";
import type { Allow, Change } from "../mls/public_state.ts";
import { Refused } from "../mls/refused.ts";
import { equal } from "../mls/suite.ts";
import { allowCommit, allowJoining, NotAllowed } from "../policy.ts";
import { adopt } from "./adopt.ts";
import type { Effect, MembersChanged, SafetyWarning } from "./effects.ts";
import { safetyWarning } from "./effects.ts";
import type { Item } from "./log.ts";
import { Wanted } from "./outgoing.ts";
import { packageFor, spent } from "./packages.ts";
import type { ChannelState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import { catchUp, circleOf, fetchChain, kept, lost } from "./step.ts";

type Refusal = Refused | BadBundle | BadCertificate;

/** Go where a commit leads, if the circle's chain justifies it. */
export async function takeCommit(session: Session, state: ChannelState, item: Item): Promise<Step> {
  const { pending } = state;
  if (pending !== null && pending.id === item.id && equal(pending.body, item.body)) {
    const { roster } = circleOf(session, state.circle);
    return adopt(session, state, await pending.group.awake(), item, { roster });
  }
  const group = state.group === null ? null : await state.group.awake();
  try {
    const bundle = Bundle.decode(item.body);
    return await (group === null
      ? tryJoining(session, state, bundle, item)
      : process(session, state, group, { bundle, item }));
  } catch (error) {
    if (error instanceof RemovedFromGroup) {
      return leave(session, state, item);
    }
    if (error instanceof NotAllowed) {
      return judgeAgain(session, state, item, error);
    }
    if (isRefusal(error)) {
      return kept(session, fallenBehind(state, item), refused(item, error));
    }
    throw error;
  }
}

/**
 * Refuse for good what a chain fetched after it does not justify; before, fetch one.
 *
 * The log may be ahead of our chain: whoever is added or removed by a commit was so by
 * a statement before, but nothing says that we have heard of it.
 */
function judgeAgain(session: Session, state: ChannelState, item: Item, refusal: NotAllowed): Step {
  const { checks } = circleOf(session, state.circle);
  const [place, then] = state.stalled;
  if (place === item.seq && checks > then) {
    return kept(session, fallenBehind(state, item), refused(item, refusal));
  }
  const waiting = state.with({ cursor: item.seq - 1, stalled: [item.seq, checks] });
  return kept(session, waiting, fetchChain(waiting), catchUp(waiting));
}

async function process(
  session: Session,
  state: ChannelState,
  group: Group,
  { bundle, item }: { readonly bundle: Bundle; readonly item: Item },
): Promise<Step> {
  if (item.epoch !== state.epoch || bundle.commit === null) {
    const warnings = item.epoch < state.epoch ? [forked(item)] : [];
    return kept(session, fallenBehind(state, item), ...warnings);
  }
  const { roster } = circleOf(session, state.circle);
  const judge = allowCommit(roster, item.at);
  const changes: Change[] = [];
  const allow: Allow = async (change, before) => {
    await judge(change, before);
    changes.push(change);
  };
  const after = await group.process(bundle.commit, allow, item.at);
  const added = changes.flatMap((change) => change.added);
  const newcomers = added.map((member) => certificateOf(member.identity));
  return adopt(session, state, after, item, { roster, newcomers });
}

async function tryJoining(
  session: Session,
  state: ChannelState,
  bundle: Bundle,
  item: Item,
): Promise<Step> {
  const own = await packageFor(session, bundle.keyPackages);
  if (own === null || bundle.welcome === null) {
    return notForUs(session, state, item);
  }
  const { roster } = circleOf(session, state.circle);
  let group: Group;
  try {
    const tree = unpackGroupInfo(bundle.groupInfo).treeBytes();
    group = await Group.join(bundle.welcome, own, tree, allowJoining(roster), item.at);
  } catch (error) {
    if (error instanceof NotAllowed || !isRefusal(error)) {
      throw error;
    }
    // Whoever added us told us nothing that we can use. All others take us to be in.
    return kept(session, state, refused(item, error), lost(state));
  }
  const epoch = Number(group.epoch);
  const isHere = equal(group.groupId, utf8(state.id)) && epoch === item.epoch + 1;
  if (!isHere || epoch <= state.furthest) {
    const place = { channel: state.id, seq: item.seq };
    return kept(session, state, safetyWarning("welcome_refused", place));
  }
  return adopt(await spent(session, own), state, group, item, { roster });
}

function leave(session: Session, state: ChannelState, item: Item): Step {
  const ours = session.device.id;
  const gone = state.members.filter((one) => one.certificate.device === ours);
  const changed: MembersChanged = {
    kind: "members_changed",
    channel: state.id,
    seq: item.seq,
    epoch: item.epoch + 1,
    by: item.sender,
    added: [],
    removed: gone.map((one) => one.member()),
  };
  const unsaid = state.outbox
    .filter((one) => one.kind === "entry")
    .map(({ id }): Effect => ({ kind: "entry_parked", channel: state.id, id, code: "removed" }));
  const removed: Effect = { kind: "removed_from_channel", channel: state.id };
  return kept(session, closed(state), changed, ...unsaid, removed);
}

function closed(state: ChannelState): ChannelState {
  const last = Math.max(0, state.furthest);
  return state.with({
    phase: "removed",
    group: null,
    pending: null,
    wanted: new Wanted(),
    tenures: state.tenures.map((one) => (one.last === null ? new Tenure({ ...one, last }) : one)),
    outbox: [],
    debts: [],
    awaiting: [],
  });
}

function notForUs(session: Session, state: ChannelState, item: Item): Step {
  if (state.pending === null || state.pending.epoch !== item.epoch) {
    return kept(session, state);
  }
  // Our joining from outside lost the race for this epoch.
  const again = state.with({ pending: null, attempt: state.attempt + 1 });
  return kept(session, again, lost(state));
}

function fallenBehind(state: ChannelState, item: Item): ChannelState {
  if (state.group === null || item.epoch < state.epoch) {
    return state;
  }
  if (item.epoch === state.epoch) {
    // Perhaps the log only shows us a forgery, perhaps it went on without us: R11.
    return state.with({ doubt: item.epoch + 1 });
  }
  const newest = Math.max(state.newest, item.epoch + 1);
  if (state.pending?.epoch === item.epoch) {
    return state.with({ newest, pending: null, attempt: state.attempt + 1 });
  }
  return state.with({ newest });
}

function isRefusal(error: unknown): error is Refusal {
  return (
    error instanceof Refused || error instanceof BadBundle || error instanceof BadCertificate
  );
}

function refused(item: Item, refusal: Refusal): SafetyWarning {
  const detail = "fault" in refusal ? String(refusal.fault) : "refused";
  const { channel, seq, sender } = item;
  return safetyWarning("commit_refused", { channel, seq, device: sender, detail });
}

function forked({ channel, seq, sender }: Item): SafetyWarning {
  return safetyWarning("group_forked", { channel, seq, device: sender });
}
