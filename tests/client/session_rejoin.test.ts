/** R11: losing the thread of a channel, and coming back from outside. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Bundle } from "../../web/client/core/bundle.ts";
import { certify, Device } from "../../web/client/core/identity.ts";
import { compare, report } from "../../web/client/core/session/compare.ts";
import { rejoin } from "../../web/client/core/session/join.ts";
import { KINDS } from "../../web/client/core/session/log.ts";
import type { Item } from "../../web/client/core/session/log.ts";
import { publish } from "../../web/client/core/session/packages.ts";
import { GHOSTS, groupOf, putCommit, putEntrance } from "./support/session_malice.ts";
import { NOW, person } from "./support/session_people.ts";
import { Client, Relay, request, settle } from "./support/session_relay.ts";
import { damaged, hiding, House, NOISE } from "./support/session_scene.ts";

const DAY = 86_400_000;

test("who lost the thread comes back and reads what was missed", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  await cleo.say("avant");
  await settle(ana, ben, cleo);
  relay.tampers.set(cleo.id, (items) =>
    items.map((item) =>
      item.kind === "commit" && item.epoch === 2 ? { ...item, body: NOISE } : item,
    ),
  );
  await ana.rotate();
  await ana.say("manqué");
  await cleo.sync();
  assert.ok(cleo.state.behind);

  await cleo.rejoin();
  await settle(ana, ben, cleo);
  await cleo.say("de retour");
  await settle(ana, ben, cleo);

  assert.equal(cleo.code, ana.code);
  assert.equal(ben.code, ana.code);
  assert.deepEqual(await cleo.read(), ["avant", "manqué", "de retour"]);
  assert.equal(ana.state.members.length, 3);
});

test("a rostered device joins from outside and is given the past", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("un");
  const dana = await house.member();

  await dana.rejoin();
  await settle(house.ana, ben, dana);

  assert.deepEqual(await dana.read(), ["un"]);
  assert.equal(dana.code, house.ana.code);
});

test("a joining from outside that loses the race is tried again", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const dana = await house.member();
  const step = await rejoin(dana.session, relay.channel, relay.newest, { now: NOW });
  await ana.rotate();

  await dana.do(step);
  await dana.sync();

  assert.equal(dana.of("rejoin").length, 1);
  assert.equal(dana.state.pending, null);
  await dana.rejoin();
  await settle(ana, dana);
  assert.equal(dana.code, ana.code);
});

test("who was added meanwhile takes its own place and not a lost one", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  const back = await house.member();
  await ana.add(back);

  await back.do(
    await rejoin(back.session, relay.channel, relay.newest, { now: NOW, replaces: ben.id }),
  );
  await settle(ana, ben, back);

  assert.deepEqual(
    new Set(ana.state.members.map((one) => one.certificate.device)),
    new Set([ana.id, ben.id, back.id]),
  );
  assert.equal(back.code, ana.code);
});

test("a stranger who joins from outside is refused", async () => {
  const house = await House.build();
  const { ana } = house;
  const before = ana.state.group;

  await putEntrance(house, await person(), null);
  await ana.sync();

  assert.deepEqual(ana.warnings, ["commit_refused"]);
  assert.equal(ana.state.group, before);
});

test("who joins from outside removes nobody else", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  const dana = await house.member();

  await putEntrance(house, dana.person, (await groupOf(cleo)).leaf);
  await house.ana.sync();
  await cleo.sync();

  assert.deepEqual(house.ana.warnings, ["commit_refused"]);
  assert.deepEqual(cleo.warnings, ["commit_refused"]);
  assert.equal(cleo.state.phase, "member");
});

test("nobody comes from outside into a group with a ghost", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const dana = await house.member();
  await putCommit(house, ben, { adds: [await GHOSTS.uncertified()] });

  await assert.rejects(dana.rejoin(), { fault: "ghost" });
});

test("who refused a commit that the log took does not go on silently", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  await putCommit(house, ben, { adds: [await GHOSTS.uncertified()] });
  house.relay.epoch += 1;
  await cleo.sync();

  await cleo.say("rien ne part");

  assert.equal(cleo.of("rejoin").length, 1);
  await assert.rejects(cleo.rejoin(), { fault: "ghost" });
  assert.deepEqual(await house.ana.read(), []);
});

test("nobody is led back into an epoch from outside", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  const old = relay.newest;
  await ana.remove(cleo);
  await settle(ana, ben);

  const back = rejoin(ben.session, relay.channel, old, { now: NOW });

  await assert.rejects(back, { fault: "external" });
  await rejoin(ben.session, relay.channel, relay.newest, { now: NOW });
});

test("an old welcome leads nobody back", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.member();
  relay.shelf.set(ben.id, relay.shelf.get(ben.id)?.slice(-1) ?? []);
  await ana.add(ben);
  await ben.sync();
  const { epoch, body } = relay.newest;
  await ana.remove(ben);
  await ben.sync();
  assert.equal(ben.state.phase, "removed");

  relay.put(ana.id, house.asked("commit", epoch, body));
  await ben.sync();

  assert.equal(ben.state.group, null);
  assert.deepEqual(ben.warnings, ["welcome_refused"]);
});

test("a last resort opens a second welcome until it is over", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.member();
  const [resort] = relay.shelf.get(ben.id)?.slice(-1) ?? [];
  assert.ok(resort !== undefined);
  relay.shelf.set(ben.id, [resort, resort]);
  await ana.add(ben);
  await ben.crash();
  await ben.sync();
  await ana.remove(ben);
  await ben.sync();

  await ana.add(ben);
  await ben.crash();
  await ben.sync();

  assert.equal(ben.code, ana.code);
  const later = await publish(ben.session, 0, { now: NOW + 365 * DAY });
  assert.deepEqual(await later.session.packages.awake(), []);
  assert.deepEqual(later.session.resorts, []);
});

test("a welcome that cannot be opened is answered from outside", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.member();
  relay.tampers.set(ben.id, (items) => items.slice(0, 2).map(withoutWelcome));
  await ana.add(ben);

  await ben.sync();

  assert.equal(ben.events.at(-1)?.kind, "rejoin");
  relay.tampers.delete(ben.id);
  await ben.rejoin();
  await settle(ana, ben);
  assert.equal(ben.code, ana.code);
});

/** What an adder makes who lets a newcomer in and tells it nothing. */
function withoutWelcome(item: Item): Item {
  if (item.kind !== "commit") return item;
  const bundle = Bundle.decode(item.body);
  const welcome = bundle.welcome?.slice() ?? new Uint8Array(1);
  welcome[welcome.length - 1] = 0;
  return { ...item, body: new Bundle({ ...bundle, welcome }).encode() };
}

