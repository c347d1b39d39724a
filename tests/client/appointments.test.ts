/** An appointment begins by the family's clock, wherever the reader sits. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { DocumentId, ProfessionalId } from "../../web/client/core/ids.ts";
import { beginsAt } from "../../web/client/ui/appointments/served.ts";
import { reportAmong } from "../../web/client/ui/documents/report.ts";

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

const paper = (id: string, form: string, visit: string | null, state: "draft" | "signed" = "signed") => ({ id: id as DocumentId, form, visit, state, strike: null });
const form = { code: "F26", formerly: ["F25"] };

test("the report of a visit is its own, not that of another visit of the same form", () => {
  const found = reportAmong([paper("a", "F26", "V12"), paper("b", "F25", "V24"), paper("c", "F27", "V24")], form, "V24");
  assert.equal(found?.id, "b");
  assert.equal(reportAmong([paper("a", "F26", "V12")], form, "V24"), null);
});

test("a draft goes before what is signed, and what was struck is none", () => {
  const struck = { ...paper("c", "F26", "V24"), strike: { by: "x" as ProfessionalId, at: "2026-11-22T09:00:00Z", reason: "" } };
  assert.equal(reportAmong([paper("a", "F26", "V24"), paper("b", "F26", "V24", "draft"), struck], form, "V24")?.id, "b");
  assert.equal(reportAmong([struck], form, "V24"), null);
});
