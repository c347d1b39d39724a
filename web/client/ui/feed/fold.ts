/**
 * From a channel's entries to what is shown: edits, deletions, reactions and changes of tasks
 * are entries of their own, and each finds its way to what it is about.
 *
 * Pure, and done anew whenever something changes: a thousand entries fold in a few
 * milliseconds. Only an entry's own author may edit it or take it back.
 */

import type { Attachment, Content } from "../../core/content.ts";
import type { Uncounted } from "../../core/content_tasks.ts";
import type { DocumentId, EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Moment, ShownEntry } from "../../shell/ronde.ts";
import { type TaskView, followed, given } from "./tasks.ts";

/** A sign under a message, and who set it. */
export type Sign = { readonly emoji: string; readonly by: readonly ProfessionalId[] };

type Placed = {
  readonly id: EntryId;
  readonly seq: number | null;
  readonly at: Moment;
  readonly author: ProfessionalId | null;
  readonly state: ShownEntry["state"];
  readonly code: string | null;
  readonly notice: string | null;
};

export type MessageItem = Placed & {
  readonly kind: "message";
  readonly text: string;
  readonly mentions: readonly ProfessionalId[];
  readonly replyTo: EntryId | null;
  readonly attachments: readonly Attachment[];
  readonly urgent: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly signs: readonly Sign[];
  readonly replies: number;
  readonly lastReplyAt: Moment | null;
};
export type TaskItem = Placed & {
  readonly kind: "task";
  readonly task: TaskView;
  readonly replies: number;
  readonly signs: readonly Sign[];
};
/** Somebody did something to a task, perhaps without effect. `note` is what they said with it. */
export type ChangeItem = Placed & {
  readonly kind: "change";
  readonly task: TaskId;
  readonly title: string;
  readonly to: string | null;
  readonly note: string;
  readonly assignees: readonly ProfessionalId[] | null;
  readonly due: string | null;
  readonly uncounted: Uncounted | null;
};
export type LinkItem = Placed & {
  readonly kind: "document";
  readonly document: DocumentId;
  readonly label: string;
};
export type MembersItem = Placed & {
  readonly kind: "members";
  readonly added: readonly ProfessionalId[];
  readonly removed: readonly ProfessionalId[];
};
/** A place of the log that shows no words: not checked, no key, or of a later version. */
export type BlankItem = Placed & {
  readonly kind: "blank";
  readonly why: "fault" | "no-key" | "unknown";
  readonly fault: string;
};
export type FeedItem = MessageItem | TaskItem | ChangeItem | LinkItem | MembersItem | BlankItem;

export type Feed = {
  /** The stream, oldest first; answers in threads are not in it. */
  readonly items: readonly FeedItem[];
  /** The answers under an entry, oldest first. */
  readonly threads: ReadonlyMap<EntryId, readonly FeedItem[]>;
  readonly tasks: ReadonlyMap<TaskId, TaskView>;
  /** Every message by its id, wherever it stands: what a reply quotes. */
  readonly byId: ReadonlyMap<EntryId, FeedItem>;
};

/** Fold a window of a channel's entries; what an edit is about may lie before the window. */
export function fold(entries: readonly ShownEntry[]): Feed {
  const told = new Told();
  for (const entry of entries) told.take(entry);
  return told.feed();
}

/** Collects, for the length of one fold, what later entries say about earlier ones. */
class Told {
  readonly #order: { readonly id: EntryId; readonly thread: EntryId | null }[] = [];
  readonly #items = new Map<EntryId, FeedItem>();
  readonly #signs = new Map<EntryId, Map<string, Set<ProfessionalId>>>();
  readonly #tasks = new Map<TaskId, TaskView>();

