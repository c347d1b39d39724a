/**
 * What a device keeps beside its session for R10: what is backed up, what is still owed.
 *
 * Records are written as epochs come, without the code, and are never taken back. Coming back
 * is the reverse: all records together give the identity key and, for each channel, the keys
 * and the leaves of its past, which a new device's session takes in as if it had been given
 * them (R9): entries are believed for their authors' signatures alone.
 */

import { Bundle } from "./bundle.ts";
import { KEY_LENGTH, readCount, readId, writeCount, writeText } from "./canonical.ts";
import type { EpochKey, Tenure } from "./history.ts";
import { Past, split } from "./history.ts";
import type { DeviceCertificate } from "./identity.ts";
import { BadCertificate, certificateOf } from "./identity.ts";
import type { ChannelId, CircleId, EntryId, ProfessionalId } from "./ids.ts";
import { newId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { encode, Malformed, nameOf, ownReader, utf8, Writer } from "./mls/codec.ts";
import { readTree } from "./mls/group_info.ts";
import { unpackGroupInfo } from "./mls/message.ts";
import type { KeyPair } from "./mls/suite.ts";
import { equal, Secret, SUITE_1 } from "./mls/suite.ts";
import { vouching } from "./policy.ts";
import type { BackupKeys, BackupRecord, PastRecord } from "./recovery.ts";
import { BadRecord, open, readFlag, seal } from "./recovery.ts";
import { watch } from "./session/join.ts";
import type { Item } from "./session/log.ts";
import { ChainRolledBack } from "./session/session.ts";
import type { ChannelState, Session } from "./session/state.ts";
import type { Step } from "./session/step.ts";
import { channelOf, circleOf, kept } from "./session/step.ts";

const MAGIC = utf8("ronde backup v1");
// A record of 128 epochs and 192 leaves stays well below what the server takes in one.
const EPOCHS_AT_ONCE = 128;
const TENURES_AT_ONCE = 192;
const NOTHING = -1;

/** How much of a channel is backed up: epochs we were in, up to one; so many given pasts. */
export class Done {
  readonly channel: ChannelId;
  readonly upto: number;
  readonly given: number;

  constructor(said: Pick<Done, "channel"> & Partial<Pick<Done, "upto" | "given">>) {
    this.channel = said.channel;
    this.upto = said.upto ?? NOTHING;
    this.given = said.given ?? 0;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.channel);
    writeCount(writer, this.upto + 1);
    writer.uint32(this.given);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Done {
    const channel = readId<ChannelId>(reader);
    return new Done({ channel, upto: readCount(reader) - 1, given: reader.uint32() });
  }
}

/** A record to append to the backup, and what is done once the server has it. */
export type Owed = {
  readonly id: EntryId;
  readonly body: Uint8Array;
  readonly done: Done | null;
};

/** What a device needs for backing up; the code is not part of it. */
export class Backup {
  readonly publicKey: Uint8Array;
  readonly proof: Secret;
  readonly identity: boolean;
  readonly channels: ReadonlyMap<ChannelId, Done>;

  constructor(
    given: Pick<Backup, "publicKey" | "proof"> & Partial<Pick<Backup, "identity" | "channels">>,
  ) {
    this.publicKey = given.publicKey;
    this.proof = given.proof;
    this.identity = given.identity ?? false;
    this.channels = given.channels ?? new Map<ChannelId, Done>();
  }

  /** Return the backup once the server has a record. */
  noted({ done }: Owed): Backup {
    if (done === null) return this.with({ identity: true });
    return this.with({ channels: new Map(this.channels).set(done.channel, done) });
  }

  /** Return the backup with some things otherwise. */
  with(changes: Partial<Pick<Backup, "identity" | "channels">>): Backup {
    const { publicKey, proof, identity, channels } = this;
    return new Backup({ publicKey, proof, identity, channels, ...changes });
  }

  /** Return the bytes to keep, sealed, beside the session. */
  encode(): Uint8Array {
    const writer = new Writer().opaque(MAGIC).opaque(this.publicKey).opaque(this.proof);
    writer.uint8(this.identity ? 1 : 0);
    const sorted = [...this.channels].sort(([one], [other]) => (one < other ? -1 : 1));
    return writer.vector(sorted.map(([, done]) => done)).bytes();
  }

  /** Read what `encode` wrote; throws Malformed if it is something else. */
  static decode(this: void, data: Uint8Array): Backup {
    const reader = ownReader(data);
    if (!equal(reader.opaque(), MAGIC)) throw new Malformed("no backup of ours");
    const publicKey = reader.fixed(KEY_LENGTH);
    const proof = new Secret(reader.fixed(KEY_LENGTH));
    const identity = readFlag(reader);
    const channels = new Map(reader.vector(Done.read).map((done) => [done.channel, done]));
    reader.end();
    return new Backup({ publicKey, proof, identity, channels });
  }
}

/** What the records say of one channel, and of its circle's chain as last seen. */
export type RecoveredChannel = {
  readonly circle: CircleId;
  readonly length: number;
  readonly head: Uint8Array;
  readonly pasts: readonly Past[];
};

/** What the records of a backup amount to; `refused` counts those that were not ours. */
export type Recovered = {
  readonly identity: KeyPair | null;
  readonly channels: ReadonlyMap<ChannelId, RecoveredChannel>;
  readonly refused: number;
};

/** Begin backing up under a code, with nothing done yet. */
export function begin(keys: BackupKeys): Backup {
  return new Backup({ publicKey: keys.pair.public, proof: keys.proof });
}

/**
 * Seal what the session knows and the backup does not hold, to be appended in order.
 *
 * Asking again before the answer gives the same in other records: one too many does no harm.
 */
export function owed(session: Session, backup: Backup): Promise<readonly Owed[]> {
  return Promise.all([...wanted(session, backup)].map((one) => sealed(session, backup, ...one)));
}

/** Take all that a session holds for backed up: it has just come from there. */
export function settled(backup: Backup, session: Session): Backup {
  const channels = new Map([...session.channels].map(([id, state]) => [id, doneOf(state)]));
  return backup.with({ identity: session.identity !== null, channels });
}

/**
 * Open a backup's records, in their order, and put together what they say.
 *
 * What is not ours is passed over and counted: it must not keep us from the rest.
 */
export async function recover(
  records: Iterable<Uint8Array>,
  ours: { readonly professional: ProfessionalId; readonly keys: BackupKeys },
): Promise<Recovered> {
  let identity: KeyPair | null = null;
  let refused = 0;
  const channels = new Map<ChannelId, PastRecord[]>();
  for (const data of records) {
    const record = await opened(data, ours);
    if (record === null) {
      refused += 1;
    } else if (record.kind === "identity") {
      identity = {
        private: record.private,
        public: await SUITE_1.signaturePublic(record.private),
      };
    } else {
      channels.set(record.channel, [...(channels.get(record.channel) ?? []), record]);
    }
  }
  const found = [...channels].map(([channel, said]) => [channel, together(said)] as const);
  return { identity, channels: new Map(found), refused };
}

/**
 * Give a session the past of a channel; its circle's chain must be known by now.
 *
 * Leaves that the chain does not vouch for are left out, whoever recorded them.
 *
 * @throws UnknownCircle `trust` never saw the circle's chain.
 * @throws ChainRolledBack The chain we are shown is not the one of the backup, gone on.
 */
export async function putBack(
  session: Session,
  said: RecoveredChannel,
  channel: ChannelId,
): Promise<Step> {
  const { heads } = circleOf(session, said.circle).roster;
  const head = heads[said.length - 1];
  if (head === undefined || !equal(head, said.head)) throw new ChainRolledBack();
  const watched = watch(session, channel, said.circle);
  const state = channelOf(watched, channel);
  const known = new Set(state.given.map(named));
  const pasts = await Promise.all(said.pasts.map((past) => vouched(watched, said.circle, past)));
  const news = pasts.filter((past) => !known.has(named(past)));
  const givers = [...state.givers, ...news.map(() => session.device.professional)];
  const given = [...state.given, ...news];
  const again = state.unread.length > 0 && news.length > 0;
  const seqs = state.unread;
  const effects = again ? [{ kind: "read_again", channel, seqs } as const] : [];
  return kept(watched, state.with({ given, givers }), ...effects);
}

/**
 * List somebody's devices in a group, by its newest creation or commit.
 *
 * One that is lost is the one for `rejoin` to replace.
 *
 * @throws BadBundle, Malformed, BadCertificate The item does not show a group of ours.
 */
export function certificatesIn(
  newest: Item,
  professional: ProfessionalId,
): readonly DeviceCertificate[] {
  const tree = unpackGroupInfo(Bundle.decode(newest.body).groupInfo).treeBytes();
  if (tree === null) return [];
  const leaves = readTree(tree).members();
  const certificates = [...leaves].map(([, node]) => certificateOf(node.credential.identity));
  return certificates.filter((one) => one.professional === professional);
}

type Wanted = readonly [BackupRecord, Done | null];

function* wanted(session: Session, backup: Backup): Generator<Wanted> {
  if (session.identity !== null && !backup.identity) {
    yield [{ kind: "identity", private: session.identity.private }, null];
  }
  for (const channel of [...session.channels.keys()].sort()) {
    const done = backup.channels.get(channel) ?? new Done({ channel });
    yield* wantedOf(session, channelOf(session, channel), done);
  }
}

function* wantedOf(session: Session, state: ChannelState, before: Done): Generator<Wanted> {
  let done = before;
  for (const past of witnessed(state, done.upto)) {
    const upto = past.epochs.at(-1)?.epoch;
    if (upto !== undefined) done = new Done({ channel: state.id, upto, given: done.given });
    yield [recordOf(session, state, past, true), done];
  }
  for (const past of state.given.slice(done.given)) {
    done = new Done({ channel: state.id, upto: done.upto, given: done.given + 1 });
    yield [recordOf(session, state, past, false), done];
  }
}

/** Cut what is new into pieces: keys, and who came to a leaf or had left it by then. */
function* witnessed(state: ChannelState, upto: number): Generator<Past> {
  const news = state.epochs.filter((known) => known.epoch > upto);
  for (const epochs of cut(news, EPOCHS_AT_ONCE)) {
    const numbers = new Set(epochs.map((known) => known.epoch));
    const changed = state.tenures.filter((one) => changes(one, state.epochs, numbers));
    // Leaves before keys: whoever has the keys of an epoch then knows its members as well.
    const pieces = cut(changed, TENURES_AT_ONCE);
    const last = pieces.pop() ?? [];
    for (const tenures of pieces) yield new Past({ epochs: [], tenures });
    yield new Past({ epochs, tenures: last });
  }
}

function cut<T>(values: readonly T[], most: number): (readonly T[])[] {
  const pieces = [];
  for (let at = 0; at < values.length; at += most) pieces.push(values.slice(at, at + most));
  return pieces;
}

function changes(
  tenure: Tenure,
  epochs: readonly EpochKey[],
  numbers: ReadonlySet<number>,
): boolean {
  const { first, last } = tenure;
  if (numbers.has(first)) return true;
  if (last === null) return false;
  const ended = epochs.find((known) => known.epoch > last);
  return ended !== undefined && numbers.has(ended.epoch);
}

function recordOf(
  session: Session,
  state: ChannelState,
  past: Past,
  lived: boolean,
): PastRecord {
  const { roster } = circleOf(session, state.circle);
  return {
    kind: "past",
    channel: state.id,
    circle: state.circle,
    length: roster.statements.length,
    head: roster.head,
    witnessed: lived,
    past,
  };
}

async function sealed(
  session: Session,
  { publicKey, proof }: Backup,
  record: BackupRecord,
  done: Done | null,
): Promise<Owed> {
  const { professional } = session.device;
  const body = await seal(record, { professional, publicKey, proof });
  return { id: newId() as EntryId, body, done };
}

function doneOf(state: ChannelState): Done {
  const upto = state.epochs.at(-1)?.epoch ?? NOTHING;
  return new Done({ channel: state.id, upto, given: state.given.length });
}

async function opened(
  data: Uint8Array,
  ours: { readonly professional: ProfessionalId; readonly keys: BackupKeys },
): Promise<BackupRecord | null> {
  try {
    return await open(data, ours);
  } catch (error) {
    if (error instanceof BadRecord) return null;
    throw error;
  }
}

function together(records: readonly PastRecord[]): RecoveredChannel {
  const newest = records.reduce((one, other) => (other.length > one.length ? other : one));
  const lived = records.filter((one) => one.witnessed).map((one) => one.past);
  const given = records.filter((one) => !one.witnessed).map((one) => one.past);
  const epochs = new Map(lived.flatMap((past) => past.epochs).map((known) => [known.epoch, known]));
  const tenures = united(lived.flatMap((past) => past.tenures));
  const distinct = new Map(given.map((past) => [named(past), past]));
  const { circle, length, head } = newest;
  return { circle, length, head, pasts: [...split(epochs.values(), tenures), ...distinct.values()] };
}

/** Take each stay at a leaf once, ended if any record saw its end; the later go behind. */
function united(tenures: readonly Tenure[]): readonly Tenure[] {
  const stays = new Map<string, Tenure>();
  for (const one of tenures) {
    const place = `${one.first} ${one.leaf} ${nameOf(encode(one.certificate))}`;
    const held = stays.get(place);
    const [end, known] = [one.last ?? Infinity, held?.last ?? Infinity];
    if (held === undefined || end < known) stays.set(place, one);
  }
  return [...stays.values()].sort((one, other) => one.first - other.first || one.leaf - other.leaf);
}

async function vouched(session: Session, circle: CircleId, past: Past): Promise<Past> {
  const check = vouching(circleOf(session, circle).roster);
  const holds = await Promise.all(past.tenures.map((tenure) => isVouched(check, tenure)));
  const tenures = past.tenures.filter((_, at) => holds[at]);
  return new Past({ epochs: past.epochs, tenures });
}

async function isVouched(
  check: ReturnType<typeof vouching>,
  tenure: Tenure,
): Promise<boolean> {
  try {
    await check(tenure.certificate, null);
    return true;
  } catch (error) {
    if (error instanceof BadCertificate) return false;
    throw error;
  }
}

function named(past: Past): string {
  return nameOf(encode(past));
}
