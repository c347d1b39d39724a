/**
 * What survives the tab: IndexedDB, every value sealed, every change one durable transaction.
 *
 * Names of records are ids, never words. `stamp` counts the writes of the session: a tab that
 * stands on an older one is refused, so two tabs never write back what each of them knew.
 */

import { asked, deleteDatabase, done, openDatabase } from "./database.ts";
import { NotPossible } from "./ronde.ts";
import { Damaged, newStoreKey, open, seal } from "./seal.ts";

const NAME = "ronde";
const SCHEMA = 1;
const KEY = "store";
const STAMP = "stamp";

type Bytes = Uint8Array<ArrayBuffer>;

type Table = "parts" | "log" | "values";
type Part = { readonly stamp: number; readonly sealed: Bytes };
type Durability = "strict" | "relaxed";

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
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;

  private constructor(database: IDBDatabase, key: CryptoKey) {
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
    return (await this.#get<number>("meta", STAMP)) ?? 0;
  }

  /** The parts of the session that were written after a stamp, and the stamp they lead to. */
  async partsSince(stamp: number): Promise<{ stamp: number; parts: Map<string, Bytes> }> {
    const reading = this.#database.transaction(["parts", "meta"], "readonly");
    const newer = IDBKeyRange.lowerBound(stamp, true);
    const index = reading.objectStore("parts").index("stamp");
    const [names, held, latest] = await Promise.all([
      asked(index.getAllKeys(newer)) as Promise<string[]>,
      asked<Part[]>(index.getAll(newer)),
      asked<number | undefined>(reading.objectStore("meta").get(STAMP)),
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
    { durability = "strict" }: { readonly durability?: Durability } = {},
  ): Promise<number> {
    const sealed = await this.#sealed(writes);
    const writing = this.#writing(["meta", "parts", "log", "values"], durability);
    const kept = done(writing);
    kept.catch(() => undefined);
    const latest = (await asked<number | undefined>(writing.objectStore("meta").get(STAMP))) ?? 0;
    if (latest !== stamp) {
      writing.abort();
      await kept.catch(() => undefined);
      throw new Overtaken();
    }
    await written([...put(writing, sealed, stamp + 1), kept]);
    return stamp + 1;
  }

  /**
   * Keep values that belong to no step of the session: a draft, an answer, a mark.
   *
   * They outlive the browser's end, not that of the power: that would cost each a wait.
   */
  async keep(values: ReadonlyMap<string, Bytes | null>): Promise<void> {
    const { values: sealed } = await this.#sealed({ values });
    const writing = this.#writing(["values"], "relaxed");
    await written([...setAll(writing.objectStore("values"), sealed), done(writing)]);
  }

  /** A value by its name, or null. */
  async value(name: string): Promise<Bytes | null> {
    const sealed = await this.#get<Bytes>("values", name);
    return sealed === undefined ? null : await this.#open("values", name, sealed);
  }

  /** All values whose names begin alike, by name. */
  async valuesOf(prefix: string): Promise<Map<string, Bytes>> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [names, held] = await this.#all<string>("values", range);
    const plain = await Promise.all(
      held.map((sealed, at) => this.#open("values", names[at] ?? "", sealed)),
    );
    return new Map(names.map((name, at) => [name, plain[at] as Bytes]));
  }

  /** Places `from` to `to` of a channel's log, both included, by place. */
  async log(channel: string, from: number, to: number): Promise<Map<number, Bytes>> {
    if (to < from) return new Map();
    const range = IDBKeyRange.bound([channel, from], [channel, to]);
    const [keys, held] = await this.#all<[string, number]>("log", range);
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

  async #get<T>(table: string, key: string): Promise<T | undefined> {
    return await asked<T | undefined>(this.#database.transaction(table).objectStore(table).get(key));
  }

  async #all<Key>(table: Table, range: IDBKeyRange): Promise<[readonly Key[], readonly Bytes[]]> {
    const store = this.#database.transaction(table).objectStore(table);
    const keys = asked(store.getAllKeys(range)) as Promise<unknown> as Promise<Key[]>;
    return await Promise.all([keys, asked<Bytes[]>(store.getAll(range))]);
  }

  #writing(tables: string[], durability: Durability): IDBTransaction {
    return this.#database.transaction(tables, "readwrite", { durability });
  }
}

/** Forget everything that this browser holds. */
export async function forget(): Promise<void> {
  await deleteDatabase(NAME);
}

function put(writing: IDBTransaction, sealed: SealedWrites, stamp: number): Promise<unknown>[] {
  const parts = sealed.parts.map(({ key, sealed: data }) => ({
    key,
    sealed: data === null ? null : { stamp, sealed: data },
  }));
  return [
    ...setAll(writing.objectStore("parts"), parts),
    ...setAll(writing.objectStore("log"), sealed.log),
    ...setAll(writing.objectStore("values"), sealed.values),
    asked(writing.objectStore("meta").put(stamp, STAMP)),
  ];
}

/** Set each value under its key, and take out those that are null. */
function setAll(
  store: IDBObjectStore,
  values: readonly { readonly key: IDBValidKey; readonly sealed: unknown }[],
): Promise<unknown>[] {
  return values.map(async ({ key, sealed }) => {
    await (sealed === null ? asked(store.delete(key)) : asked(store.put(sealed, key)));
  });
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

async function opened(superseded: () => void): Promise<IDBDatabase> {
  try {
    return await openDatabase(NAME, { version: SCHEMA, make: tables, superseded });
  } catch (error) {
    if (error instanceof DOMException && error.name === "VersionError") throw new TooNew();
    throw error;
  }
}

function tables(fresh: IDBDatabase): void {
  for (const name of ["keys", "meta", "log", "values"]) fresh.createObjectStore(name);
  fresh.createObjectStore("parts").createIndex("stamp", "stamp");
}

async function storeKey(database: IDBDatabase): Promise<CryptoKey | null> {
  const reading = database.transaction(["keys", "parts"]);
  const [held, parts] = await Promise.all([
    asked<CryptoKey | undefined>(reading.objectStore("keys").get(KEY)),
    asked(reading.objectStore("parts").count()),
  ]);
  if (held !== undefined) return held;
  if (parts > 0) return null;
  const made = await newStoreKey();
  const writing = database.transaction("keys", "readwrite", { durability: "strict" });
  const [keys, kept] = [writing.objectStore("keys"), done(writing)];
  // Two tabs that begin at once agree on the first one's key.
  const first = await asked<CryptoKey | undefined>(keys.get(KEY));
  if (first === undefined) await asked(keys.put(made, KEY));
  await kept;
  return first ?? made;
}

function logName([channel, seq]: readonly [string, number]): string {
  return `${channel}\n${seq}`;
}
