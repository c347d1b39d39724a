/**
 * What a device remembers of its circles and channels, all of it in one byte string.
 *
 * Immutable: every step of the session makes a new one. The shell writes it into its
 * store before it does what the step asks, so a crash at any point loses nothing.
 */

import {
  Blob,
  HASH_LENGTH,
  readCount,
  readId,
  writeCount,
  writeText,
} from "../canonical.ts";
import type { Member } from "../entry.ts";
import { NO_PREVIOUS } from "../entry.ts";
import { EpochKey, Past, Tenure } from "../past.ts";
import type { Device } from "../identity.ts";
import { Pins } from "../identity.ts";
import type { ChannelId, CircleId, DeviceId, ProfessionalId } from "../ids.ts";
import type { Roster } from "../membership.ts";
import type { Reader, Writer } from "../mls/codec.ts";
import type { KeyPair } from "../mls/suite.ts";
import { GroupAtRest, PackagesAtRest } from "./at_rest.ts";
import { readCode, writeIds } from "./log.ts";
import type { Chains } from "./memory.ts";
import { Awaiting, holder, readChains, writeChains } from "./memory.ts";
import { Outgoing, Pending, Wanted } from "./outgoing.ts";

const PHASES = ["waiting", "member", "removed"] as const;

/** Where a device stands in a channel. */
export type Phase = (typeof PHASES)[number];

const FRESH = {
  phase: "waiting",
  group: null,
  pending: null,
  wanted: new Wanted(),
  attempt: 0,
  cursor: 0,
  newest: 0,
  doubt: 0,
  stalled: [0, 0],
  checked: 0,
  blocked: 0,
  epochs: [],
  tenures: [],
  given: [],
  givers: [],
  debts: [],
  awaiting: [],
  authors: new Map(),
  past: new Map(),
  unread: [],
  ownCounter: 0,
  ownHead: NO_PREVIOUS,
  outbox: [],
} as const;

type ChannelChanges = Partial<Pick<ChannelState, keyof typeof FRESH>>;

/**
 * One channel as this device knows it.
 *
 * `epochs` and `tenures` are what we witnessed; `given` pasts are others' word, each kept
 * whole so that one bad giver spoils nothing else; `givers` names who gave each. `authors`
 * are the chains of what we read as it came, `past` of what we read later; `unread` are the
 * places of entries still without a key. `ownCounter` and `ownHead` are where our next
 * entry continues.
 * `newest` is the latest epoch the log spoke of; beyond the group's, we are behind.
 * `doubt` is the epoch to which a commit that we refused would have led. `stalled` is
 * the place of a commit that waits for a fresher chain, and how often ours had been
 * checked when it came; `checked` is the same count when we entered the epoch. `blocked`
 * is the length of the chain under which the log refused a change of ours for good.
 */
export class ChannelState {
  declare readonly id: ChannelId;
  declare readonly circle: CircleId;
  declare readonly phase: Phase;
  declare readonly group: GroupAtRest | null;
  declare readonly pending: Pending | null;
  declare readonly wanted: Wanted;
  declare readonly attempt: number;
  declare readonly cursor: number;
  declare readonly newest: number;
  declare readonly doubt: number;
  declare readonly stalled: readonly [number, number];
  declare readonly checked: number;
  declare readonly blocked: number;
  declare readonly epochs: readonly EpochKey[];
  declare readonly tenures: readonly Tenure[];
  declare readonly given: readonly Past[];
  declare readonly givers: readonly ProfessionalId[];
  declare readonly debts: readonly DeviceId[];
  declare readonly awaiting: readonly Awaiting[];
  declare readonly authors: Chains;
  declare readonly past: Chains;
  declare readonly unread: readonly number[];
  declare readonly ownCounter: number;
  declare readonly ownHead: Uint8Array;
  declare readonly outbox: readonly Outgoing[];

  constructor(given: Pick<ChannelState, "id" | "circle"> & ChannelChanges) {
    Object.assign(this, FRESH, given);
  }

  /** Return the channel with some things otherwise. */
  with(changes: ChannelChanges): ChannelState {
    return new ChannelState({ ...this, ...changes });
  }

  /** The group's epoch; -1 outside of any group. */
  get epoch(): number {
    return this.group === null ? -1 : Number(this.group.epoch);
  }

  /** Tell whether the log went on to an epoch that we could not follow into. */
  get behind(): boolean {
    return this.group !== null && this.newest > this.epoch;
  }

  /** List who holds a leaf now, as far as we know. */
  get members(): readonly Tenure[] {
    return this.tenures.filter((tenure) => tenure.last === null);
  }

  /**
   * Return the latest epoch that we were in; -1 before the first.
   *
   * A group only goes on. Whoever leads us into an epoch we have seen shows us an old
   * tree again, with people in it who have left since and who know its secrets.
   */
  get furthest(): number {
    return this.epochs.reduce((latest, known) => Math.max(latest, known.epoch), -1);
  }

  /** Return the key of an epoch that we were in ourselves. */
  witnessed(epoch: number): EpochKey | null {
    return this.epochs.findLast((known) => known.epoch === epoch) ?? null;
  }

