/**
 * What people say to each other in a channel, before it is sealed and after it is opened.
 *
 * The bodies of entries: plain JSON inside the sealed envelope, read as strictly as if a
 * stranger had written it, because a member's broken client is one. Like everything that
 * is signed, a content has one byte form only.
 */

import { textOf as decodedText } from "./canonical.ts";
import {
  BadContent,
  dayOf,
  documentOf,
  Fields,
  flagOf,
  idOf,
  listOf,
  MAX_PEOPLE,
  textOf,
} from "./content_fields.ts";
import type { Attachment, ChecklistItem } from "./content_parts.ts";
import { plainAttachment, plainStep, readAttachments, readChecklist } from "./content_parts.ts";
import type { DocumentId, EntryId, ProfessionalId, TaskId } from "./ids.ts";
import { utf8 } from "./mls/codec.ts";
import { equal } from "./mls/suite.ts";

export { BadContent } from "./content_fields.ts";
export type { Attachment, ChecklistItem } from "./content_parts.ts";

// Limits count UTF-8 bytes, the one measure that every language has.
export const MAX_TEXT = 8_000;
export const MAX_TITLE = 200;
const MAX_EMOJI = 16;
const MAX_STATE = 32;

/**
 * A text, perhaps an answer to another entry, perhaps naming people or carrying files.
 *
 * With attachments it may have no text. `urgent` asks readers to look now.
 */
export type Message = {
  readonly kind: "message";
  readonly text: string;
  readonly replyTo: EntryId | null;
  readonly mentions: readonly ProfessionalId[];
  readonly attachments: readonly Attachment[];
  readonly urgent: boolean;
};

/** Another text for a message; readers heed it only from the message's own author. */
export type Edit = {
  readonly kind: "edit";
  readonly of: EntryId;
  readonly text: string;
  readonly mentions: readonly ProfessionalId[];
};

/** An entry taken back; readers heed it only from the entry's own author. */
export type Deletion = { readonly kind: "deletion"; readonly of: EntryId };

/**
 * The sealed half of a task; its card (assignees, due, state) travels in clear.
 *
 * Due, assignees and document repeat the card under the author's signature: empty says
 * that there is none, null that an older client left it unsaid.
 */
export type Task = {
  readonly kind: "task";
  readonly task: TaskId;
  readonly title: string;
  readonly details: string;
  readonly checklist: readonly ChecklistItem[];
  readonly due: string | null;
  readonly assignees: readonly ProfessionalId[] | null;
  readonly document: DocumentId | "" | null;
};

/**
 * What somebody did to a task: null leaves a field as it was, empty lifts it.
 *
 * State, due, assignees and document repeat the clear card under the author's signature,
 * so a card that the server altered can be told from one that its author wrote.
 */
export type TaskChange = {
  readonly kind: "task_change";
  readonly task: TaskId;
  readonly title: string | null;
  readonly details: string | null;
  readonly checklist: readonly ChecklistItem[] | null;
  readonly state: string | null;
  readonly due: string | null;
  readonly assignees: readonly ProfessionalId[] | null;
  readonly document: DocumentId | "" | null;
  readonly note: string;
};

/** A sign under another entry; the same from the same author again takes it back. */
export type Reaction = { readonly kind: "reaction"; readonly to: EntryId; readonly emoji: string };

/** A pathway document of the child, named for those who may read it. */
export type DocumentLink = {
  readonly kind: "document";
  readonly document: DocumentId;
  readonly label: string;
};

export type Content = Message | Edit | Deletion | Task | TaskChange | Reaction | DocumentLink;

/** What an entry is, as its signed `type` says. */
export type ContentType = Content["kind"];

/** Return the type under which a content is signed. */
export function typeOf(content: Content): ContentType {
  return content.kind;
}

/**
 * Return a content's body: compact JSON, keys sorted, without what says nothing.
 *
 * Throws BadContent: a reader would refuse it: a text too long, an id that is none.
 */
export function encode(content: Content): Uint8Array {
  const body = written(content);
  decode(content.kind, body);
  return body;
}

/**
 * Read a body of the type that its author signed.
 *
 * Two parsers of JSON never agree on everything (a key said twice, 1.0 for 1), so what
 * `encode` would have written otherwise is refused.
 *
 * Throws BadContent: a type unknown to this version, an unknown or missing key, a value
 * of the wrong shape or beyond its limit, another form of the same.
 */
