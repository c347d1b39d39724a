/** The server's last answers, sealed on the device: a page has something to show at once, and offline. */

import { type AskOptions, type Api, Refused, Unreachable } from "./ronde.ts";
import type { HttpLine, Method } from "./api.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** What is closed to us now is not kept either. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

export class KeptApi implements Api {
  readonly #line: HttpLine;
  readonly #store: () => Store | null;

  constructor(line: HttpLine, store: () => Store | null) {
    this.#line = line;
    this.#store = store;
  }

  async ask<T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    options?: AskOptions,
  ): Promise<T> {
    return await this.#line.ask<T>(method, path, body, options);
  }

  async read<T = unknown>(path: string): Promise<{ readonly value: T; readonly fresh: boolean }> {
    try {
      const value = await this.#line.ask<T>("GET", path);
      await this.#store()?.keep(new Map([[NAMES.kept + path, encodeValue(value)]]));
      return { value, fresh: true };
    } catch (error) {
      if (error instanceof Refused && GONE.has(error.status)) {
        await this.#store()?.keep(new Map([[NAMES.kept + path, null]]));
      }
      const value = error instanceof Unreachable ? await this.kept<T>(path) : null;
      if (value === null) throw error;
      return { value, fresh: false };
    }
  }

  async kept<T = unknown>(path: string): Promise<T | null> {
    const data = await this.#store()?.value(NAMES.kept + path);
    return data === null || data === undefined ? null : decodeValue<T>(data);
  }
}
