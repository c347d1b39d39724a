/** R9 in a session: who comes later reads what the circle lets it read. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { EpochKey } from "../../web/client/core/history.ts";
import { Secret, SUITE_1 } from "../../web/client/core/mls/suite.ts";
import { MAX_GIVEN } from "../../web/client/core/session/pasts.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { HistoryGrant } from "../../web/client/core/statement.ts";
import { putPast } from "./support/session_malice.ts";
import { NOW, person } from "./support/session_people.ts";
import { type Relay, request, settle } from "./support/session_relay.ts";
import { House } from "./support/session_scene.ts";

const LATER = NOW + 3_600_000;

/** Lie about when the newest commit came. */
function redate(relay: Relay, at: number): void {
  relay.log[relay.newest.seq - 1] = { ...relay.newest, at };
}

test("a newcomer reads what was said before", async () => {
  const house = await House.build();
  const { ana } = house;
  const ben = await house.joined();
  await ana.say("un");
  await settle(ana, ben);
  await ben.say("deux");
  await settle(ana, ben);
  const cleo = await house.member();

  await ana.add(cleo);
  await settle(ana, ben, cleo);
  await ana.say("trois");
  await settle(ana, ben, cleo);

  assert.deepEqual(cleo.heard, ["un", "deux", "trois"]);
  assert.deepEqual(cleo.warnings, []);
  assert.deepEqual(cleo.state.unread, []);
  const givers = cleo.of("history_received").map((event) => event.giver);
  assert.deepEqual(givers, [ana.person.professional]);
});

test("a newcomer is told what it cannot read yet", async () => {
  const house = await House.build();
  await house.ana.say("un");

  const cleo = await house.member();

  const seqs = cleo.of("cannot_read").map((event) => event.seq);
  assert.deepEqual(seqs, [2]);
});

test("under the policy joining a newcomer reads from its joining on", async () => {
  const house = await House.build();
  await house.ana.say("avant");
  const dana = await house.member(new HistoryGrant("joining"));
  await house.ana.add(dana);
  await house.ana.say("après");
  await settle(house.ana, dana);

  assert.deepEqual(dana.heard, ["après"]);
  assert.deepEqual(dana.warnings, []);
  assert.equal(house.relay.log.filter((item) => item.kind === "history").length, 0);
});

test("under the policy since a newcomer reads epochs that began after the date", async () => {
  const house = await House.build();
  const { ana } = house;
  ana.now = LATER;
  await ana.say("trop tôt");
  const ben = await house.joined();
  const began = ana.state.epochs.at(-1)?.began ?? 0;
  await ana.say("assez tard");
  const dana = await house.member(new HistoryGrant("since", began));
  await ana.add(dana);
  await settle(ana, ben, dana);

  assert.deepEqual(dana.heard, ["assez tard"]);
  assert.deepEqual(dana.warnings, []);
});

test("an epoch that the server dates ahead is handed to nobody for it", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.member();
  await ana.add(ben);
  redate(relay, LATER);
  await ben.sync();
  await ana.say("trop tôt");
  await settle(ana, ben);
  const dana = await house.member(new HistoryGrant("since", LATER));

  await ben.add(dana);
  await settle(ana, ben, dana);

  assert.equal(ben.state.epochs[0]?.began, NOW);
  assert.deepEqual(dana.heard, []);
});

test("a commit is dated no earlier than the epoch it ends", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.member();
  [ana.now, ben.now] = [LATER, LATER];
  await ana.add(ben);
  await ben.sync();
  const began = ben.state.epochs.at(-1)?.began;

  await ana.rotate();
  redate(relay, NOW - 400 * 86_400_000);
  await ben.sync();

  assert.deepEqual([ben.epoch, ben.state.epochs.at(-1)?.began], [ana.epoch, began]);
});

test("who adds before having the past passes it on later", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const [ben, cleo] = [await house.member(), await house.member()];
  await ana.say("un");
  const step = await ana.adding(ben);
  ana.keep(step.session);
  // Taken, but Ana goes away before she hears of it.
  relay.append(ana.id, request(step));
  await ben.sync();
  await ben.add(cleo);
  await cleo.sync();
  assert.deepEqual(cleo.heard, []);

  await settle(ana, ben, cleo);

  assert.deepEqual(cleo.heard, ["un"]);
  assert.deepEqual(ben.heard, ["un"]);
});

