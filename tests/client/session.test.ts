/** A device's side of its channels: the protocol's daily life. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { BadEntry, MAX_BODY } from "../../web/client/core/entry.ts";
import type { ChannelId, CircleId, EntryId, TaskId } from "../../web/client/core/ids.ts";
import { newId } from "../../web/client/core/ids.ts";
import { NotAllowed } from "../../web/client/core/policy.ts";
import { NeverSeen, numberWith } from "../../web/client/core/session/compare.ts";
import { openChannel, watch } from "../../web/client/core/session/join.ts";
import { Card } from "../../web/client/core/session/log.ts";
import { publish } from "../../web/client/core/session/packages.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { NotInChannel, UnknownChannel, UnknownCircle } from "../../web/client/core/session/step.ts";
import { NOW, person } from "./support/session_people.ts";
import { Client, request, sends, settle } from "./support/session_relay.ts";
import { House } from "./support/session_scene.ts";

const DAY = 86_400_000;

test("what one says all hear", async () => {
  const house = await House.build();
  const { ana } = house;
  const [ben, cleo] = [await house.member(), await house.member()];
  await ana.add(ben, cleo);
  await settle(ana, ben, cleo);

  await ana.say("Bonjour");
  await settle(ana, ben, cleo);
  await ben.say("Bonjour Ana");
  await settle(ana, ben, cleo);

  for (const client of [ana, ben, cleo]) {
    assert.deepEqual(client.heard, ["Bonjour", "Bonjour Ana"]);
    assert.deepEqual(client.warnings, []);
    assert.equal(client.code, ana.code);
  }
});

test("a task card travels in clear beside its sealed entry", async () => {
  const { ana, relay } = await House.build();
  const task = newId() as TaskId;
  const card = new Card({
    task,
    state: "requested",
    assignees: [ana.person.professional],
    due: "2026-12-01",
  });
  const body = new TextEncoder().encode("Bilan");

  const said = { type: "task", body, card, now: NOW };
  await ana.do(await sessions.compose(ana.session, relay.channel, said));
  await ana.sync();

  assert.equal(relay.last.card, card);
  assert.equal(Buffer.from(relay.last.body).includes("Bilan"), false);
  assert.deepEqual(
    ana.of("entry_opened").map((event) => event.card),
    [card],
  );
});

test("every change of members is an event for all", async () => {
  const house = await House.build();
  const { ana } = house;
  const [ben, cleo] = [await house.member(), await house.member()];
  await ana.add(ben);
  await settle(ana, ben);
  await ana.add(cleo);
  await settle(ana, ben, cleo);
  await ana.remove(cleo);
  await settle(ana, ben, cleo);

  const changes = ben.of("members_changed");

  assert.deepEqual(
    changes.map((change) => change.added.length),
    [2, 1, 0],
  );
  assert.deepEqual(
    changes.flatMap((change) => change.removed.map((member) => member.device)),
    [cleo.id],
  );
  assert.deepEqual(new Set(changes.map((change) => change.by)), new Set([ana.id]));
});

test("every statement of the chain is an event once", async () => {
  const house = await House.build();
  const ben = await house.member();
  await house.circle.add(await person());
  await ben.learn();
  await ben.learn();

  const news = ben.of("roster_changed").map((event) => event.statements.length);

  assert.deepEqual(news, [2, 1]);
});

test("who is removed reads nothing more", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  const [ben, cleo] = [await house.member(), await house.member()];
  await ana.add(ben, cleo);
  await ana.say("avant");
  await settle(ana, ben, cleo);
  await circle.remove(cleo.person);

  await ana.remove(cleo);
  await settle(ana, ben, cleo);
  await ana.say("après");
  await ben.say("après aussi");
  await settle(ana, ben, cleo);

  assert.deepEqual(cleo.heard, ["avant"]);
  assert.equal(cleo.state.phase, "removed");
  assert.equal(cleo.state.group, null);
  assert.equal(cleo.of("removed_from_channel").length, 1);
  const all = await sessions.read(cleo.session, relay.channel, relay.log);
  assert.equal(all.length, 1);
  await assert.rejects(cleo.say("encore là"), NotInChannel);
});

test("who comes back reads again under the policy", async () => {
  const house = await House.build();
  const { ana, circle } = house;
  const ben = await house.joined();
  await circle.remove(ben.person);
  await ana.remove(ben);
  await ana.say("sans Ben");
  await settle(ana, ben);
  await circle.add(ben.person);

  await ana.add(ben);
  await settle(ana, ben);
  await ana.say("avec Ben");
  await settle(ana, ben);

  assert.deepEqual(ben.heard, ["sans Ben", "avec Ben"]);
  assert.equal(ben.state.phase, "member");
});

test("posting waits until whoever is off the roster is removed", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  await circle.remove(cleo.person);

  await ben.learn();
  await ben.say("sans Cleo");
  await settle(ana, ben, cleo);

  const kinds = relay.log.slice(-2).map((item) => item.kind);
  assert.deepEqual(kinds, ["commit", "entry"]);
  assert.deepEqual(ana.heard, ["sans Cleo"]);
  assert.deepEqual(cleo.heard, []);
});

test("who is off the roster sends nothing", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.circle.remove(ben.person);
  await ben.learn();
  const before = house.relay.log.length;

  await ben.say("encore là");

  assert.equal(house.relay.log.length, before);
});

test("what was not said before a removal is given back", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.circle.remove(ben.person);
  const step = await ben.saying("trop tard");
  ben.keep(step.session);
  await house.ana.remove(ben);

  await ben.sync();

  const parked = ben.of("entry_parked").map((event) => [event.id, event.code]);
  assert.deepEqual(parked, [[request(step).id, "removed"]]);
});

test("a rotation makes a new epoch with the same members", async () => {
  const house = await House.build();
  const ben = await house.joined();

  await ben.rotate();
  await settle(house.ana, ben);

  assert.deepEqual([house.ana.epoch, ben.epoch], [2, 2]);
  assert.equal(ben.state.wanted.rotate, false);
  assert.equal(house.ana.of("members_changed").at(-1)?.added.length, 0);
});

test("only one entry is on its way and the order is kept", async () => {
  const { ana } = await House.build();
  const first = await ana.saying("un");
  ana.keep(first.session);
  const second = await ana.saying("deux");
  ana.keep(second.session);

  assert.deepEqual([sends(first).length, sends(second).length], [1, 0]);
  await ana.resume();
  assert.deepEqual(ana.heard, ["un", "deux"]);
});

test("an entry refused for good is parked and blocks nothing", async () => {
  const { ana } = await House.build();
  const first = await ana.saying("un");
  ana.keep(first.session);
  ana.keep((await ana.saying("deux")).session);
  const asked = request(first);

  await ana.do(await sessions.refuse(ana.session, asked, "bad_entry", { now: NOW }));
  await ana.sync();

  const parked = ana.of("entry_parked").map((event) => [event.id, event.code]);
  assert.deepEqual(parked, [[asked.id, "bad_entry"]]);
  assert.deepEqual(ana.heard, ["deux"]);
  assert.deepEqual(ana.warnings, []);
});

test("a commit refused for good is dropped with an event", async () => {
  const house = await House.build();
  const { ana } = house;
  const step = await ana.adding(await house.member());
  ana.keep(step.session);

  await ana.do(await sessions.refuse(ana.session, request(step), "bad_commit", { now: NOW }));

  const codes = ana.of("commit_refused").map((event) => event.code);
  assert.deepEqual(codes, ["bad_commit"]);
  assert.deepEqual([ana.epoch, ana.state.pending], [0, null]);
});

test("nobody is added who is not on the roster", async () => {
  const { ana, relay } = await House.build();
  const eve = await Client.create(await person(), relay);

  await assert.rejects(ana.add(eve), { fault: "ghost" });
});

test("who is in already is not added again", async () => {
  const house = await House.build();
  const ben = await house.joined();

  await house.ana.add(ben);
  await house.ana.say("bonjour");
  await settle(house.ana, ben);

  assert.deepEqual(ben.heard, ["bonjour"]);
  assert.equal(house.ana.of("commit_refused").length, 0);
});

test("nobody removes oneself", async () => {
  const { ana } = await House.build();

  await assert.rejects(ana.remove(ana), NotAllowed);
});

test("without a chain a session does not go on", async () => {
  const who = await person();
  const session = await sessions.enrol(who.identity, who.professional, who.device.id, { now: NOW });
  const [channel, circle] = [newId() as ChannelId, newId() as CircleId];

  await assert.rejects(openChannel(session, channel, circle, { now: NOW }), UnknownCircle);
  assert.throws(() => watch(session, channel, circle), UnknownCircle);
});

test("only a member of the circle begins a channel", async () => {
  const { relay } = await House.build();
  const eve = await Client.create(await person(), relay);

  await assert.rejects(eve.open(), NotAllowed);
});

test("what was never watched is unknown", async () => {
  const { ana } = await House.build();
  const channel = newId() as ChannelId;

  await assert.rejects(sessions.receive(ana.session, channel, [], { now: NOW }), UnknownChannel);
});

test("what could not be sealed later is refused now", async () => {
  const { ana, relay } = await House.build();
  const body = new Uint8Array(4);
  const refused = [
    { type: "message", body: new Uint8Array(MAX_BODY + 1) },
    { type: "x".repeat(33), body },
    { type: "", body },
    { type: "\ud800", body },
    { type: "message", body, thread: "no id" as EntryId },
    { type: "message", body, entry: "" as EntryId },
  ];

  for (const said of refused) {
    const composing = sessions.compose(ana.session, relay.channel, { ...said, now: NOW });
    await assert.rejects(composing, BadEntry);
  }
});

test("items seen before are passed over and a gap is not jumped", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  await ana.say("un");
  await ana.say("deux");
  await settle(ana, ben);
  const { cursor } = ben.state;

  await ben.receive(relay.log);
  await ben.receive([{ ...relay.last, seq: cursor + 5 }]);

  assert.deepEqual(ben.heard, ["un", "deux"]);
  assert.equal(ben.state.cursor, cursor);
  assert.deepEqual(ben.warnings, []);
});

test("key packages past their time are forgotten", async () => {
  const { ana } = await House.build();

  const { session, packages } = await publish(ana.session, 2, { now: NOW + 91 * DAY });

  assert.equal(packages.length, 2);
  assert.equal((await session.packages.awake()).length, 2);
});

test("a used key package loses its private keys", async () => {
  const house = await House.build();
  const ben = await house.member();
  const before = (await ben.session.packages.awake()).length;

  await house.ana.add(ben);
  await settle(house.ana, ben);

  assert.equal((await ben.session.packages.awake()).length, before - 1);
});

test("two people compare the same number", async () => {
  const house = await House.build();
  const { ana } = house;
  const ben = await house.member();
  await ana.learn();

  const mine = await numberWith(ana.session, ben.person.professional);
  const yours = await numberWith(ben.session, ana.person.professional);

  assert.equal(mine, yours);
  const stranger = await person();
  await assert.rejects(numberWith(ana.session, stranger.professional), NeverSeen);
});

test("a new identity of a known professional is loud", async () => {
  const { ana, circle } = await House.build();
  const ben = await person();
  await circle.add(ben);
  await ana.learn();
  await circle.remove(ben);
  const again = await person();
  await circle.add({ ...again, professional: ben.professional });

  await ana.learn();

  assert.deepEqual(ana.warnings, ["identity_changed"]);
  const key = again.identity.public;
  const accepted = sessions.acceptIdentity(ana.session, ben.professional, key);
  assert.equal(accepted.pins.keys.get(ben.professional), key);
});
