/** Web locks: what one tab does at a time, whichever it is. */

const LATE_MS = 15_000;

/**
 * Let one tab at a time work on something.
 *
 * A frozen tab may never let go: after a while others go ahead, which costs a request and
 * nothing else, because what is sent twice is the same.
 */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(LATE_MS);
  let begun = false;
  try {
    return await navigator.locks.request(name, { signal: late }, async () => {
      begun = true;
      return await work();
    });
  } catch (error) {
    if (begun || !late.aborted) throw error;
    return await work();
  }
}
