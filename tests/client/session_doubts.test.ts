/** What a session does not take at its word: answers, places, epochs and names that do not fit. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { HistoryBundle, Past, seal } from "../../web/client/core/history.ts";
import { Device } from "../../web/client/core/identity.ts";
import type { ChannelId } from "../../web/client/core/ids.ts";
import { newId } from "../../web/client/core/ids.ts";
import { pack } from "../../web/client/core/mls/message.ts";
import { openChannel, rejoin } from "../../web/client/core/session/join.ts";
import { makePackage } from "../../web/client/core/session/packages.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { changedParts } from "../../web/client/core/session/store.ts";
import { groupOf } from "./support/session_malice.ts";
import { NOW, person } from "./support/session_people.ts";
import { Client, request, sends, settle } from "./support/session_relay.ts";
import { damaged, hiding, House, NOISE } from "./support/session_scene.ts";

const DAY = 86_400_000;

test("a no to a ciphertext that was sealed again since changes nothing", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const first = await ben.saying("un");
  ben.keep(first.session);
  await house.ana.rotate();
  const { channel, log } = house.relay;
  const again = await sessions.receive(ben.session, channel, log, { now: NOW });
  assert.equal(request(again).id, request(first).id);

  const late = await sessions.refuse(again.session, request(first), "bad_entry", { now: NOW });

  assert.equal(late.session, again.session);
  assert.deepEqual(late.effects, []);
});

test("what the log refused for its epoch is not asked for again before the next one", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const [entry, commit] = [await ben.saying("un"), await house.ana.adding(await house.member())];
  const said = { now: NOW };

  const held = await sessions.refuse(entry.session, request(entry), "stale_epoch", said);
  const lost = await sessions.refuse(commit.session, request(commit), "stale_epoch", said);

  for (const { session } of [held, lost]) {
    const kinds = sessions.resume(session).map((effect) => effect.kind);
    assert.deepEqual(kinds, ["catch_up"]);
  }
});

test("who is behind says nothing", async () => {
  const house = await House.build();
  const ben = await house.joined();
  house.relay.tampers.set(ben.id, hiding(house.relay.log.length + 1));
  await house.ana.rotate();
  await house.ana.say("plus loin");
  await ben.sync();
  assert.ok(ben.state.behind);

  const step = await ben.saying("rien ne part");

  assert.deepEqual(sends(step), []);
});

test("a rotation that loses the race is tried again", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const { channel } = house.relay;
  const step = await sessions.rotate(ben.session, channel, { now: NOW });
  ben.keep(step.session);
  await house.ana.rotate();

  await ben.send(request(step));
  await settle(house.ana, ben);

  assert.deepEqual([house.ana.epoch, ben.epoch], [3, 3]);
  assert.equal(ben.state.wanted.rotate, false);
  assert.equal(ben.state.attempt, 0);
});

test("each lost race lets the next try wait longer, until one is won", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const { channel } = house.relay;
  const step = await sessions.rotate(ben.session, channel, { now: NOW });
  await house.ana.rotate();
  const asked = request(step);
  const lost = await sessions.refuse(step.session, asked, "stale_epoch", { now: NOW });

  const again = await sessions.receive(lost.session, channel, house.relay.log, { now: NOW });

  const attempts = again.effects.map((one) => (one.kind === "send" ? one.attempt : null));
  assert.deepEqual(
    attempts.filter((one) => one !== null),
    [1],
  );
});

test("who was away believes nobody to have been there meanwhile", async () => {
  const house = await House.build();
  const ben = await house.joined();
  house.relay.tampers.set(ben.id, (items) =>
    items.map((item) =>
      item.kind === "commit" && item.epoch === 1 ? { ...item, body: NOISE } : item,
    ),
  );
  await house.ana.rotate();
  await house.ana.rotate();
  await ben.sync();

  await ben.rejoin();
  await settle(house.ana, ben);

  const { tenures } = ben.state;
  const hers = tenures.filter((one) => one.certificate.device === house.ana.id);
  const spans = hers.map(({ first, last }) => [first, last]);
  assert.deepEqual(spans, [
    [1, 1],
    [4, null],
  ]);
});

test("a past given in pieces is over with the last of them", async () => {
  const house = await House.build();
  await house.ana.say("un");
  const ben = await house.joined();
  await ben.rotate();
  await ben.sync();
  const cleo = await house.member();
  const before = house.relay.log.length;

  await ben.add(cleo);
  await settle(house.ana, ben, cleo);

  const given = house.relay.log.slice(before).filter((item) => item.kind === "history");
  const lasts = given.map((item) => HistoryBundle.decode(item.body).last);
  assert.deepEqual(lasts, [false, true]);
});

test("who is off the roster does not try to remove itself either", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.circle.remove(ben.person);
  await ben.learn();

  await ben.say("encore là");

  assert.deepEqual(ben.of("commit_refused"), []);
});

test("a device restored from an old copy goes on behind what it had said", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await ben.say("un");
  const old = ben.disk;
  await ben.say("deux");
  ben.disk = old;
  await ben.crash();
  await ben.sync();

  await ben.say("trois");
  await house.ana.sync();

  assert.equal(ben.state.ownCounter, 3);
  assert.deepEqual(house.ana.heard, ["un", "deux", "trois"]);
  assert.deepEqual(house.ana.warnings, []);
});

test("an author's first entry withheld from somebody who was there is noticed", async () => {
  const house = await House.build();
  const ben = await house.joined();
  house.relay.tampers.set(ben.id, hiding(house.relay.log.length + 1));
  await house.ana.say("un");
  await house.ana.say("deux");

  await ben.sync();

  assert.deepEqual(ben.heard, ["deux"]);
  assert.deepEqual(ben.warnings, ["entry_withheld"]);
});

test("an entry that our own key does not open is refused and not waited for", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("un");
  house.relay.tampers.set(ben.id, (items) =>
    items.map((item) => (item.kind === "entry" ? damaged(item) : item)),
  );

  await ben.sync();

  assert.deepEqual(ben.of("safety_warning").map((event) => event.detail), ["unreadable"]);
  assert.deepEqual(ben.state.unread, []);
});

test("an entry under another epoch than its own is refused", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("un");
  const { channel, last } = house.relay;

  const shown = await sessions.show(ben.session, channel, [{ ...last, epoch: last.epoch - 1 }]);

  assert.deepEqual(
    shown.map((one) => one.kind === "entry_refused" && one.fault),
    ["mismatched"],
  );
});

test("a commit waits for a fresher chain however often it is pushed", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  const dana = await house.member();
  await house.ana.add(dana);
  const { channel, log } = house.relay;

  const first = await sessions.receive(cleo.session, channel, log, { now: NOW });
  const second = await sessions.receive(first.session, channel, log, { now: NOW });

  for (const { effects } of [first, second]) {
    assert.deepEqual(
      effects.map((effect) => effect.kind),
      ["fetch_chain", "catch_up"],
    );
  }
  cleo.keep(second.session);
  await settle(house.ana, cleo);
  assert.equal(cleo.epoch, house.ana.epoch);
  assert.deepEqual(cleo.warnings, []);
});

test("a welcome in another epoch's place is refused", async () => {
  const house = await House.build();
  const ben = await house.member();
  const step = await house.ana.adding(ben);
  const { body } = request(step);
  house.relay.put(house.ana.id, house.asked("commit", 5, body));

  await ben.sync();

  assert.deepEqual(ben.warnings, ["welcome_refused"]);
  assert.equal(ben.state.group, null);
});

test("a commit of an epoch that is over is a sign of a fork", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const { body, epoch } = house.relay.newest;
  await house.ana.rotate();
  await ben.sync();

  house.relay.put(house.ana.id, house.asked("commit", epoch, body));
  await ben.sync();

  assert.deepEqual(ben.warnings, ["group_forked"]);
  assert.equal(ben.code, house.ana.code);
});

test("another body under the id of our own commit is not our commit", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const { channel } = house.relay;
  const step = await sessions.rotate(ben.session, channel, { now: NOW });
  ben.keep(step.session);

  house.relay.put(ben.id, { ...request(step), body: NOISE });
  await ben.sync();

  assert.equal(ben.epoch, 1);
  assert.deepEqual(ben.warnings, ["commit_refused"]);
});

test("a channel that somebody else began is not ours", async () => {
  const { circle, relay } = await House.build();
  const ana = await Client.create(circle.coordinator, relay);
  await ana.learn();
  relay.log.length = 0;
  const step = await openChannel(ana.session, relay.channel, circle.id, { now: NOW });
  ana.keep(step.session);

  relay.put(ana.id, { ...request(step), body: NOISE });
  await ana.sync();

  assert.deepEqual([ana.state.phase, ana.state.pending], ["waiting", null]);
});

test("only the giver's own signature says that a past was given", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  const cleo = await house.member();
  await ana.add(cleo);
  relay.log.pop();
  await ben.learn();
  await ben.sync();
  const past = new Past({ epochs: [], tenures: [] });
  const recipient = cleo.person.device.certificate;
  const given = { channel: relay.channel, recipient, giver: ben.person.device };
  const lie = new HistoryBundle({
    ...(await seal(past, given)),
    giver: ana.person.device.certificate,
  });

  relay.put(ben.id, house.asked("history", ben.epoch, lie.encode()));
  await ben.sync();

  assert.deepEqual(ben.warnings, ["history_refused"]);
  assert.equal(ben.state.awaiting.length, 1);
});

test("nobody is led into another channel's group from outside", async () => {
  const house = await House.build();
  const dana = await house.member();
  const { circle, relay } = house;
  const other = newId() as ChannelId;
  const step = await openChannel(house.ana.session, other, circle.id, { now: NOW });
  const newest = { ...relay.newest, body: request(step).body };

  const entering = rejoin(dana.session, relay.channel, newest, { now: NOW });

  await assert.rejects(entering, { fault: "external" });
});

test("nobody is added under a certificate that is over", async () => {
  const house = await House.build();
  const dana = await person();
  await house.circle.add(dana);
  const { identity, professional, device } = dana;
  const old = await Device.enrol(identity, professional, device.id, { now: NOW - 400 * DAY });
  const adds = [pack((await makePackage(old, { now: NOW })).keyPackage)];
  await house.ana.learn();

  const { channel } = house.relay;
  const adding = sessions.changeMembers(house.ana.session, channel, { adds, now: NOW });

  await assert.rejects(adding, { fault: "ghost" });
});

test("a new pin and a used package are written with the device", async () => {
  const house = await House.build();
  const ben = await house.member();
  const { ana } = house;
  await ana.learn();
  const key = (await person()).identity.public;

  const pinned = sessions.acceptIdentity(ana.session, ben.person.professional, key);
  const before = ben.session;
  await ana.add(ben);
  await ben.sync();

  assert.notEqual(changedParts(ana.session, pinned).device, null);
  assert.notEqual(changedParts(before, ben.session).device, null);
  assert.equal((await groupOf(ben)).epoch, 1n);
});
