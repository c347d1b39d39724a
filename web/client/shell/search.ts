/** Looking through what the device holds: nothing is asked of anybody, no index is written. */

import type { Content } from "../core/content.ts";
import type { ChannelId } from "../core/ids.ts";
import type { ChannelState, Session } from "../core/session/state.ts";
import { openRecords, records } from "./opening.ts";
import type { SearchHit, ShownEntry } from "./ronde.ts";
import type { Store } from "./store.ts";

const STEP = 100;

export type SearchOptions = { readonly channel?: ChannelId; readonly signal?: AbortSignal };

/** Open every channel from its newest entry back, and tell of what holds all words. */
export async function search(
  { store, session }: { readonly store: Store; readonly session: Session },
  text: string,
  onHit: (hit: SearchHit) => void,
  options: SearchOptions = {},
): Promise<void> {
  const words = plain(text).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return;
  let places = [...session.channels.values()]
    .filter(({ id }) => options.channel === undefined || id === options.channel)
    .map((state) => ({ state, upto: state.cursor }));
  // A page of each in turn, so that the newest of all channels come first.
  while (places.length > 0) {
    for (const { state, upto } of places) {
      if (isOver(options)) return;
      const found = await page(store, state, upto);
      for (const entry of found.toReversed()) {
        if (holds(entry, words)) onHit({ channel: state.id, circle: state.circle, entry });
      }
    }
    places = places
      .map(({ state, upto }) => ({ state, upto: upto - STEP }))
      .filter(({ upto }) => upto > 0);
  }
}

function isOver({ signal }: SearchOptions): boolean {
  return signal?.aborted === true;
}

async function page(store: Store, state: ChannelState, upto: number): Promise<ShownEntry[]> {
  const held = await records(store, state.id, Math.max(1, upto - STEP + 1), upto);
  return await openRecords(state, held);
}

function holds({ inside }: ShownEntry, words: readonly string[]): boolean {
  if (inside.kind !== "content") return false;
  const said = plain(wordsOf(inside.content));
  return words.every((word) => said.includes(word));
}

/** Everything in a content that somebody wrote. */
function wordsOf(content: Content): string {
  switch (content.kind) {
    case "message":
      return [content.text, ...content.attachments.map(({ name }) => name)].join("\n");
    case "edit":
      return content.text;
    case "task":
      return [content.title, content.details, ...content.checklist.map(({ text }) => text)].join("\n");
    case "task_change":
      return [content.title ?? "", content.details ?? "", content.note].join("\n");
    case "document":
      return content.label;
    default:
      return "";
  }
}

/** Small letters without accents, as one types when one looks for something. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae");
}