test("who comes back and hears the present before the past is not alarmed", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  await ana.say("un");
  await settle(ana, ben, cleo);
  await circle.remove(cleo.person);
  await ana.remove(cleo);
  await ana.say("deux");
  await settle(ana, ben, cleo);
  await circle.add(cleo.person);
  const step = await ana.adding(cleo);
  ana.keep(step.session);
  // Ana goes away before she can hand over the past.
  relay.append(ana.id, request(step));
  await cleo.sync();
  await ben.sync();
  await ben.say("trois");
  await cleo.say("quatre");

  await settle(ana, ben, cleo);
  await ana.say("cinq");
  await settle(ana, ben, cleo);

  assert.deepEqual(await cleo.read(), ["un", "deux", "trois", "quatre", "cinq"]);
  for (const client of [ana, ben, cleo]) assert.deepEqual(client.warnings, []);
});

test("a withheld entry is noticed by whoever comes back", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  const ben = await house.joined();
  const cleo = await house.joined(ben);
  await ana.say("un");
  await settle(ana, ben, cleo);
  await circle.remove(cleo.person);
  await ana.remove(cleo);
  await ana.say("deux");
  const hidden = relay.log.length;
  await ana.say("trois");
  relay.tampers.set(cleo.id, hiding(hidden));
  await circle.add(cleo.person);
  await ana.add(cleo);
  await settle(ana, ben, cleo);

  assert.deepEqual(await cleo.read(), ["un", "trois"]);
  assert.deepEqual(cleo.warnings, ["entry_withheld"]);
});

test("a newcomer whose key takes no seal harms nobody but itself", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const dana = await person();
  const certificate = await certify(dana.identity, dana.professional, dana.device.id, {
    signatureKey: dana.device.signatureKey.public,
    hpkeKey: new Uint8Array(32),
    notAfter: NOW + 30 * DAY,
  });
  const { signatureKey, hpkeKey } = dana.device;
  const broken = { ...dana, device: new Device({ certificate, signatureKey, hpkeKey }) };
  await house.circle.add(broken);
  const client = await Client.create(broken, house.relay);
  await client.watch();

  await house.ana.add(client);
  await house.ana.say("un");
  await settle(house.ana, ben, client);

  assert.deepEqual(client.heard, ["un"]);
  assert.deepEqual(ben.heard, ["un"]);
});

test("an epoch beyond all numbers is passed over", async () => {
  for (const epoch of [-1, 0.5, Number.NaN, 2 ** 53 - 1, 2 ** 53, 2 ** 64]) {
    const house = await House.build();
    const ben = await house.joined();
    for (const kind of KINDS) house.relay.put(house.ana.id, house.asked(kind, epoch, NOISE));
    await house.ana.say("bonjour");

    await ben.sync();
    await ben.crash();

    assert.deepEqual(ben.heard, ["bonjour"]);
  }
});

test("no damaged item stops a session", async () => {
  const house = await House.build();
  const ben = await house.member();
  await house.ana.add(ben);
  await house.ana.say("bonjour");
  const { disk } = ben;
  for (let round = 0; round < 150; round++) {
    const place = Math.floor(Math.random() * house.relay.log.length);
    house.relay.tampers.set(ben.id, (items) =>
      items.map((item, at) => (at === place ? spoilt(item) : item)),
    );
    ben.disk = disk;
    await ben.crash();
    ben.events = [];

    await ben.sync();

    assert.equal(ben.state.cursor, house.relay.log.length);
    assert.ok(ben.heard.every((text) => text === "bonjour"));
  }
});

function spoilt(item: Item): Item {
  const at = Math.floor(Math.random() * item.body.length);
  return damaged(item, at, 1 + Math.floor(Math.random() * 255));
}

test("two clients shown different commits see different codes", async () => {
  const house = await House.build();
  const { ana, circle, relay } = house;
  const ben = await house.joined();
  await ana.sync();
  const earlier = report(ben.session, relay.channel);
  ben.relay = new Relay(circle, relay);
  await ana.rotate();
  await ben.rotate();
  await ana.sync();
  await ben.sync();

  const step = compare(ana.session, report(ben.session, relay.channel));

  assert.equal(ana.epoch, ben.epoch);
  assert.notEqual(ana.code, ben.code);
  const kinds = step.effects.map((effect) => effect.kind);
  assert.deepEqual(kinds, ["safety_warning", "rejoin"]);
  assert.deepEqual(compare(ana.session, earlier).effects, []);
  assert.deepEqual(compare(ana.session, report(ana.session, relay.channel)).effects, []);
});
