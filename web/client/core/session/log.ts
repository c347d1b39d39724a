/**
 * What a session reads from a channel's log and asks to have appended to it.
 *
 * The shell turns these into the wire's JSON and back; nothing here knows of it.
 */

import type { Moment } from "../canonical.ts";
import { readId, readText, writeText } from "../canonical.ts";
import type { ChannelId, DeviceId, DocumentId, EntryId, ProfessionalId, TaskId } from "../ids.ts";
import type { Reader, Writer } from "../mls/codec.ts";
import { Malformed } from "../mls/codec.ts";

const MAX_STATE = 32;
const MAX_DATE = 10;
const MAX_ID = 64;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** All kinds of items, in the order of their codes. */
export const KINDS = ["create", "entry", "commit", "history"] as const;

/** What an item of the log is; only `entry` is content. */
export type Kind = (typeof KINDS)[number];

type CardFields = Pick<Card, "task" | "state"> &
  Partial<Pick<Card, "assignees" | "due" | "document">>;

/** The part of a task that travels in clear, for reminders and the board (R15); due: a day. */
export class Card {
  declare readonly task: TaskId;
  declare readonly state: string;
  declare readonly assignees: readonly ProfessionalId[];
  declare readonly due: string | null;
  declare readonly document: DocumentId | null;

  constructor(given: CardFields) {
    Object.assign(this, { assignees: [], due: null, document: null }, given);
  }

  /** Append a form for the device's own store. */
  write(writer: Writer): void {
    writeText(writer, this.task);
    writeText(writer, this.state);
    writeIds(writer, this.assignees);
    writeText(writer, this.due ?? "");
    writeText(writer, this.document ?? "");
  }

  /** Take the form that `write` made. */
  static read(this: void, reader: Reader): Card {
    return new Card({
      task: readId(reader),
      state: readText(reader, { limit: MAX_STATE }),
      assignees: reader.vector(readId<ProfessionalId>),
      due: readDate(reader),
      document: (readText(reader, { limit: MAX_ID }) || null) as DocumentId | null,
    });
  }
}

/** One place of a channel's log: `seq` from 1, `at` by the server's clock. */
export type Item = {
  readonly channel: ChannelId;
  readonly seq: number;
  readonly id: EntryId;
  readonly kind: Kind;
  readonly epoch: number;
  readonly sender: DeviceId;
  readonly at: Moment;
  readonly body: Uint8Array;
  readonly card: Card | null;
};

/** What a device asks the log to take; the same id and content may be asked for again. */
export type AppendRequest = {
  readonly channel: ChannelId;
  readonly id: EntryId;
  readonly kind: Kind;
  readonly epoch: number;
  readonly body: Uint8Array;
  readonly card: Card | null;
};

/** Take a byte that stands for one of some things; throws Malformed if it stands for nothing. */
export function readCode<T>(reader: Reader, known: readonly T[]): T {
  const code = reader.uint8();
  const found = known[code];
  if (found === undefined) {
    throw new Malformed("a code that stands for nothing");
  }
  return found;
}

/** Append ids as a vector of texts. */
export function writeIds(writer: Writer, ids: readonly string[]): void {
  writer.vector(ids.map((id) => ({ write: (inner: Writer) => writeText(inner, id) })));
}

function readDate(reader: Reader): string | null {
  const text = readText(reader, { limit: MAX_DATE });
  if (text === "") {
    return null;
  }
  const day = new Date(`${text}T00:00:00Z`);
  if (!DATE.test(text) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text)) {
    throw new Malformed("a date that is none");
  }
  return text;
}
