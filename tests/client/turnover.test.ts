/** Who came and who left are people, whatever devices they came with. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { MembersChanged } from "../../web/client/core/session/effects.ts";
import { type Turnover, turnovers } from "../../web/client/shell/turnover.ts";

type Devices = readonly (readonly [device: string, professional: string])[];

const OURS = "our-phone";

const change = (by: string, added: Devices, removed: Devices = []): MembersChanged => {
  const members = (devices: Devices): unknown =>
    devices.map(([device, professional], leaf) => ({ leaf, device, professional }));
  const [came, left] = [members(added), members(removed)];
  const place = { kind: "members_changed", channel: "c", seq: 1, epoch: 1 };
  return { ...place, by, added: came, removed: left } as unknown as MembersChanged;
};

const told = (...changes: readonly MembersChanged[]): (Turnover | undefined)[] => {
  const of = turnovers(null, OURS as never, changes);
  return changes.map((one) => of.get(one));
};

const THERE = change("ben-desk", [["ana-desk", "ana"], ["ben-desk", "ben"]]);

test("a second device is nobody new, and its end is nobody gone", () => {
  const [, second, end] = told(
    THERE,
    change("ana-phone", [["ana-phone", "ana"]]),
    change("ben-desk", [], [["ana-desk", "ana"]]),
  );

  assert.deepEqual(second, { added: [], removed: [] });
  assert.deepEqual(end, { added: [], removed: [] });
});

test("somebody new has come, and whoever has no device left has gone", () => {
  const [, come, gone] = told(
    THERE,
    change("ben-desk", [["eve-desk", "eve"]]),
    change("ben-desk", [], [["ana-desk", "ana"]]),
  );

  assert.deepEqual(come, { added: ["eve"], removed: [] });
  assert.deepEqual(gone, { added: [], removed: ["ana"] });
});

test("whoever is let in finds the others there, who did not come with them", () => {
  const [welcomed] = told(change("ben-desk", [["ben-desk", "ben"], [OURS, "me"]]));

  assert.deepEqual(welcomed, { added: ["me"], removed: [] });
});

test("whoever comes back by themselves is told of nobody", () => {
  const [back] = told(change(OURS, [["ben-desk", "ben"], [OURS, "me"]]));

  assert.deepEqual(back, { added: [], removed: [] });
});
