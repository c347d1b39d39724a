/** Backing up, and coming back by the recovery code: R10. */

import { Backup, type Recovered, begin, owed, recover } from "../core/backup.ts";
import type { ProfessionalId } from "../core/ids.ts";
import { type BackupKeys, BadCode, keysFor, newCode, readCode } from "../core/recovery.ts";
import type { Session } from "../core/session/state.ts";
import type { HttpLine } from "./api.ts";
import { BadAnswer, base64Of, bytesOf, fields, list, numberOf, text } from "./forms.ts";
import { NotPossible, Refused } from "./ronde.ts";
import type { Store } from "./store.ts";
import { NAMES, encodeValue } from "./values.ts";

const PAGE = 100;

/** A new code to show once, and the backup that begins with it. */
export type Begun = { readonly code: string; readonly backup: Backup };

/** Make a code and a backup under it; the server hears of it by `announce`. */
export async function newBackup(): Promise<Begun> {
  const code = newCode();
  return { code: code.written, backup: begin(await code.keys()) };
}

/** Tell the server of a new backup: what an older code opened is given up. */
export async function announce(line: HttpLine, backup: Backup): Promise<void> {
  await line.ask("PUT", "/backup", { public_key: base64Of(backup.publicKey) });
}

/**
 * Open the backup with a code as somebody typed it.
 *
 * Throws NotPossible (`wrong_code`, `no_backup`).
 */
export async function openBackup(
  line: HttpLine,
  professional: ProfessionalId,
  typed: string,
): Promise<{ readonly keys: BackupKeys; readonly recovered: Recovered }> {
  const { publicKey, records } = await download(line);
  const keys = await keysOf(typed, publicKey);
  return { keys, recovered: await recover(records, { professional, keys }) };
}

/**
 * Take up the backup that is in force, by its code: everything is owed to it anew.
 *
 * Throws NotPossible (`wrong_code`, `no_backup`).
 */
export async function takeUp(line: HttpLine, typed: string): Promise<Backup> {
  const { public_key: publicKey } = await pageOf(line, 0, 1);
  return begin(await keysOf(typed, bytesOf(text(publicKey))));
}

async function keysOf(typed: string, publicKey: Uint8Array): Promise<BackupKeys> {
  try {
    return await keysFor(readCode(typed), publicKey);
  } catch (error) {
    if (error instanceof BadCode) throw new NotPossible("wrong_code");
    throw error;
  }
}

async function download(
  line: HttpLine,
): Promise<{ readonly publicKey: Uint8Array; readonly records: readonly Uint8Array[] }> {
  const records: Uint8Array[] = [];
  for (let since = 0; ; ) {
    const page = await pageOf(line, since, PAGE);
    const found = list(page.records).map(fields);
    records.push(...found.map(({ body }) => bytesOf(body)));
    const last = numberOf(found.at(-1)?.seq ?? since);
    // What does not go on would be asked for ever.
    if (last <= since && found.length > 0) throw new BadAnswer("records without an end");
    since = last;
    if (page.more !== true || found.length === 0) {
      return { publicKey: bytesOf(text(page.public_key)), records };
    }
  }
}

async function pageOf(
  line: HttpLine,
  since: number,
  limit: number,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return fields(await line.ask("GET", `/backup?since=${since}&limit=${limit}`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) throw new NotPossible("no_backup");
    throw error;
  }
}

/** Append what is owed, one record after another; throws Refused, Unreachable. */
export async function payBackup(
  line: HttpLine,
  store: Store,
  held: string,
  session: Session,
): Promise<void> {
  let backup = Backup.decode(bytesOf(held));
  const publicKey = base64Of(backup.publicKey);
  for (const one of await owed(session, backup)) {
    const form = { id: one.id, body: base64Of(one.body), public_key: publicKey };
    await line.ask("POST", "/backup/records", form);
    backup = backup.noted(one);
    await keepBackup(store, backup);
  }
}

/** Keep how far the backup has come, sealed, beside the session. */
export async function keepBackup(store: Store, backup: Backup): Promise<void> {
  const values = [...backupValues(backup)].map(([name, value]) => [name, value === null ? null : encodeValue(value)] as const);
  await store.keep(new Map(values));
}

/** What the store keeps of a backup, by name: it is the one in force. */
export function backupValues(backup: Backup): ReadonlyMap<string, string | null> {
  return new Map([[NAMES.backup, base64Of(backup.encode())], [NAMES.replaced, null]]);
}
