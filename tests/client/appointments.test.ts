/** An appointment begins by the family's clock, wherever the reader sits. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { beginsAt } from "../../web/client/ui/appointments/served.ts";

const at = (start: string, zone: string): string =>
  new Date(beginsAt({ start, zone, duration_minutes: 30, place_label: "12 rue des Tilleuls" })).toISOString();

test("in Paris, winter and summer", () => {
  assert.equal(at("2026-11-25T17:00:00", "Europe/Paris"), "2026-11-25T16:00:00.000Z");
  assert.equal(at("2026-07-01T09:30:00", "Europe/Paris"), "2026-07-01T07:30:00.000Z");
});

test("overseas, to the half hour and across the date line", () => {
  assert.equal(at("2026-11-25T08:00:00", "Pacific/Marquesas"), "2026-11-25T17:30:00.000Z");
  assert.equal(at("2026-11-25T08:00:00", "Pacific/Noumea"), "2026-11-24T21:00:00.000Z");
});
