/** A file on its way: how much of it was sent, then how many of its lines were read. */

import type { Ronde } from "../../shell/ronde.ts";
import type { Listing } from "../served.ts";
import type { ImportView } from "./served.ts";

const LOOK_MS = 700;
const PAGE = 200;

export type Sent = {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly source: string;
  /** Told the share that was sent, from 0 to 1. */
  readonly sending: (share: number) => void;
  /** Told how many lines were read, once all was sent. */
  readonly reading: (lines: number) => void;
  readonly signal: AbortSignal;
};

/** Send a file for a report on it; throws Refused, Unreachable, or the signal's reason. */
export async function sendFile(ronde: Ronde, { file, source, sending, reading, signal }: Sent): Promise<ImportView> {
  const done = new AbortController();
  const over = AbortSignal.any([signal, done.signal]);
  let watched = false;
  const progress = (share: number): void => {
    sending(share);
    if (share < 1 || watched) return;
    watched = true;
    void watchReading(ronde, over, reading);
  };
  // What tells how far bytes are comes with the click that sends some.
  const { deliver } = await import("../../shell/upload.ts");
  try {
    return await deliver<ImportView>(`/imports?source=${encodeURIComponent(source)}`, file, { progress, signal });
  } finally {
    done.abort();
  }
}

/** All imports that one may see, the newest first. */
export async function runsOf(ronde: Ronde, signal: AbortSignal): Promise<readonly ImportView[]> {
  const found: ImportView[] = [];
  let after: string | null = "";
  while (after !== null && !signal.aborted) {
    const page: Listing<ImportView> = await ronde.api.ask("GET", `/imports?limit=${PAGE}&after=${after}`, undefined, { signal });
    found.push(...page.items);
    after = page.next;
  }
  return found.sort((one, other) => other.at.localeCompare(one.at));
}

/** Wait, unless somebody leaves. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

/** The report's name comes with the answer only: until then it is the newest that is being read. */
async function watchReading(ronde: Ronde, over: AbortSignal, reading: (lines: number) => void): Promise<void> {
  while (!over.aborted) {
    try {
      const runs = await runsOf(ronde, over);
      const mine = runs.find((each) => each.state === "reading" && each.by === ronde.me?.professional);
      if (!over.aborted && mine !== undefined) reading(mine.lines);
    } catch {
      // What is shown meanwhile is no more than a comfort: the answer says what became of it.
    }
    await pause(LOOK_MS, over);
  }
}
