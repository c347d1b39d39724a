/**
 * One place of a log as the device keeps it: the item as it came, and what was found out
 * about it when it came. Words stay sealed inside; they are opened when somebody looks.
 */

import type { ChannelId, DeviceId, EntryId, ProfessionalId } from "../core/ids.ts";
import { Card, type Item, type Kind } from "../core/session/log.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const HEAD = 4;

/** What was found out when it came, once and for all. */
export type Findings = {
  /** The author said this before, or said something before it that is missing. */
  readonly notice?: string;
  /** It is not what it claims to be. */
  readonly fault?: string;
  readonly members?: Members;
};

type Members = {
  readonly by: DeviceId;
  readonly added: readonly ProfessionalId[];
  readonly removed: readonly ProfessionalId[];
};

export type LogRecord = { readonly item: Item; readonly findings: Findings };

type Head = {
  readonly id: EntryId;
  readonly kind: Kind;
  readonly epoch: number;
  readonly sender: DeviceId;
  readonly at: number;
  readonly card: Card | null;
  readonly findings: Findings;
};

/** Write a record: of what is no entry only the place is kept, its body has done its work. */
export function encodeRecord({ item, findings }: LogRecord): Bytes {
  const { id, kind, epoch, sender, at, card } = item;
  const head: Head = { id, kind, epoch, sender, at, card, findings };
  const written = new TextEncoder().encode(JSON.stringify(head));
  const body = kind === "entry" ? item.body : new Uint8Array();
  const whole = new Uint8Array(HEAD + written.length + body.length);
  new DataView(whole.buffer).setUint32(0, written.length);
  whole.set(written, HEAD);
  whole.set(body, HEAD + written.length);
  return whole;
}

/** Read what `encodeRecord` wrote. */
export function decodeRecord(channel: ChannelId, seq: number, data: Bytes): LogRecord {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0);
  const written = data.subarray(HEAD, HEAD + length);
  const { findings, card, ...head } = JSON.parse(new TextDecoder().decode(written)) as Head;
  const body = data.slice(HEAD + length);
  const shown = card === null ? null : new Card(card);
  return { item: { ...head, channel, seq, body, card: shown }, findings };
}
