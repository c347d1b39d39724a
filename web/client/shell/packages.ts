/** Key packages that wait for this device, so that colleagues can add it (R12). */

import type { HttpLine } from "./api.ts";
import { base64Of, fields, numberOf } from "./forms.ts";
import { loaded } from "./lazily.ts";
import type { Moment } from "./ronde.ts";
import type { Turns } from "./turn.ts";

const STOCK = 50;
const LOCK = "ronde-packages";

/** See to it that enough key packages wait for this device; safe to repeat. */
export async function replenish(turns: Turns, line: HttpLine, clock: () => Moment): Promise<void> {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    const path = `/devices/${turns.session.device.id}/key_packages`;
    const waiting = numberOf(fields(await line.ask("GET", path)).waiting);
    if (waiting > STOCK / 2) return;
    await leave(turns, line, path, { count: STOCK - waiting, now: clock() });
  });
}

/** Leave packages, the last of them as the last resort: kept before it is told. */
async function leave(
  turns: Turns,
  line: HttpLine,
  path: string,
  { count, now }: { readonly count: number; readonly now: Moment },
): Promise<void> {
  const { publish } = await loaded(async () => await import("../core/session/packages.ts"));
  let made: readonly Uint8Array[] = [];
  await turns.take(async (session) => {
    const published = await publish(session, count, { now });
    made = published.packages;
    return { session: published.session, effects: [] };
  });
  const packages = made.map(base64Of);
  const form = { packages: packages.slice(0, -1), last_resort: packages.at(-1) ?? null };
  await line.ask("POST", path, form);
}
