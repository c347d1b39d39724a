/**
 * What survives the tab: IndexedDB, every value sealed, every change one durable transaction.
 *
 * Names of records are ids, never words. `stamp` counts the writes of the session: a tab that
 * stands on an older one is refused, so two tabs never write back what each of them knew.
 */

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, deleteDB, openDB } from "idb";
import { NotPossible } from "./ronde.ts";
import { Damaged, newStoreKey, open, seal } from "./seal.ts";

const NAME = "ronde";
const SCHEMA = 1;
const KEY = "store";
const STAMP = "stamp";

type Bytes = Uint8Array<ArrayBuffer>;

interface Tables extends DBSchema {
  keys: { key: string; value: CryptoKey };
  meta: { key: string; value: number };
  parts: { key: string; value: { stamp: number; sealed: Bytes }; indexes: { stamp: number } };
  log: { key: [string, number]; value: Bytes };
  values: { key: string; value: Bytes };
}

type Database = IDBPDatabase<Tables>;
type Table = "parts" | "log" | "values";

/** The store was written by a newer version of the pages. */
export class TooNew extends Error {
  override readonly name = "TooNew";
}

/** Another tab has gone on meanwhile: read again, then try again. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** One place of a channel's log, as this device keeps it. */
export type LogPlace = { readonly channel: string; readonly seq: number; readonly data: Bytes };

/** What changes together or not at all; null takes a value out. */
export type Writes = {
  readonly parts?: ReadonlyMap<string, Bytes>;
  readonly log?: readonly LogPlace[];
  readonly values?: ReadonlyMap<string, Bytes | null>;
};

type Sealed<T> = { readonly key: T; readonly sealed: Bytes | null };
type SealedWrites = {
  readonly parts: readonly Sealed<string>[];
  readonly log: readonly Sealed<[string, number]>[];
  readonly values: readonly Sealed<string>[];
};

export class Store {
  readonly #database: Database;
  readonly #key: CryptoKey;

