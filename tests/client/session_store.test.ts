/** What a device keeps: the whole of a session, or its parts one by one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromBase64 } from "../../web/client/core/base64.ts";
import type { ChannelId, CircleId } from "../../web/client/core/ids.ts";
import { newId } from "../../web/client/core/ids.ts";
import { Malformed, utf8 } from "../../web/client/core/mls/codec.ts";
import { codeOf } from "../../web/client/core/session/compare.ts";
import { watch } from "../../web/client/core/session/join.ts";
import type { Item } from "../../web/client/core/session/log.ts";
import { publish } from "../../web/client/core/session/packages.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import type { Parts } from "../../web/client/core/session/store.ts";
import {
  changedParts,
  decodeParts,
  decodeSession,
  encodeSession,
} from "../../web/client/core/session/store.ts";
import { NOW } from "./support/session_people.ts";
import { settle } from "./support/session_relay.ts";
import { House } from "./support/session_scene.ts";

const NOTHING: Parts = { device: null, circles: new Map(), channels: new Map() };

/** What a store holds after it wrote the parts that changed. */
function writtenOver(kept: Parts, news: Parts): Parts {
  return {
    device: news.device ?? kept.device,
    circles: new Map([...kept.circles, ...news.circles]),
    channels: new Map([...kept.channels, ...news.channels]),
  };
}

test("a session comes back from its bytes, whatever is on its way", async () => {
  const house = await House.build();
  const { ana } = house;
  const ben = await house.joined();
  const cleo = await house.member();
  await ben.say("un");
  ana.keep((await ana.saying("deux")).session);
  ana.keep((await ana.adding(cleo)).session);

  for (const client of [ana, ben, cleo]) {
    const stored = encodeSession(client.session);
    assert.deepEqual(encodeSession(await decodeSession(stored)), stored);
  }
});

test("all parts make the whole", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("bonjour");
  await settle(house.ana, ben);

  const session = await decodeParts(changedParts(null, ben.session));

  assert.deepEqual(encodeSession(session), encodeSession(ben.session));
});

test("saying something changes the channel and nothing else", async () => {
  const { ana, circle, relay } = await House.build();
  const before = watch(ana.session, newId() as ChannelId, circle.id);
  ana.session = before;

  const step = await ana.saying("bonjour");

  const news = changedParts(before, step.session);
  assert.deepEqual([news.device, news.circles.size], [null, 0]);
  assert.deepEqual([...news.channels.keys()], [relay.channel]);
});

test("what changed nothing is not written", async () => {
  const { ana } = await House.build();

  assert.deepEqual(changedParts(ana.session, ana.session.with({})), NOTHING);
});

test("new packages change the device only", async () => {
  const { ana } = await House.build();

  const { session } = await publish(ana.session, 1, { now: NOW });

  const news = changedParts(ana.session, session);
  assert.notEqual(news.device, null);
  assert.deepEqual([news.circles.size, news.channels.size], [0, 0]);
});

test("parts written as they change are the session at every step", async () => {
  const house = await House.build();
  const { ana } = house;
  const [ben, cleo] = [await house.member(), await house.member()];
  let [kept, last] = [changedParts(null, ben.session), ben.session];
  const acts = [
    () => ana.add(ben),
    () => ben.say("un"),
    () => ben.add(cleo),
    () => house.circle.remove(cleo.person),
    () => ben.say("deux"),
  ];
  for (const act of acts) {
    await act();
    await settle(ana, ben, cleo);

    kept = writtenOver(kept, changedParts(last, ben.session));
    last = ben.session;

    const session = await decodeParts(kept);
    assert.deepEqual(encodeSession(session), encodeSession(ben.session));
  }
});

test("parts that do not belong together are no session", async () => {
  const { ana, relay } = await House.build();
  const parts = changedParts(null, ana.session);
  const [channel] = [...parts.channels.values()];
  const [circle] = [...parts.circles.values()];
  assert.ok(channel !== undefined && circle !== undefined);
  const wrong: readonly Partial<Parts>[] = [
    { device: null },
    { device: parts.device?.slice(0, -1) ?? null },
    { channels: new Map([[newId() as ChannelId, channel]]) },
    { circles: new Map([[newId() as CircleId, circle]]) },
    { channels: new Map([[relay.channel, channel.slice(0, -1)]]) },
    { channels: new Map([[relay.channel, Uint8Array.of(...channel, 0)]]) },
  ];

  for (const change of wrong) {
    await assert.rejects(decodeParts({ ...parts, ...change }), Malformed);
  }
});

test("what is no session is refused", async () => {
  const wrong = [new Uint8Array(), new Uint8Array(1), utf8("ronde session v1"), new Uint8Array(64)];

  for (const data of wrong) await assert.rejects(decodeSession(data), Malformed);
});

test("a stored chain that was tampered with is refused", async () => {
  const { ana } = await House.build();
  const stored = encodeSession(ana.session);
  const [statement] = [...ana.session.circles.values()].flatMap((circle) => circle.chain);
  assert.ok(statement !== undefined);
  const at = Buffer.from(stored).indexOf(statement) + statement.length - 1;
  stored[at] = (stored[at] ?? 0) ^ 1;

  await assert.rejects(decodeSession(stored), { fault: "forged" });
});

test("a session that Python stored long ago goes on", async () => {
  const file = new URL("../vectors/sessions/v2.json", import.meta.url);
  const { given, expect } = JSON.parse(readFileSync(file, "utf8"));
  const [stored, channel] = [fromBase64(given.session), given.channel as ChannelId];
  const rows = given.items as readonly (Omit<Item, "body"> & { body: string })[];
  const items = rows.map((row) => ({ ...row, channel, card: null, body: fromBase64(row.body) }));

  const session = await decodeSession(stored);

  const state = session.channels.get(channel);
  assert.deepEqual(encodeSession(session), stored);
  assert.deepEqual([state?.epoch, state?.members.length], [expect.epoch, expect.members]);
  assert.equal(codeOf(session, channel), expect.code);
  const opened = await sessions.read(session, channel, items);
  const texts = opened.map((one) => new TextDecoder().decode(one.opened.entry.body));
  assert.deepEqual(texts, expect.texts);
  const effects = sessions.resume(session);
  const asks = effects.flatMap((one) => (one.kind === "send" ? [one.request.kind] : []));
  assert.deepEqual(asks, expect.asks);
});
