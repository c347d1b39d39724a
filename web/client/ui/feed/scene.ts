/** What every part of a feed is drawn from, and what each may ask of the page. */

import type { EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import type { Feed, FeedItem, MessageItem, TaskItem } from "./fold.ts";
import type { People } from "./people.ts";

export type FeedActs = {
  readonly reply: (item: MessageItem) => void;
  readonly thread: (item: MessageItem | TaskItem) => void;
  readonly edit: (item: MessageItem) => void;
  readonly remove: (item: MessageItem) => void;
  readonly react: (item: FeedItem, emoji: string) => void;
  readonly task: (item: MessageItem) => void;
  readonly openTask: (task: TaskId) => void;
  readonly receipts: (item: MessageItem) => void;
  readonly retry: (item: FeedItem) => void;
  readonly discard: (item: FeedItem) => void;
  readonly jump: (entry: EntryId) => void;
  readonly report: (item: FeedItem) => void;
};

export type Scene = {
  readonly ronde: Ronde;
  readonly conversation: Conversation;
  readonly people: People;
  readonly me: ProfessionalId;
  readonly feed: Feed;
  readonly acts: FeedActs;
};

/** Signs that one tap sets: agreed, thanks, seen, done, a question, well done. */
export const SIGNS = ["👍", "🙏", "👀", "✅", "❓", "🎉"] as const;
