/**
 * Backing up as keys appear: R10.
 *
 * What is backed up needs no code: records are sealed to its public half. Whichever tab comes
 * first appends what is owed; a record too many does no harm. Where nothing came since the
 * last time, nothing is loaded.
 */

import type { Session } from "../core/session/state.ts";
import type { HttpLine } from "./api.ts";
import { loaded } from "./lazily.ts";
import { Refused } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, decodeValue, encodeValue } from "./values.ts";

/** Held by whoever appends to the backup, or begins another. */
export const BACKUP_LOCK = "ronde-backup";
/** A new code was made on another device: what is sealed to ours, nobody will ever open. */
const REPLACED = "backup_replaced";
const GONE: ReadonlySet<string> = new Set([REPLACED, "not_found"]);
/** The letters in which a backup names its public key: another one owes everything anew. */
const NAMED = 68;

/** Appends what the session knows and the backup does not hold yet. */
export class BackupKeeper {
  readonly #store: Store;
  readonly #line: HttpLine;
  readonly #session: () => Session | null;
  readonly #lost: () => void;

  /** `lost` is told when the backup that this browser appended to is in force no more. */
  constructor(store: Store, line: HttpLine, session: () => Session | null, lost: () => void) {
    this.#store = store;
    this.#line = line;
    this.#session = session;
    this.#lost = lost;
  }

  /** Append what is owed, one record after another; throws Refused, Unreachable. */
  async pay(): Promise<void> {
    await navigator.locks.request(BACKUP_LOCK, { ifAvailable: true }, async (lock) => {
      const session = this.#session();
      if (lock === null || session === null) return;
      const held = await this.#value<string>(NAMES.backup);
      if (held === null) return;
      const place = placeOf(held, session);
      if ((await this.#value<string>(NAMES.paid)) === place) return;
      if (await this.#append(held, session)) {
        await this.#store.keep(new Map([[NAMES.paid, encodeValue(place)]]));
      }
    });
  }

  /** Append what is owed; false where the server takes nothing for this backup any more. */
  async #append(held: string, session: Session): Promise<boolean> {
    const { payBackup } = await loaded(async () => await import("./recovery.ts"));
    try {
      await payBackup(this.#line, this.#store, held, session);
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || !GONE.has(error.code)) throw error;
      const replaced = error.code === REPLACED ? encodeValue(true) : null;
      await this.#store.keep(
        new Map([[NAMES.backup, null], [NAMES.paid, null], [NAMES.replaced, replaced]]),
      );
      this.#lost();
      return false;
    }
  }

  async #value<T>(name: string): Promise<T | null> {
    const data = await this.#store.value(name);
    return data === null ? null : decodeValue<T>(data);
  }
}

/** All that anything owed hangs on: the backup's key, our own, and the keys of each channel. */
function placeOf(held: string, { identity, channels }: Session): string {
  const places = [...channels.values()].map(
    ({ id, epochs, given }) => `${id}/${epochs.at(-1)?.epoch ?? ""}/${given.length}`,
  );
  return [held.slice(0, NAMED), identity !== null, ...places.toSorted()].join(" ");
}
