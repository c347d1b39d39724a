/** What stands in a feed, in one line. */

import { t, tn } from "../words.ts";
import type { FeedItem } from "./fold.ts";

/** A message in one line; nothing for what only tells of others. */
export function preview(item: FeedItem): string {
  if (item.kind === "task") return item.task.title;
  if (item.kind !== "message") return "";
  if (item.deleted) return t("Message supprimé");
  if (item.text !== "") return item.text;
  return tn("{n} pièce jointe", "{n} pièces jointes", item.attachments.length);
}
