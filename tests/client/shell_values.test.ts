/** What the shell writes and reads: forms of the wire, records of the log, sealed values. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type ChannelId, type EntryId, newId } from "../../web/client/core/ids.ts";
import { Card, type Item } from "../../web/client/core/session/log.ts";
import { BadAnswer, base64Of } from "../../web/client/shell/forms.ts";
import { readCard, readItem, requestForm } from "../../web/client/shell/items.ts";
import { decodeRecord, encodeRecord } from "../../web/client/shell/record.ts";
import { Damaged, newStoreKey, open, seal } from "../../web/client/shell/seal.ts";
import { decodeValue, encodeValue } from "../../web/client/shell/values.ts";

function item(changes: Partial<Item> = {}): Item {
  return {
    channel: newId() as ChannelId,
    seq: 7,
    id: newId() as EntryId,
    kind: "entry",
    epoch: 3,
    sender: newId() as Item["sender"],
    at: 1_800_000_000_000,
    body: new Uint8Array([0, 1, 254, 255]),
    card: null,
    ...changes,
  };
}

function card(): Card {
  return new Card({ task: newId() as Card["task"], state: "requested", due: "2027-02-01" });
}

test("an item is read as the server writes it", () => {
  const sent = item({ card: card() });

  const read = readItem({ ...sent, body: base64Of(sent.body) });

  assert.deepEqual(read, sent);
});

for (const [name, wrong] of [
  ["a kind that nobody knows", { kind: "gossip" }],
  ["a place before the first", { seq: -1 }],
  ["a place that no number holds", { seq: 2 ** 53 }],
  ["a moment beyond all calendars", { at: 9e15 }],
  ["a channel that is none", { channel: "x" }],
  ["a sender that is none", { sender: "" }],
  ["a body that is no base64", { body: "é" }],
  ["a body that is missing", { body: undefined }],
  ["a card that is none", { card: { task: 1 } }],
] as const) {
  test(`an item with ${name} is refused`, () => {
    const sent = item();

    assert.throws(() => readItem({ ...sent, body: base64Of(sent.body), ...wrong }), BadAnswer);
  });
}

test("a request to append says what the server asks for, and a card only where there is one", () => {
  const { channel, id, epoch, body } = item();
  const request = { channel, id, kind: "entry", epoch, body, card: null } as const;
  const shown = card();

  const bare = requestForm(request);
  const carrying = requestForm({ ...request, card: shown });

  assert.deepEqual(bare, { id, kind: "entry", epoch, body: "AAH+/w==" });
  assert.deepEqual(readCard(carrying.card), shown);
});

test("a record gives back the item and what was found out about it", () => {
  const members = { by: item().sender, added: [], removed: [] };
  for (const findings of [{}, { fault: "forged" }, { notice: "gap" }, { members }]) {
    const record = { item: item({ card: card() }), findings };

    const { channel, seq } = record.item;

    assert.deepEqual(decodeRecord(channel, seq, encodeRecord(record)), record);
  }
});

test("of a commit only its place is kept", () => {
  const commit = item({ kind: "commit", body: new Uint8Array(100_000) });

  const kept = encodeRecord({ item: commit, findings: {} });

  assert.ok(kept.length < 400);
  assert.equal(decodeRecord(commit.channel, commit.seq, kept).item.body.length, 0);
});

test("a sealed value opens in its own place and in no other", async () => {
  const key = await newStoreKey();
  const plain = encodeValue({ text: "À moitié écrit" });

  const sealed = await seal(key, "values\ndraft/a", plain);

  assert.deepEqual(decodeValue(await open(key, "values\ndraft/a", sealed)), {
    text: "À moitié écrit",
  });
  await assert.rejects(open(key, "values\ndraft/b", sealed), Damaged);
  await assert.rejects(open(await newStoreKey(), "values\ndraft/a", sealed), Damaged);
  await assert.rejects(open(key, "values\ndraft/a", sealed.slice(0, 11)), Damaged);
});

test("one bit turned over anywhere opens nothing", async () => {
  const key = await newStoreKey();
  const sealed = await seal(key, "log\nx", encodeValue([1, 2, 3]));

  for (let at = 0; at < sealed.length; at += 1) {
    const spoilt = sealed.with(at, (sealed[at] ?? 0) ^ 1) as Uint8Array<ArrayBuffer>;
    await assert.rejects(open(key, "log\nx", spoilt), Damaged);
  }
});

test("the store's key leaves the browser in no form", async () => {
  const key = await newStoreKey();

  for (const form of ["raw", "jwk"] as const) {
    await assert.rejects(crypto.subtle.exportKey(form, key));
  }
  assert.equal(key.extractable, false);
});

test("the same value is sealed in other bytes each time", async () => {
  const key = await newStoreKey();
  const plain = encodeValue("pareil");

  const sealed = await Promise.all([seal(key, "a", plain), seal(key, "a", plain)]);

  assert.notDeepEqual(sealed[0], sealed[1]);
});
