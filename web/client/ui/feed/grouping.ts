/**
 * Where the stream gets a day, a « Nouveaux messages » line, and who speaks on without a name.
 */

import type { ProfessionalId } from "../../core/ids.ts";
import type { FeedItem } from "./fold.ts";

const SAME_BREATH_MS = 5 * 60 * 1000;

export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string }
  | {
      readonly kind: "item";
      readonly key: string;
      readonly item: FeedItem;
      /** The same person goes on: no name, no picture. */
      readonly goesOn: boolean;
    };

/** Lay a stream out in rows; `newAfter` is the read mark when the page was opened. */
export function rows(
  items: readonly FeedItem[],
  newAfter: number,
  me: ProfessionalId,
): readonly Row[] {
  const laid: Row[] = [];
  let before: FeedItem | null = null;
  let marked = false;
  for (const item of items) {
    if (before === null || day(before.at) !== day(item.at)) {
      laid.push({ kind: "day", key: `day-${day(item.at)}`, at: item.at });
      before = null;
    }
    if (!marked && isNew(item, newAfter, me)) {
      laid.push({ kind: "new", key: "new" });
      marked = true;
      before = null;
    }
    laid.push({ kind: "item", key: item.id, item, goesOn: goesOn(before, item) });
    before = item;
  }
  return laid;
}

/** Count what is new for somebody in a stream. */
export function countNew(
  items: readonly FeedItem[],
  newAfter: number,
  me: ProfessionalId,
): number {
  return items.filter((item) => isNew(item, newAfter, me)).length;
}

function isNew(item: FeedItem, newAfter: number, me: ProfessionalId): boolean {
  return item.seq !== null && item.seq > newAfter && item.author !== me && item.kind !== "members";
}

function goesOn(before: FeedItem | null, item: FeedItem): boolean {
  return (
    before?.kind === "message" &&
    item.kind === "message" &&
    before.author === item.author &&
    item.at - before.at < SAME_BREATH_MS &&
    !item.urgent
  );
}

/** The local calendar day of a moment, as a key. */
function day(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}
