/** The wire's JSON on a device's side: what the session says and hears, as the server writes it. */

import type {
  ChannelId,
  DeviceId,
  DocumentId,
  EntryId,
  ProfessionalId,
  TaskId,
} from "../core/ids.ts";
import { fromBase64, toBase64 } from "../core/base64.ts";
import { type AppendRequest, Card, type Item, KINDS, type Kind } from "../core/session/log.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Form = Readonly<Record<string, unknown>>;

/** The server answered with something that no server of ours would say. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** Write bytes as the wire does: standard base64. */
export const base64Of = toBase64;

/** Read bytes as the wire writes them; throws BadAnswer. */
export function bytesOf(text: unknown): Bytes {
  if (typeof text !== "string") throw new BadAnswer("no base64");
  try {
    return Uint8Array.from(fromBase64(text));
  } catch {
    throw new BadAnswer("no base64");
  }
}

/** Write a request to append; the channel is named by the address, or beside it in a socket. */
export function requestForm(request: AppendRequest): Form {
  const form = {
    id: request.id,
    kind: request.kind,
    epoch: request.epoch,
    body: base64Of(request.body),
  };
  return request.card === null ? form : { ...form, card: cardForm(request.card) };
}

/** Read one place of a channel's log; throws BadAnswer. */
export function readItem(form: unknown): Item {
  const said = fields(form);
  const kind = text(said.kind) as Kind;
  if (!KINDS.includes(kind)) throw new BadAnswer("no item");
  return {
    channel: text(said.channel) as ChannelId,
    seq: numberOf(said.seq),
    id: text(said.id) as EntryId,
    kind,
    epoch: numberOf(said.epoch),
    sender: text(said.sender) as DeviceId,
    at: numberOf(said.at),
    body: bytesOf(said.body),
    card: said.card === undefined || said.card === null ? null : readCard(said.card),
  };
}

/** Write a card as the wire does. */
function cardForm(card: Card): Form {
  return {
    task: card.task,
    assignees: card.assignees,
    due: card.due,
    state: card.state,
    document: card.document,
  };
}

/** Read a card; throws BadAnswer. */
export function readCard(form: unknown): Card {
  const said = fields(form);
  if (!Array.isArray(said.assignees)) throw new BadAnswer("no card");
  return new Card({
    task: text(said.task) as TaskId,
    state: text(said.state),
    assignees: said.assignees.map((one) => text(one) as ProfessionalId),
    due: textOrNull(said.due),
    document: textOrNull(said.document) as DocumentId | null,
  });
}

/** Read an object of the wire; throws BadAnswer. */
export function fields(form: unknown): Form {
  if (typeof form !== "object" || form === null) throw new BadAnswer("no object");
  return form as Form;
}

/** Read a list of the wire; throws BadAnswer. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new BadAnswer("no list");
  return value;
}

/** Read a text of the wire; throws BadAnswer. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new BadAnswer("no text");
  return value;
}

/** Read a whole number of the wire, 0 or more; throws BadAnswer. */
export function numberOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new BadAnswer("no number");
  return value as number;
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : text(value);
}