  /** Return who held a leaf at an epoch that we were in ourselves. */
  member(epoch: number, leaf: number): Member | null {
    return holder(this.tenures, epoch, leaf);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.id);
    writeText(writer, this.circle);
    writer.uint8(PHASES.indexOf(this.phase));
    writer.optional(this.group === null ? null : new Blob(this.group.encode()));
    writer.optional(this.pending).put(this.wanted).uint32(this.attempt);
    for (const count of [this.cursor, this.newest, this.doubt, ...this.stalled]) {
      writeCount(writer, count);
    }
    writeCount(writer, this.checked);
    writeCount(writer, this.blocked);
    writer.vector(this.epochs).vector(this.tenures).vector(this.given);
    writeIds(writer, this.givers);
    writeIds(writer, this.debts);
    writer.vector(this.awaiting);
    writeChains(writer, this.authors);
    writeChains(writer, this.past);
    writer.uint32s(this.unread).uint32(this.ownCounter).opaque(this.ownHead);
    writer.vector(this.outbox);
  }

  /** Take the wire form; its groups stay at rest. */
  static read(this: void, reader: Reader): ChannelState {
    const channel = { id: readId<ChannelId>(reader), circle: readId<CircleId>(reader) };
    const phase = readCode(reader, PHASES);
    const [group, pending] = [reader.optional(Blob.read), reader.optional(Pending.read)];
    const rest = { ...readPlace(reader), ...readMemory(reader) };
    reader.end();
    return new ChannelState({
      ...channel,
      phase,
      group: group === null ? null : new GroupAtRest(group.data),
      pending,
      ...rest,
    });
  }
}

/**
 * A circle's chain as last verified, and the longest one that each member claimed to see.
 *
 * `checks` counts how often the server was asked for it.
 */
export class CircleState {
  declare readonly chain: readonly Uint8Array[];
  declare readonly roster: Roster;
  declare readonly checks: number;
  declare readonly claims: ReadonlyMap<ProfessionalId, number>;

  constructor(given: Pick<CircleState, "chain" | "roster" | "checks" | "claims">) {
    Object.assign(this, given);
  }

  /** Tell whether an active member has seen statements that we have not. */
  get outdated(): boolean {
    return this.longerClaims.length > 0;
  }

  /** List the active members who claim to have seen more statements than we hold. */
  get longerClaims(): readonly ProfessionalId[] {
    const { active } = this.roster;
    const longer = [...this.claims].filter(([, length]) => length > this.chain.length);
    return longer.map(([who]) => who).filter((who) => active.has(who));
  }
}

type SessionChanges = Partial<
  Pick<Session, "identity" | "pins" | "packages" | "resorts" | "circles" | "channels">
>;

/**
 * Everything one device knows: its keys, whom it pinned, its circles and channels.
 *
 * `identity` is null on a device that may not certify others. `resorts` are the
 * references of the packages that stay when they are used.
 */
export class Session {
  readonly device: Device;
  readonly identity: KeyPair | null;
  readonly pins: Pins;
  readonly packages: PackagesAtRest;
  readonly resorts: readonly Uint8Array[];
  readonly circles: ReadonlyMap<CircleId, CircleState>;
  readonly channels: ReadonlyMap<ChannelId, ChannelState>;

  constructor(given: Pick<Session, "device"> & SessionChanges) {
    this.device = given.device;
    this.identity = given.identity ?? null;
    this.pins = given.pins ?? new Pins();
    this.packages = given.packages ?? new PackagesAtRest();
    this.resorts = given.resorts ?? [];
    this.circles = given.circles ?? new Map<CircleId, CircleState>();
    this.channels = given.channels ?? new Map<ChannelId, ChannelState>();
  }

  /** Return the session with some things otherwise. */
  with(changes: SessionChanges): Session {
    return new Session({ ...this, ...changes });
  }

  /** Return the session with a channel as it is now. */
  keep(channel: ChannelState): Session {
    return this.with({ channels: new Map(this.channels).set(channel.id, channel) });
  }

  /** Return the session with a circle as it is now. */
  keepCircle(id: CircleId, circle: CircleState): Session {
    return this.with({ circles: new Map(this.circles).set(id, circle) });
  }
}

function readPlace(reader: Reader): ChannelChanges {
  return {
    wanted: Wanted.read(reader),
    attempt: reader.uint32(),
    cursor: readCount(reader),
    newest: readCount(reader),
    doubt: readCount(reader),
    stalled: [readCount(reader), readCount(reader)],
    checked: readCount(reader),
    blocked: readCount(reader),
  };
}

function readMemory(reader: Reader): ChannelChanges {
  return {
    epochs: reader.vector(EpochKey.read),
    tenures: reader.vector(Tenure.read),
    given: reader.vector(Past.read),
    givers: reader.vector(readId<ProfessionalId>),
    debts: reader.vector(readId<DeviceId>),
    awaiting: reader.vector(Awaiting.read),
    authors: readChains(reader),
    past: readChains(reader),
    unread: reader.uint32s(),
    ownCounter: reader.uint32(),
    ownHead: reader.fixed(HASH_LENGTH),
    outbox: reader.vector(Outgoing.read),
  };
}
