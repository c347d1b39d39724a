/** A few at once, the others in their order behind. */

export class Turnstile {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Do some work once there is room; throws the signal's reason where it is given up before. */
  async pass<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#inside < this.#most) {
      this.#inside += 1;
      return;
    }
    await new Promise<void>((go, fail) => {
      const enter = (): void => {
        signal?.removeEventListener("abort", giveUp);
        go();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        fail(signal?.reason as Error);
      };
      this.#waiting.push(enter);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Whoever leaves gives their place to the next. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside -= 1;
    else next();
  }
}
