/** Taking in a past that somebody handed over, and passing on what we owed of it: R9. */

import { BadHistory, checkGiver, HistoryBundle, open, Past } from "../history.ts";
import type { Roster } from "../membership.ts";
import { encode } from "../mls/codec.ts";
import { equal } from "../mls/suite.ts";
import { vouching } from "../policy.ts";
import { givePasts } from "./adopt.ts";
import type { Effect } from "./effects.ts";
import { safetyWarning } from "./effects.ts";
import type { Item } from "./log.ts";
import { without } from "./send.ts";
import type { ChannelState, Session } from "./state.ts";
import type { Step } from "./step.ts";
import { circleOf, kept } from "./step.ts";

/**
 * Who gives more wants to fill our memory; counted for each giver, so that nobody can give
 * so much that another's true past finds no room.
 */
export const MAX_GIVEN = 64;

/** Open a past that is for us, and note who has been given theirs. */
export async function takeHistory(
  session: Session,
  before: ChannelState,
  item: Item,
): Promise<Step> {
  const { id: device } = session.device;
  let state = item.sender === device ? without(before, item.id) : before;
  const { roster } = circleOf(session, state.circle);
  try {
    const bundle = HistoryBundle.decode(item.body);
    state = await settled(state, bundle, roster);
    if (bundle.recipient !== device) {
      return kept(session, state);
    }
    const vouched = vouching(roster);
    const past = await open(bundle, { channel: state.id, device: session.device, vouched });
    return await remember(session, state, { bundle, past, roster });
  } catch (error) {
    if (error instanceof BadHistory) {
      const { channel, seq, sender } = item;
      const known = { channel, seq, device: sender, detail: error.fault };
      return kept(session, state, safetyWarning("history_refused", known));
    }
    throw error;
  }
}

async function settled(
  state: ChannelState,
  bundle: HistoryBundle,
  roster: Roster,
): Promise<ChannelState> {
  const { recipient, giver, last } = bundle;
  // Only whose turn it is: another's word would leave the newcomer without a past.
  const left = state.awaiting.filter(
    (one) => !last || one.recipient !== recipient || one.giver !== giver.device,
  );
  if (left.length === state.awaiting.length) {
    // Nothing hangs on it, and who stands outside may not know of the giver yet.
    return state;
  }
  await checkGiver(bundle, vouching(roster));
  return state.with({ awaiting: left });
}

type Handed = {
  readonly bundle: HistoryBundle;
  readonly past: Past;
  readonly roster: Roster;
};

async function remember(
  session: Session,
  before: ChannelState,
  { bundle, past, roster }: Handed,
): Promise<Step> {
  const news = past.epochs.filter((one) => before.witnessed(one.epoch) === null);
  const fresh = new Past({ epochs: news, tenures: past.tenures });
  const giver = bundle.giver.professional;
  if (news.length === 0 || !isWelcome(before, fresh, giver)) {
    return kept(session, before);
  }
  const given = { given: [...before.given, fresh], givers: [...before.givers, giver] };
  let state = before.with(given);
  for (const { certificate } of before.members) {
    if (state.debts.includes(certificate.device)) {
      state = await givePasts(session, state, certificate, { pasts: [fresh], roster });
    }
  }
  const epochs = news.map((one) => one.epoch);
  const effects: Effect[] = [{ kind: "history_received", channel: state.id, giver, epochs }];
  if (state.unread.length > 0) {
    effects.push({ kind: "read_again", channel: state.id, seqs: state.unread });
  }
  return kept(session, state, ...effects);
}

function isWelcome(state: ChannelState, fresh: Past, giver: string): boolean {
  const encoded = encode(fresh);
  return (
    state.givers.filter((one) => one === giver).length < MAX_GIVEN &&
    !state.given.some((past) => equal(encode(past), encoded))
  );
}
