/** What somebody's account holds beyond this browser. */

import type { HttpLine } from "./api.ts";
import { fields, list } from "./forms.ts";
import { Refused } from "./ronde.ts";

/** Tell whether the account has devices, and a backup to come back from. */
export async function elsewhere(
  line: HttpLine,
): Promise<{ readonly others: boolean; readonly recoverable: boolean }> {
  const [devices, recoverable] = await Promise.all([line.ask("GET", "/devices"), hasBackup(line)]);
  return { others: list(fields(devices).devices).length > 0, recoverable };
}

async function hasBackup(line: HttpLine): Promise<boolean> {
  try {
    await line.ask("GET", "/backup?since=0&limit=1");
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return false;
    throw error;
  }
}
