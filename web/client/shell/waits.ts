/** Waiting between two tries: longer each time, never as long as another device (R5). */

const FIRST_MS = 50;
const LONGEST_MS = 2_000;
const OFFLINE_FIRST_MS = 1_000;
const OFFLINE_LONGEST_MS = 30_000;

/** How long to wait before a try that answers a lost race or a passing fault: 0 at first. */
export function raceWait(attempt: number, random: () => number = Math.random): number {
  if (attempt === 0) return 0;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * random();
}

/** How long to wait before asking a server again that does not answer. */
export function offlineWait(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(OFFLINE_LONGEST_MS, OFFLINE_FIRST_MS * 2 ** attempt);
  return longest * (0.5 + random() / 2);
}

/** How long to wait where the server names the seconds: a proxy that names an hour gets no hour. */
export function askedWait(seconds: number): number {
  return Math.min(OFFLINE_LONGEST_MS, Math.max(0, seconds * 1_000));
}

export async function pause(ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise((done) => setTimeout(done, ms));
}