  private constructor(database: Database, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  /**
   * Open this browser's store, or begin one. `superseded` is told when a newer page opens it.
   *
   * Throws TooNew; Damaged where there are values but no key to them any more.
   */
  static async open(superseded: () => void): Promise<Store> {
    const database = await opened(superseded);
    const key = await storeKey(database);
    if (key !== null) return new Store(database, key);
    database.close();
    throw new Damaged();
  }

  /** The number of the session's last write, 0 before the first. */
  async stamp(): Promise<number> {
    return (await this.#database.get("meta", STAMP)) ?? 0;
  }

  /** The parts of the session that were written after a stamp, and the stamp they lead to. */
  async partsSince(stamp: number): Promise<{ stamp: number; parts: Map<string, Bytes> }> {
    const reading = this.#database.transaction(["parts", "meta"], "readonly");
    const newer = IDBKeyRange.lowerBound(stamp, true);
    const index = reading.objectStore("parts").index("stamp");
    const [names, held, latest] = await Promise.all([
      index.getAllKeys(newer),
      index.getAll(newer),
      reading.objectStore("meta").get(STAMP),
    ]);
    const opened = held.map((part, at) => this.#open("parts", names[at] ?? "", part.sealed));
    const plain = await Promise.all(opened);
    const parts = new Map(names.map((name, at) => [name, plain[at] as Bytes]));
    return { stamp: latest ?? 0, parts };
  }

  /**
   * Write everything or nothing, on the disk when this returns unless that is relaxed; gives
   * the new stamp.
   *
   * Throws Overtaken: the session was written since `stamp`, and nothing is.
   */
  async write(
    writes: Writes,
    stamp: number,
    { durability = "strict" }: { readonly durability?: "strict" | "relaxed" } = {},
  ): Promise<number> {
    const sealed = await this.#sealed(writes);
    const writing = this.#writing(durability);
    const latest = (await writing.objectStore("meta").get(STAMP)) ?? 0;
    if (latest !== stamp) {
      writing.abort();
      await writing.done.catch(() => undefined);
      throw new Overtaken();
    }
    await written([...put(writing, sealed, stamp + 1), writing.done]);
    return stamp + 1;
  }

  /**
   * Keep values that belong to no step of the session: a draft, an answer, a mark.
   *
   * They outlive the browser's end, not that of the power: that would cost each a wait.
   */
  async keep(values: ReadonlyMap<string, Bytes | null>): Promise<void> {
    const { values: sealed } = await this.#sealed({ values });
    const writing = this.#database.transaction("values", "readwrite", { durability: "relaxed" });
    const asked = sealed.map(async ({ key, sealed: data }) => {
      await (data === null ? writing.store.delete(key) : writing.store.put(data, key));
    });
    await written([...asked, writing.done]);
  }

  /** A value by its name, or null. */
  async value(name: string): Promise<Bytes | null> {
    const sealed = await this.#database.get("values", name);
    return sealed === undefined ? null : await this.#open("values", name, sealed);
  }

  /** All values whose names begin alike, by name. */
  async valuesOf(prefix: string): Promise<Map<string, Bytes>> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const reading = this.#database.transaction("values", "readonly");
    const [names, held] = await Promise.all([
      reading.store.getAllKeys(range),
      reading.store.getAll(range),
    ]);
    const plain = await Promise.all(
      held.map((sealed, at) => this.#open("values", names[at] ?? "", sealed)),
    );
    return new Map(names.map((name, at) => [name, plain[at] as Bytes]));
  }

  /** Places `from` to `to` of a channel's log, both included, by place. */
  async log(channel: string, from: number, to: number): Promise<Map<number, Bytes>> {
    if (to < from) return new Map();
    const range = IDBKeyRange.bound([channel, from], [channel, to]);
    const reading = this.#database.transaction("log", "readonly");
    const [keys, held] = await Promise.all([
      reading.store.getAllKeys(range),
      reading.store.getAll(range),
    ]);
    const plain = await Promise.all(
      held.map((sealed, at) => this.#open("log", logName(keys[at] ?? ["", 0]), sealed)),
    );
    return new Map(keys.map(([, seq], at) => [seq, plain[at] as Bytes]));
  }

  /** Let go of the database; nothing can be read or written after. */
  close(): void {
    this.#database.close();
  }

  async #open(table: Table, name: string, sealed: Bytes): Promise<Bytes> {
    return await open(this.#key, `${table}\n${name}`, sealed);
  }

  async #seal(table: Table, name: string, plain: Bytes | null): Promise<Bytes | null> {
    return plain === null ? null : await seal(this.#key, `${table}\n${name}`, plain);
  }

  async #sealed(writes: Writes): Promise<SealedWrites> {
    // Before the transaction begins: one that waits for a cipher closes by itself.
    const named = async (table: Table, all: ReadonlyMap<string, Bytes | null> = new Map()) =>
      await Promise.all(
        [...all].map(async ([key, data]) => ({ key, sealed: await this.#seal(table, key, data) })),
      );
    const log = (writes.log ?? []).map(async ({ channel, seq, data }) => {
      const key: [string, number] = [channel, seq];
      return { key, sealed: await this.#seal("log", logName(key), data) };
    });
    return {
      parts: await named("parts", writes.parts),
      log: await Promise.all(log),
      values: await named("values", writes.values),
    };
  }

  #writing(durability: "strict" | "relaxed"): Writing {
    const tables = ["meta", "parts", "log", "values"] as const;
    return this.#database.transaction([...tables], "readwrite", { durability });
  }
}

type Writing = IDBPTransaction<Tables, ("meta" | "parts" | "log" | "values")[], "readwrite">;

/** Forget everything that this browser holds. */
export async function forget(): Promise<void> {
  await deleteDB(NAME);
}

function put(writing: Writing, sealed: SealedWrites, stamp: number): Promise<unknown>[] {
  const parts = writing.objectStore("parts");
  const log = writing.objectStore("log");
  const values = writing.objectStore("values");
  return [
    ...sealed.parts.flatMap(({ key, sealed: data }) =>
      data === null ? [] : [parts.put({ stamp, sealed: data }, key)],
    ),
    ...sealed.log.flatMap(({ key, sealed: data }) => (data === null ? [] : [log.put(data, key)])),
    ...sealed.values.map(async ({ key, sealed: data }) => {
      await (data === null ? values.delete(key) : values.put(data, key));
    }),
    writing.objectStore("meta").put(stamp, STAMP),
  ];
}

/** Wait for a transaction; throws NotPossible where the disk is full, and nothing was written. */
async function written(work: readonly Promise<unknown>[]): Promise<void> {
  try {
    await Promise.all(work);
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    throw isFull ? new NotPossible("storage_full") : error;
  }
}

async function opened(superseded: () => void): Promise<Database> {
  try {
    const database = await openDB<Tables>(NAME, SCHEMA, {
      upgrade(fresh) {
        fresh.createObjectStore("keys");
        fresh.createObjectStore("meta");
        fresh.createObjectStore("parts").createIndex("stamp", "stamp");
        fresh.createObjectStore("log");
        fresh.createObjectStore("values");
      },
      blocking(_present, _wanted, event) {
        // A newer page, or one that wipes: whoever keeps the old form open would hold it up.
        (event.target as IDBDatabase).close();
        superseded();
      },
      terminated: superseded,
    });
    return database;
  } catch (error) {
    if (error instanceof DOMException && error.name === "VersionError") throw new TooNew();
    throw error;
  }
}

async function storeKey(database: Database): Promise<CryptoKey | null> {
  const held = await database.get("keys", KEY);
  if (held !== undefined) return held;
  if ((await database.count("parts")) > 0) return null;
  const made = await newStoreKey();
  const writing = database.transaction("keys", "readwrite", { durability: "strict" });
  // Two tabs that begin at once agree on the first one's key.
  const first = await writing.store.get(KEY);
  if (first === undefined) await writing.store.put(made, KEY);
  await writing.done;
  return first ?? made;
}

function logName([channel, seq]: readonly [string, number]): string {
  return `${channel}\n${seq}`;
}
