/** IndexedDB in promises: the few acts that the store needs, and nothing else. */

/** Wait for what a request gives; throws what the database says. */
export async function asked<T>(request: IDBRequest<T>): Promise<T> {
  return await new Promise((done, fail) => {
    request.addEventListener("success", () => done(request.result));
    request.addEventListener("error", () => fail(reason(request.error)));
  });
}

/** Wait until all that a transaction wrote is kept; throws what undid it. */
export async function done(work: IDBTransaction): Promise<void> {
  await new Promise<void>((kept, fail) => {
    const undone = (): void => fail(reason(work.error));
    work.addEventListener("complete", () => kept());
    work.addEventListener("error", undone);
    work.addEventListener("abort", undone);
  });
}

/** What a database of ours is made of, and who is told when others want it. */
export type Opening = {
  readonly version: number;
  /** Make the tables of a new database. */
  readonly make: (fresh: IDBDatabase) => void;
  /** A newer page opens or wipes it, or the browser took it away: it is closed. */
  readonly superseded: () => void;
};

/** Open a database; throws a DOMException `VersionError` where a newer page has opened it. */
export async function openDatabase(name: string, { version, make, superseded }: Opening): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.addEventListener("upgradeneeded", () => make(request.result));
  const database = await asked(request);
  database.addEventListener("versionchange", () => {
    // Whoever keeps the old form open would hold the newer page up.
    database.close();
    superseded();
  });
  database.addEventListener("close", superseded);
  return database;
}

/** Take a database away, with all that it holds. */
export async function deleteDatabase(name: string): Promise<void> {
  await asked(indexedDB.deleteDatabase(name));
}

function reason(error: DOMException | null): DOMException {
  return error ?? new DOMException("The transaction was given up.", "AbortError");
}
