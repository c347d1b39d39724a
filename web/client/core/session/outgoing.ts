/**
 * What a device wants to leave it: entries and pasts, commits on their way, changes wished for.
 *
 * Each is stored before it is sent, and kept until the log shows it or refuses it for good.
 */

import {
  Blob,
  HASH_LENGTH,
  readCount,
  readId,
  readText,
  writeCount,
  writeText,
} from "../canonical.ts";
import { MAX_TYPE, NO_PREVIOUS } from "../entry.ts";
import type { ChannelId, DeviceId, EntryId } from "../ids.ts";
import { isId } from "../ids.ts";
import type { Reader, Writer } from "../mls/codec.ts";
import { Malformed } from "../mls/codec.ts";
import { GroupAtRest } from "./at_rest.ts";
import type { AppendRequest, Kind } from "./log.ts";
import { Card, KINDS, readCode, writeIds } from "./log.ts";

const MAX_THREAD = 64;
const FLAGS = [false, true] as const;

type SealedFields = Pick<Sealed, "epoch" | "body"> & Partial<Pick<Sealed, "hash" | "held">>;

/**
 * The one ciphertext of an outgoing entry, kept until the log answers.
 *
 * `held` means that the log refused it for its epoch: it waits for the next one.
 */
export class Sealed {
  declare readonly epoch: number;
  declare readonly body: Uint8Array;
  declare readonly hash: Uint8Array;
  declare readonly held: boolean;

  constructor(given: SealedFields) {
    Object.assign(this, { hash: NO_PREVIOUS, held: false }, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeCount(writer, this.epoch);
    writer.opaque(this.body).opaque(this.hash).uint8(Number(this.held));
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Sealed {
    return new Sealed({
      epoch: readCount(reader),
      body: reader.opaque(),
      hash: reader.fixed(HASH_LENGTH),
      held: readCode(reader, FLAGS),
    });
  }
}

type OutgoingFields = Pick<Outgoing, "id" | "kind" | "body"> &
  Partial<Pick<Outgoing, "type" | "thread" | "card" | "sealed">>;

/**
 * Something of ours that the log has not taken yet: an entry, or a past for a newcomer.
 *
 * `body` is what goes inside the seal, or the whole bundle of a past.
 */
export class Outgoing {
  declare readonly id: EntryId;
  declare readonly kind: Kind;
  declare readonly body: Uint8Array;
  declare readonly type: string;
  declare readonly thread: EntryId | null;
  declare readonly card: Card | null;
  declare readonly sealed: Sealed | null;

  constructor(given: OutgoingFields) {
    Object.assign(this, { type: "", thread: null, card: null, sealed: null }, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.id);
    writer.uint8(KINDS.indexOf(this.kind)).opaque(this.body);
    writeText(writer, this.type);
    writeText(writer, this.thread ?? "");
    writer.optional(this.card).optional(this.sealed);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Outgoing {
    return new Outgoing({
      id: readId(reader),
      kind: readCode(reader, KINDS),
      body: reader.opaque(),
      type: readText(reader, { limit: MAX_TYPE }),
      thread: readThread(reader),
      card: reader.optional(Card.read),
      sealed: reader.optional(Sealed.read),
    });
  }

  /** Return what the log is asked for. */
  request(channel: ChannelId, { epoch, body }: Sealed): AppendRequest {
    return { channel, id: this.id, kind: this.kind, epoch, body, card: this.card };
  }
}

type PendingFields = {
  readonly id: EntryId;
  readonly kind: Kind;
  readonly epoch: number;
  readonly body: Uint8Array;
  readonly group: GroupAtRest;
  readonly refused?: boolean;
};

/**
 * A creation or a commit on its way, with the group it leads to: R5.
 *
 * The group is adopted when the log shows this very body, and forgotten when it shows
 * another commit of the same epoch; what the log answered in between changes nothing.
 */
export class Pending {
  declare readonly id: EntryId;
  declare readonly kind: Kind;
  declare readonly epoch: number;
  declare readonly body: Uint8Array;
  declare readonly group: GroupAtRest;
  declare readonly refused: boolean;

  constructor(given: PendingFields) {
    Object.assign(this, { refused: false }, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeText(writer, this.id);
    writer.uint8(KINDS.indexOf(this.kind));
    writeCount(writer, this.epoch);
    writer.opaque(this.body).opaque(this.group.encode()).uint8(Number(this.refused));
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Pending {
    return new Pending({
      id: readId(reader),
      kind: readCode(reader, KINDS),
      epoch: readCount(reader),
      body: reader.opaque(),
      group: new GroupAtRest(reader.opaque()),
      refused: readCode(reader, FLAGS),
    });
  }

  /** Return what the log is asked for. */
  request(channel: ChannelId): AppendRequest {
    const { id, kind, epoch, body } = this;
    return { channel, id, kind, epoch, body, card: null };
  }
}

type WantedFields = Partial<Pick<Wanted, "adds" | "removes" | "rotate">>;

/**
 * The change of the group that somebody asked for, until the group looks like it.
 *
 * `adds` are encoded key packages, `removes` devices; `rotate` asks for new path keys.
 */
export class Wanted {
  declare readonly adds: readonly Uint8Array[];
  declare readonly removes: readonly DeviceId[];
  declare readonly rotate: boolean;

  constructor(given: WantedFields = {}) {
    Object.assign(this, { adds: [], removes: [], rotate: false }, given);
  }

  /** Tell whether nothing is wanted. */
  get isNothing(): boolean {
    return this.adds.length === 0 && this.removes.length === 0 && !this.rotate;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.vector(this.adds.map((each) => new Blob(each)));
    writeIds(writer, this.removes);
    writer.uint8(Number(this.rotate));
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Wanted {
    return new Wanted({
      adds: reader.vector(Blob.read).map((blob) => blob.data),
      removes: reader.vector(readId<DeviceId>),
      rotate: readCode(reader, FLAGS),
    });
  }
}

function readThread(reader: Reader): EntryId | null {
  const text = readText(reader, { limit: MAX_THREAD });
  if (text !== "" && !isId(text)) {
    throw new Malformed("a thread that is no entry");
  }
  return (text || null) as EntryId | null;
}
