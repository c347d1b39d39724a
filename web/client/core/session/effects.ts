/**
 * What a session asks of the shell, and what it has to tell.
 *
 * Every call of the session returns these beside the new state. The shell persists the
 * state first, then does them in order.
 */

import type { Notice } from "../author.ts";
import type { Moment } from "../canonical.ts";
import type { EntryFault, Member, OpenedEntry } from "../entry.ts";
import type { ChannelId, CircleId, DeviceId, EntryId, ProfessionalId } from "../ids.ts";
import type { Statement } from "../statement.ts";
import type { AppendRequest, Card } from "./log.ts";

/**
 * Ask the log to append; answer with `acknowledge` or `refuse`.
 *
 * `attempt` counts from 0; before any other the shell waits, the longer the higher and
 * never the same time on two devices (R5).
 */
export type Send = {
  readonly kind: "send";
  readonly request: AppendRequest;
  readonly attempt: number;
};

/** Read the log from behind `after` and hand what it says to `receive`. */
export type CatchUp = {
  readonly kind: "catch_up";
  readonly channel: ChannelId;
  readonly after: number;
};

/** Hand these items to `receive` once more, in order: there are keys for them now. */
export type ReadAgain = {
  readonly kind: "read_again";
  readonly channel: ChannelId;
  readonly seqs: readonly number[];
};

/** Ask for the circle's membership chain: somebody has seen a longer one. */
export type FetchChain = { readonly kind: "fetch_chain"; readonly circle: CircleId };

/** This device has lost the thread of a channel: call `rejoin` with its newest commit. */
export type Rejoin = { readonly kind: "rejoin"; readonly channel: ChannelId };

/** An entry, its author proven; `notice` says what is odd about its place. */
export type EntryOpened = {
  readonly kind: "entry_opened";
  readonly channel: ChannelId;
  readonly seq: number;
  readonly at: Moment;
  readonly opened: OpenedEntry;
  readonly card: Card | null;
  readonly notice: Notice | null;
};

/** An entry of an epoch whose key we were not given, or not yet. */
export type CannotRead = {
  readonly kind: "cannot_read";
  readonly channel: ChannelId;
  readonly seq: number;
  readonly epoch: number;
};

/**
 * An entry that is not what it claims to be: nothing of it may be shown but its place.
 *
 * `sender` is the server's word.
 */
export type EntryRefused = {
  readonly kind: "entry_refused";
  readonly channel: ChannelId;
  readonly seq: number;
  readonly at: Moment;
  readonly sender: DeviceId;
  readonly fault: EntryFault;
};

/** The group's devices after a commit; on our own joining, all of them are `added`. */
export type MembersChanged = {
  readonly kind: "members_changed";
  readonly channel: ChannelId;
  readonly seq: number;
  readonly epoch: number;
  readonly by: DeviceId;
  readonly added: readonly Member[];
  readonly removed: readonly Member[];
};

/** New statements of a circle's chain, for all to see. */
export type RosterChanged = {
  readonly kind: "roster_changed";
  readonly circle: CircleId;
  readonly statements: readonly Statement[];
};

/** Somebody gave us keys of epochs before our time. */
export type HistoryReceived = {
  readonly kind: "history_received";
  readonly channel: ChannelId;
  readonly giver: ProfessionalId;
  readonly epochs: readonly number[];
};

/** The log has an entry of ours. */
export type EntryStored = {
  readonly kind: "entry_stored";
  readonly channel: ChannelId;
  readonly id: EntryId;
  readonly seq: number;
};

/** The log refuses an entry of ours for good; those behind it go on. */
export type EntryParked = {
  readonly kind: "entry_parked";
  readonly channel: ChannelId;
  readonly id: EntryId;
  readonly code: string;
};

/** The log refuses a change of ours for good, and it is dropped. */
export type CommitRefused = {
  readonly kind: "commit_refused";
  readonly channel: ChannelId;
  readonly code: string;
};

/** We were removed: what we could read stays readable, nothing more will come. */
export type RemovedFromChannel = {
  readonly kind: "removed_from_channel";
  readonly channel: ChannelId;
};

/** What somebody should look into: a fault of the server, or of a member. */
export type Concern =
  | "identity_changed"
  | "roster_forked"
  | "commit_refused"
  | "entry_refused"
  | "entry_replayed"
  | "entry_withheld"
  | "history_refused"
  | "sender_spoofed"
  | "welcome_refused"
  | "group_forked";

/** Something that cannot happen among honest parties; `detail` is a stable code. */
export type SafetyWarning = {
  readonly kind: "safety_warning";
  readonly concern: Concern;
  readonly channel: ChannelId | null;
  readonly seq: number | null;
  readonly professional: ProfessionalId | null;
  readonly device: DeviceId | null;
  readonly detail: string;
};

/** What stands at an entry's place when the log is looked through once more. */
export type Shown = EntryOpened | CannotRead | EntryRefused;

export type Event =
  | EntryOpened
  | CannotRead
  | MembersChanged
  | RosterChanged
  | HistoryReceived
  | EntryStored
  | EntryParked
  | CommitRefused
  | RemovedFromChannel
  | SafetyWarning;

export type Effect = Send | CatchUp | ReadAgain | FetchChain | Rejoin | Event;

/** Say what cannot happen among honest parties; what is not given is not known. */
export function safetyWarning(
  concern: Concern,
  known: Partial<Omit<SafetyWarning, "kind" | "concern">>,
): SafetyWarning {
  return {
    kind: "safety_warning",
    concern,
    channel: null,
    seq: null,
    professional: null,
    device: null,
    detail: "",
    ...known,
  };
}