  take(entry: ShownEntry): void {
    const item = this.#item(entry);
    if (item === null || this.#items.has(entry.id)) return;
    this.#items.set(entry.id, item);
    this.#order.push({ id: entry.id, thread: entry.thread });
  }

  feed(): Feed {
    const threads = new Map<EntryId, FeedItem[]>();
    const items: FeedItem[] = [];
    for (const { id, thread } of this.#order) {
      const item = this.#items.get(id);
      if (item === undefined) continue;
      if (thread === null) items.push(item);
      else threads.set(thread, [...(threads.get(thread) ?? []), this.#dressed(item, [])]);
    }
    const stream = items.map((item) => this.#dressed(item, threads.get(item.id) ?? []));
    const all = [...stream, ...[...threads.values()].flat()];
    const byId = new Map(all.map((item) => [item.id, item] as const));
    return { items: stream, threads, tasks: this.#tasks, byId };
  }

  #item(entry: ShownEntry): FeedItem | null {
    const inside = entry.inside;
    const place = placed(entry);
    switch (inside.kind) {
      case "content":
        return entry.author === null
          ? null
          : this.#said(entry, entry.author.professional, inside.content, place);
      case "members":
        return { ...place, kind: "members", added: inside.added, removed: inside.removed };
      case "fault":
        return { ...place, kind: "blank", why: "fault", fault: inside.fault };
      case "no-key":
        return { ...place, kind: "blank", why: "no-key", fault: "" };
      case "unknown":
        return { ...place, kind: "blank", why: "unknown", fault: "" };
    }
  }

  #said(
    entry: ShownEntry,
    author: ProfessionalId,
    content: Content,
    place: Placed,
  ): FeedItem | null {
    switch (content.kind) {
      case "message":
        return { ...place, ...FRESH, ...content, kind: "message" };
      case "edit":
        return this.#edit(content.of, author, { text: content.text, mentions: content.mentions });
      case "deletion":
        return this.#deleted(content.of, author);
      case "reaction":
        return this.#sign(content.to, content.emoji, author);
      case "document":
        return { ...place, kind: "document", document: content.document, label: content.label };
      case "task":
        return this.#begun(given(entry, author, content), place);
      case "task_change":
        return this.#changed(entry, author, content, place);
    }
  }

  /** Whoever gives a task under the id of another one would speak in its giver's name. */
  #begun(task: TaskView, place: Placed): FeedItem | null {
    if (this.#tasks.has(task.task)) return null;
    this.#tasks.set(task.task, task);
    return { ...place, kind: "task", task, replies: 0, signs: [] };
  }

  #edit(
    of: EntryId,
    by: ProfessionalId,
    words: Pick<MessageItem, "text" | "mentions">,
  ): null {
    const item = this.#items.get(of);
    if (item?.kind === "message" && item.author === by && !item.deleted) {
      this.#items.set(of, { ...item, ...words, edited: true });
    }
    return null;
  }

  #deleted(of: EntryId, by: ProfessionalId): null {
    const item = this.#items.get(of);
    if (item?.kind === "message" && item.author === by) {
      const nothing = { text: "", attachments: [], mentions: [], urgent: false };
      this.#items.set(of, { ...item, ...nothing, deleted: true });
    }
    return null;
  }

  #sign(to: EntryId, emoji: string, by: ProfessionalId): null {
    const held = this.#signs.get(to) ?? new Map<string, Set<ProfessionalId>>();
    const people = held.get(emoji) ?? new Set<ProfessionalId>();
    if (!people.delete(by)) people.add(by);
    held.set(emoji, people);
    this.#signs.set(to, held);
    return null;
  }

  #changed(
    entry: ShownEntry,
    author: ProfessionalId,
    change: Extract<Content, { kind: "task_change" }>,
    place: Placed,
  ): FeedItem | null {
    const before = this.#tasks.get(change.task);
    if (before === undefined) return null;
    const { task: after, uncounted } = followed(before, entry, author, change);
    // What the log refused has changed nothing.
    if (entry.state !== "parked") this.#tasks.set(change.task, after);
    return {
      ...place,
      kind: "change",
      task: change.task,
      title: after.title,
      to: after.state === before.state ? null : after.state,
      note: change.note,
      assignees: sameList(after.assignees, before.assignees) ? null : after.assignees,
      due: after.due === before.due ? null : after.due,
      uncounted,
    };
  }

  #dressed(item: FeedItem, answers: readonly FeedItem[]): FeedItem {
    const signs = [...(this.#signs.get(item.id) ?? [])]
      .filter(([, people]) => people.size > 0)
      .map(([emoji, people]) => ({ emoji, by: [...people] }));
    if (item.kind === "message") {
      const shown = item.deleted ? [] : signs;
      return { ...item, signs: shown, replies: answers.length, lastReplyAt: answers.at(-1)?.at ?? null };
    }
    if (item.kind === "task") {
      const task = this.#tasks.get(item.task.task) ?? item.task;
      return { ...item, task, signs, replies: answers.length };
    }
    return item;
  }
}

const FRESH = {
  edited: false,
  deleted: false,
  signs: [],
  replies: 0,
  lastReplyAt: null,
} as const;

function placed(entry: ShownEntry): Placed {
  return {
    id: entry.id,
    seq: entry.seq,
    at: entry.at,
    author: entry.author?.professional ?? null,
    state: entry.state,
    code: entry.code,
    notice: entry.inside.kind === "content" ? entry.inside.notice : null,
  };
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}
