/** The log's places on the wire: what the session asks for and hears, as the server writes it. */

import { END_OF_TIME, type Moment } from "../core/canonical.ts";
import type {
  ChannelId,
  DeviceId,
  DocumentId,
  EntryId,
  ProfessionalId,
  TaskId,
} from "../core/ids.ts";
import { isId } from "../core/ids.ts";
import { type AppendRequest, Card, type Item, KINDS, type Kind } from "../core/session/log.ts";
import { BadAnswer, base64Of, bytesOf, fields, type Form, numberOf, text } from "./forms.ts";

/** Read an id of the wire: what is none could be kept, and never read again. Throws BadAnswer. */
export function idOf<Id extends string>(value: unknown): Id {
  if (typeof value !== "string" || !isId(value)) throw new BadAnswer("no id");
  return value as Id;
}

/** Read a moment of the wire, in milliseconds since 1970; throws BadAnswer. */
export function momentOf(value: unknown): Moment {
  const moment = numberOf(value);
  if (moment > END_OF_TIME) throw new BadAnswer("no moment");
  return moment;
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
    channel: idOf<ChannelId>(said.channel),
    seq: numberOf(said.seq),
    id: idOf<EntryId>(said.id),
    kind,
    epoch: numberOf(said.epoch),
    sender: idOf<DeviceId>(said.sender),
    at: momentOf(said.at),
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

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : text(value);
}
