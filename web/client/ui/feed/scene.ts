/** What every part of a feed is drawn from, and what each may ask of the page. */

import type { EntryId, ProfessionalId, TaskId } from "../../core/ids.ts";
import type { Conversation, Ronde } from "../../shell/ronde.ts";
import "./drawings.ts";
import type { Feed, FeedItem, MessageItem, TaskItem } from "./fold.ts";
import type { IconName } from "../icons.ts";
import { t } from "../words.ts";
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

/**
 * Signs that one tap sets. The letter travels; the drawing is ours, so that it looks alike
 * on every machine. `word` is what it says.
 */
export type SignKind = { readonly emoji: string; readonly drawing: IconName; readonly word: () => string };
export const SIGNS: readonly SignKind[] = [
  { emoji: "👍", drawing: "thumb", word: () => t("d'accord") },
  { emoji: "🙏", drawing: "heart", word: () => t("merci") },
  { emoji: "👀", drawing: "eye", word: () => t("je regarde") },
  { emoji: "✅", drawing: "check", word: () => t("c'est fait") },
  { emoji: "❓", drawing: "help", word: () => t("une question") },
  { emoji: "🎉", drawing: "star", word: () => t("bravo") },
];