test("if a giver is removed before giving the next one gives", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  await ana.say("un");
  const ben = await house.joined();
  const cleo = await house.member();
  const step = await ben.adding(cleo);
  ben.keep(step.session);
  // And Ben never comes back.
  relay.append(ben.id, request(step));
  await circle.remove(ben.person);
  await ana.sync();
  await ana.remove(ben);

  await settle(ana, cleo);

  assert.deepEqual(await cleo.read(), ["un"]);
  assert.deepEqual(ana.state.awaiting, []);
});

test("a second device of a professional reads all that the first does", async () => {
  const house = await House.build();
  const { ana } = house;
  const ben = await house.joined();
  await ana.say("un");
  await settle(ana, ben);
  const tablet = await house.second(ben);

  await ben.add(tablet);
  await settle(ana, ben, tablet);
  await tablet.say("depuis la tablette");
  await settle(ana, ben, tablet);

  assert.deepEqual(tablet.heard, ["un", "depuis la tablette"]);
  assert.deepEqual(ana.heard, ["un", "depuis la tablette"]);
});

test("who stands outside with an old chain is not alarmed by a past for another", async () => {
  const house = await House.build();
  const { ana } = house;
  const cleo = await house.member();
  await ana.say("un");
  const ben = await house.joined();
  const dana = await house.member();
  await ben.add(dana);
  await settle(ben, dana);

  await cleo.sync();

  assert.deepEqual(await dana.read(), ["un"]);
  assert.deepEqual(cleo.warnings, []);
});

test("a past by a stranger is refused", async () => {
  const house = await House.build();
  const { ana } = house;
  const dana = await house.member();
  const [epoch] = ana.state.epochs;
  assert.ok(epoch !== undefined);

  const past = { epochs: [epoch], tenures: ana.state.tenures };
  await putPast(house, await person(), dana, past);
  await dana.sync();

  assert.deepEqual(dana.warnings, ["history_refused"]);
  assert.deepEqual(dana.state.given, []);
});

test("a giver of wrong keys does not keep the right ones out", async () => {
  const house = await House.build();
  const { ana } = house;
  const ben = await house.joined();
  await ana.say("un");
  const dana = await house.member();
  const [, epoch] = ana.state.epochs;
  assert.ok(epoch !== undefined);
  const wrong = new EpochKey({ ...epoch, key: SUITE_1.randomSecret() });
  await putPast(house, ben.person, dana, { epochs: [wrong], tenures: ana.state.tenures });

  await ana.add(dana);
  await settle(ana, ben, dana);

  assert.deepEqual(dana.heard, ["un"]);
  assert.deepEqual(dana.warnings, []);
});

test("one giver leaves room for the past of another", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  await ana.say("avant cleo");
  const cleo = await house.member();
  await ana.add(cleo);
  cleo.relay.tampers.set(cleo.id, (items) =>
    items.map((item) =>
      item.kind === "history" && item.sender === ana.id
        ? { ...item, body: new Uint8Array(3) }
        : item,
    ),
  );
  await cleo.sync();
  cleo.relay.tampers.delete(cleo.id);
  for (let epoch = 1000; epoch < 1000 + 2 * MAX_GIVEN; epoch++) {
    const key = new EpochKey({ epoch, key: new Secret(32), began: NOW });
    await putPast(house, ben.person, cleo, { epochs: [key], tenures: [] });
  }
  await cleo.sync();
  assert.equal(cleo.state.given.length, MAX_GIVEN);

  const giving = await sessions.shareHistory(ana.session, relay.channel, cleo.id, { now: NOW });
  await ana.do(giving);
  await cleo.sync();

  assert.deepEqual(await cleo.read(), ["avant cleo"]);
});

test("another than the giver does not say that the past was given", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  const cleo = await house.member();
  await ana.add(cleo);
  relay.log.pop();
  await ben.learn();
  await ben.sync();
  assert.deepEqual(
    ben.state.awaiting.map((one) => one.giver),
    [ana.id],
  );

  await putPast(house, ben.person, cleo, { epochs: [], tenures: [] });
  await ben.sync();

  assert.equal(ben.state.awaiting.length, 1);
});
