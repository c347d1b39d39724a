/** Long work in slices, so that a page stays quick under the finger. */

const SLICE_MS = 8;

type Scheduler = { yield?: () => Promise<void> };

/** Gives back a function to call between pieces of work: it lets the page in when due. */
export function slices(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < SLICE_MS) return;
    await breath();
    began = performance.now();
  };
}

async function breath(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: Scheduler };
  if (scheduler?.yield !== undefined) {
    await scheduler.yield();
    return;
  }
  await new Promise<void>((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      done();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** Do one thing after another, whoever asks: each waits for those asked before it. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    // What failed was told to whoever asked for it.
    this.#last = mine.catch(() => undefined);
    return await mine;
  }
}