export function decode(kind: string, body: Uint8Array): Content {
  const read = READERS.get(kind);
  if (read === undefined) throw new BadContent("a type that this version does not know");
  const fields = new Fields(parsed(body));
  const content = read(fields);
  fields.end();
  if (!equal(written(content), body)) throw new BadContent("not as it is written");
  return content;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodedText(body) ?? "");
  } catch {
    throw new BadContent("no JSON");
  }
}

// JSON writes half a character as an escape, which no reader takes.
function written(content: Content): Uint8Array {
  return utf8(JSON.stringify(plain(content), sorted));
}

/** Give the keys of every object in one order, without those that say nothing. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const said = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(said.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function plain(content: Content): object {
  switch (content.kind) {
    case "message":
      return plainMessage(content);
    case "edit":
      return { of: content.of, text: content.text, mentions: some(content.mentions) };
    case "deletion":
      return { of: content.of };
    case "task":
      return plainTask(content);
    case "task_change":
      return plainChange(content);
    case "reaction":
      return { to: content.to, emoji: content.emoji };
    case "document":
      return { document: content.document, label: content.label };
  }
}

function plainMessage({ text, replyTo, mentions, attachments, urgent }: Message): object {
  return {
    text,
    reply_to: replyTo,
    mentions: some(mentions),
    attachments: some(attachments.map(plainAttachment)),
    urgent: urgent || null,
  };
}

// The kind is signed beside the body, not in it.
function plainTask({ details, checklist, ...said }: Task): object {
  const steps = some(checklist.map(plainStep));
  return { ...said, kind: null, details: details || null, checklist: steps };
}

function plainChange({ checklist, note, ...said }: TaskChange): object {
  const steps = checklist?.map(plainStep) ?? null;
  return { ...said, kind: null, checklist: steps, note: note || null };
}

function some<T>(values: readonly T[]): readonly T[] | null {
  return values.length > 0 ? values : null;
}

const readPeople = listOf(idOf<ProfessionalId>, MAX_PEOPLE);

function readMessage(fields: Fields): Message {
  const attachments = fields.maybe("attachments", readAttachments) ?? [];
  return {
    kind: "message",
    text: fields.take("text", textOf(MAX_TEXT, attachments.length > 0 ? 0 : 1)),
    replyTo: fields.maybe("reply_to", idOf<EntryId>),
    mentions: fields.maybe("mentions", readPeople) ?? [],
    attachments,
    urgent: fields.maybe("urgent", flagOf) ?? false,
  };
}

function readEdit(fields: Fields): Edit {
  return {
    kind: "edit",
    of: fields.take("of", idOf<EntryId>),
    text: fields.take("text", textOf(MAX_TEXT, 1)),
    mentions: fields.maybe("mentions", readPeople) ?? [],
  };
}

function readTask(fields: Fields): Task {
  return {
    kind: "task",
    task: fields.take("task", idOf<TaskId>),
    title: fields.take("title", textOf(MAX_TITLE, 1)),
    details: fields.maybe("details", textOf(MAX_TEXT)) ?? "",
    checklist: fields.maybe("checklist", readChecklist) ?? [],
    due: fields.maybe("due", dayOf),
    assignees: fields.maybe("assignees", readPeople),
    document: fields.maybe("document", documentOf),
  };
}

function readTaskChange(fields: Fields): TaskChange {
  return {
    kind: "task_change",
    task: fields.take("task", idOf<TaskId>),
    title: fields.maybe("title", textOf(MAX_TITLE, 1)),
    details: fields.maybe("details", textOf(MAX_TEXT)),
    checklist: fields.maybe("checklist", readChecklist),
    state: fields.maybe("state", textOf(MAX_STATE, 1)),
    due: fields.maybe("due", dayOf),
    assignees: fields.maybe("assignees", readPeople),
    document: fields.maybe("document", documentOf),
    note: fields.maybe("note", textOf(MAX_TEXT)) ?? "",
  };
}

const READERS = new Map<string, (fields: Fields) => Content>([
  ["message", readMessage],
  ["edit", readEdit],
  ["deletion", (fields) => ({ kind: "deletion", of: fields.take("of", idOf<EntryId>) })],
  ["task", readTask],
  ["task_change", readTaskChange],
  [
    "reaction",
    (fields) => {
      const emoji = fields.take("emoji", textOf(MAX_EMOJI, 1));
      return { kind: "reaction", to: fields.take("to", idOf<EntryId>), emoji };
    },
  ],
  [
    "document",
    (fields) => {
      const document = fields.take("document", idOf<DocumentId>);
      return { kind: "document", document, label: fields.take("label", textOf(MAX_TITLE)) };
    },
  ],
]);
