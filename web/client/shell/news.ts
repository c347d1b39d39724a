/** Telling who listens, in the order of listening; a listener that throws stops no other. */

export type Handler<T> = (news: T) => void;

export class News<Events> {
  readonly #handlers = new Map<keyof Events, Set<Handler<never>>>();

  /** Listen from now on; the answer ends it. */
  on<K extends keyof Events>(event: K, handler: Handler<Events[K]>): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  /** Tell all who listen now. */
  tell<K extends keyof Events>(event: K, news: Events[K]): void {
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        (handler as Handler<Events[K]>)(news);
      } catch (error) {
        // Whoever draws may fail; what was stored and sent must not depend on it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
