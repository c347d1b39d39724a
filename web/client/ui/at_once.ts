/** First what this device kept of an answer, then what the server says now. */

import { Refused, type Ronde } from "../shell/ronde.ts";

/** Refusals after which nothing that was kept may be shown any more. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);
/** Whatever keeps changing is drawn anew this often and no more. */
const PATIENCE_MS = 5_000;

type Answer<T> = { readonly value: T; readonly fresh: boolean };
/** What can be drawn now, and what comes of the question. */
export type AtOnce<T> = { readonly value: T; readonly later: Promise<Answer<T>> };

const drawnAgain = new Map<string, number>();

/** Ask for something, and give what was kept of it without waiting; the answer where nothing was. */
export async function atOnce<T>(ronde: Ronde, path: string): Promise<AtOnce<T>> {
  const later = ronde.api.read<T>(path);
  // Whoever waits for it is told; who does not has something to show.
  later.catch(() => undefined);
  const kept = await ronde.api.kept<T>(path);
  return kept === null ? { value: (await later).value, later } : { value: kept, later };
}

/** Call `differs` once if the server says something else now than what was drawn, or nothing. */
export async function onceTold<T>(path: string, { value, later }: AtOnce<T>, differs: () => void): Promise<void> {
  const drawn = JSON.stringify(value);
  try {
    if (JSON.stringify((await later).value) === drawn) return;
  } catch (error) {
    if (!(error instanceof Refused) || !GONE.has(error.status)) return;
  }
  const now = Date.now();
  if (now - (drawnAgain.get(path) ?? 0) < PATIENCE_MS) return;
  drawnAgain.set(path, now);
  differs();
}
