/** Looking through a log once more: what stands at each entry's place. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { EntryId } from "../../web/client/core/ids.ts";
import { newId } from "../../web/client/core/ids.ts";
import type { Shown } from "../../web/client/core/session/effects.ts";
import type { Item } from "../../web/client/core/session/log.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { HistoryGrant } from "../../web/client/core/statement.ts";
import { putEntry } from "./support/session_malice.ts";
import { settle } from "./support/session_relay.ts";
import { damaged, House } from "./support/session_scene.ts";

const TAMPERS: readonly (readonly [string, (item: Item) => Item])[] = [
  ["unreadable", (item) => damaged(item)],
  ["mismatched", (item) => ({ ...item, id: newId() as EntryId })],
  ["malformed", (item) => ({ ...item, body: new Uint8Array() })],
];

function kinds(shown: readonly Shown[]): readonly string[] {
  return shown.map((one) => one.kind);
}

for (const [fault, tamper] of TAMPERS) {
  test(`a tampered entry is named by its place and its fault, ${fault}`, async () => {
    const house = await House.build();
    const { ana, relay } = house;
    const ben = await house.joined();
    await ana.say("un");
    await ana.say("deux");
    await settle(ana, ben);
    const { seq } = relay.last;
    const items = [...relay.log.slice(0, -1), tamper(relay.last)];

    const shown = await sessions.show(ben.session, relay.channel, items);

    assert.deepEqual(kinds(shown), ["entry_opened", "entry_refused"]);
    const refused = shown[1];
    assert.ok(refused?.kind === "entry_refused");
    assert.deepEqual([refused.seq, refused.sender, refused.fault], [seq, ana.id, fault]);
  });
}

test("an entry that another signed is refused when it is shown again", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await putEntry(house, house.ana, ben);

  const { channel, log } = house.relay;
  const [shown] = await sessions.show(house.ana.session, channel, log);

  assert.ok(shown?.kind === "entry_refused");
  assert.equal(shown.fault, "forged");
});

test("an entry without a key keeps its place", async () => {
  const house = await House.build();
  await house.ana.say("avant");
  const dana = await house.member(new HistoryGrant("joining"));
  await house.ana.add(dana);
  await house.ana.say("après");
  await settle(house.ana, dana);

  const shown = await sessions.show(dana.session, house.relay.channel, house.relay.log);

  assert.deepEqual(kinds(shown), ["cannot_read", "entry_opened"]);
});

test("an entry that a proven key does not open is not merely without a key", async () => {
  const house = await House.build();
  await house.ana.say("un");
  await house.ana.say("deux");
  const ben = await house.joined();
  const entries = house.relay.log.filter((item) => item.kind === "entry");
  const [one, ...others] = entries;
  assert.ok(one !== undefined);

  const { channel } = house.relay;
  const alone = await sessions.show(ben.session, channel, [damaged(one)]);
  const beside = await sessions.show(ben.session, channel, [damaged(one), ...others]);

  assert.deepEqual(kinds(alone), ["cannot_read"]);
  assert.deepEqual(kinds(beside), ["entry_refused", "entry_opened"]);
});

test("a repeated entry is shown once and where it stood first", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("bonjour");
  await settle(house.ana, ben);
  const { channel, last, log } = house.relay;

  const again = { ...last, seq: last.seq + 1 };
  const shown = await sessions.show(ben.session, channel, [...log, again]);

  assert.deepEqual(
    shown.map((one) => one.seq),
    [last.seq],
  );
});

test("a forgery before the real entry does not hide it", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("bonjour");
  await settle(house.ana, ben);
  const { channel, last } = house.relay;

  const items = [damaged(last), { ...last, seq: last.seq + 1 }];
  const shown = await sessions.show(ben.session, channel, items);

  assert.deepEqual(kinds(shown), ["entry_refused", "entry_opened"]);
});

test("reading gives only what opens", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("un");
  await house.ana.say("deux");
  await settle(house.ana, ben);
  const { channel, last, log } = house.relay;

  const opened = await sessions.read(ben.session, channel, [...log.slice(0, -1), damaged(last)]);

  assert.equal(opened.length, 1);
});
