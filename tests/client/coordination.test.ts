/** What waits for the office, and who may come into a circle: judged on what the server tells. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ProfessionalId } from "../../web/client/core/ids.ts";
import { obstacleOf } from "../../web/client/ui/coordination/admission.ts";
import { numberOf, phoneOf } from "../../web/client/ui/coordination/fields.ts";
import { uninvited, unsigned, unverified } from "../../web/client/ui/coordination/needs.ts";
import { phoneWord } from "../../web/client/ui/coordination/reach.ts";
import type { Colleague } from "../../web/client/ui/coordination/served.ts";

const NOW = Date.UTC(2026, 10, 22, 12);

function colleague(id: string, given: Partial<Colleague> = {}): Colleague {
  return {
    id: id as ProfessionalId,
    given_name: id,
    family_name: "Lavigne",
    role: "professional",
    profession: "nurse",
    structure: null,
    convention: "active",
    active_to: null,
    trained: true,
    account: "active",
    devices: 1,
    identity_key: "AAAA",
    attested_key: "AAAA",
    attested_by: "ana" as ProfessionalId,
    attested: true,
    ...given,
  };
}

const ids = (people: readonly Colleague[]): readonly string[] => people.map((each) => each.id);
const known = (): null => null;

test("whoever has a device and no checked identity waits, and oneself comes first", () => {
  const people = [
    colleague("ben", { attested: false }),
    colleague("ana", { attested: false, role: "coordinator" }),
    colleague("cleo"),
    colleague("dora", { attested: false, devices: 0 }),
    colleague("emil", { attested: false, account: "closed" }),
  ];

  assert.deepEqual(ids(unverified(people, "ana" as ProfessionalId)), ["ana", "ben"]);
});

test("an account that was never opened waits, whether it was invited or not", () => {
  const people = [colleague("ben", { account: "invited" }), colleague("cleo", { account: "none" }), colleague("dora")];

  assert.deepEqual(ids(uninvited(people)), ["ben", "cleo"]);
});

test("a convention is followed up when it is missing, over, or ends within sixty days", () => {
  const people = [
    colleague("none", { convention: "none" }),
    colleague("pending", { convention: "pending" }),
    colleague("ended", { convention: "ended" }),
    colleague("soon", { active_to: "2027-01-21" }),
    colleague("later", { active_to: "2027-01-22" }),
    colleague("open"),
    colleague("coming", { convention: "coming" }),
    colleague("office", { convention: null }),
    colleague("closed", { convention: "none", account: "closed" }),
  ];

  assert.deepEqual(ids(unsigned(people, NOW)), ["none", "pending", "ended", "soon"]);
});

test("only an open account, a checked identity and a convention in force lead into a circle", () => {
  const where = (given: Partial<Colleague>): string | undefined => obstacleOf(colleague("ben", given), known)?.href;

  assert.equal(where({}), undefined);
  assert.equal(where({ convention: null, role: "coordinator" }), undefined);
  assert.equal(where({ account: "invited" }), "/coordination/professionals/ben");
  assert.equal(where({ attested: false }), "/coordination/attest/ben");
  assert.equal(where({ attested: false, devices: 0 }), "/coordination/professionals/ben");
  assert.equal(where({ convention: "pending" }), "/coordination/professionals/ben");
  assert.equal(where({ convention: "coming" }), "/coordination/professionals/ben");
});

test("an identity on the word of a coordinator one never compared with leads to her", () => {
  const stranger = colleague("ana", { role: "coordinator", convention: null });

  const obstacle = obstacleOf(colleague("ben"), (by) => (by === "ana" ? stranger : null));

  assert.equal(obstacle?.href, "/coordination/attest/ana");
});

test("numbers and phones are read as people type them", () => {
  assert.equal(phoneOf("06 39 98 01 02"), "+33639980102");
  assert.equal(phoneOf("0033 6.39.98.01.02"), "+33639980102");
  assert.equal(phoneOf("+32 470 00 00 00"), "+32470000000");
  assert.equal(phoneOf("  "), null);
  assert.equal(phoneWord("+33639980102"), "06 39 98 01 02");
  assert.equal(numberOf("1 050"), 1050);
  assert.equal(numberOf("-2,5"), -2.5);
  assert.equal(numberOf(""), null);
  assert.ok(Number.isNaN(numberOf("douze")));
});
