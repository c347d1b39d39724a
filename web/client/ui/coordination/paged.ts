/** A list of the server's that comes page by page, read through what this device keeps. */

import type { Ronde } from "../../shell/ronde.ts";
import type { Listing } from "../served.ts";

const PAGE = 100;

export class Paged<T> {
  readonly #ronde: Ronde;
  readonly #path: string;
  #items: readonly T[] = [];
  #after: string | null = "";
  /** False where what is shown is what this device kept. */
  fresh = true;

  constructor(ronde: Ronde, path: string) {
    this.#ronde = ronde;
    this.#path = path;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  get done(): boolean {
    return this.#after === null;
  }

  /** Fetch the page that follows, if there is one. */
  async more(): Promise<void> {
    if (this.#after === null) return;
    const path = `${this.#path}?limit=${PAGE}&after=${this.#after}`;
    const { value, fresh } = await this.#ronde.api.read<Listing<T>>(path);
    this.#items = [...this.#items, ...value.items];
    this.#after = value.next;
    this.fresh &&= fresh;
  }

  /** Fetch everything, telling after each page; stops when somebody leaves. */
  async all(signal: AbortSignal, drawn: () => void = () => undefined): Promise<readonly T[]> {
    while (!this.done && !signal.aborted) {
      await this.more();
      drawn();
    }
    return this.#items;
  }
}
