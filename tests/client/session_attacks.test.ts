/** The attack list above the core: what the log hides, replays or forges, refused or noticed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Tenure } from "../../web/client/core/history.ts";
import { Device } from "../../web/client/core/identity.ts";
import type { EntryId } from "../../web/client/core/ids.ts";
import { newId } from "../../web/client/core/ids.ts";
import { MAX_STATEMENTS } from "../../web/client/core/membership.ts";
import { Credential } from "../../web/client/core/mls/credential.ts";
import { newKeyPackage } from "../../web/client/core/mls/key_package.ts";
import { Lifetime } from "../../web/client/core/mls/lifetime.ts";
import { pack } from "../../web/client/core/mls/message.ts";
import { Refused } from "../../web/client/core/mls/refused.ts";
import { SUITE_1 } from "../../web/client/core/mls/suite.ts";
import { credentialIdentity } from "../../web/client/core/identity.ts";
import { KINDS } from "../../web/client/core/session/log.ts";
import { makePackage } from "../../web/client/core/session/packages.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { GHOSTS, groupOf, putCommit, putEntry, putPast } from "./support/session_malice.ts";
import { NOW, person } from "./support/session_people.ts";
import type { Client } from "./support/session_relay.ts";
import { request, sends, settle } from "./support/session_relay.ts";
import { hiding, House, NOISE } from "./support/session_scene.ts";

/** Ana with Ben and Cleo in her channel. */
async function three(): Promise<{ house: House; ana: Client; ben: Client; cleo: Client }> {
  const house = await House.build();
  const ben = await house.joined();
  return { house, ana: house.ana, ben, cleo: await house.joined(ben) };
}

test("an old device list is not accepted again", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const old = house.circle.chain;
  await house.circle.add(await person());
  await ben.learn();
  const before = ben.session;
  house.relay.chains.set(ben.id, old);

  const { channel, log } = house.relay;
  const receiving = sessions.receive(ben.session, channel, log, { chain: old, now: NOW });

  await assert.rejects(receiving, sessions.ChainRolledBack);
  await assert.rejects(ben.learn(), sessions.ChainRolledBack);
  assert.equal(ben.session, before);
});

test("another chain than the one we know is refused", async () => {
  const house = await House.build();
  const ben = await house.joined();
  const fork = house.circle.fork(1);
  for (let more = 0; more < 3; more++) await fork.add(await person());
  house.relay.chains.set(ben.id, fork.chain);

  await assert.rejects(ben.learn(), sessions.ChainRolledBack);
});

test("a removal hidden in the chain is noticed by the next entry", async () => {
  const { house, ana, ben, cleo } = await three();
  house.relay.chains.set(ben.id, house.circle.chain);
  await house.circle.remove(cleo.person);
  await ana.remove(cleo);
  await ana.say("sans Cleo");
  await ben.sync();
  const before = house.relay.log.length;

  const step = await ben.saying("rien ne part");
  await ben.do(step);

  assert.deepEqual(sends(step), []);
  assert.ok(step.effects.some((effect) => effect.kind === "fetch_chain"));
  assert.equal(house.relay.log.length, before);
  house.relay.chains.delete(ben.id);
  await settle(ana, ben);
  assert.deepEqual(await ana.read(), ["sans Cleo", "rien ne part"]);
});

test("a removal hidden in the log is noticed and nothing more is said", async () => {
  const { house, ana, ben, cleo } = await three();
  await ana.sync();
  house.relay.tampers.set(ben.id, hiding(house.relay.log.length + 1));
  await house.circle.remove(cleo.person);
  await ana.remove(cleo);
  await ana.say("sans Cleo");
  await ben.sync();
  const before = house.relay.log.length;

  await ben.say("rien ne part");

  assert.deepEqual(await ben.read(), []);
  assert.ok(ben.of("rejoin").length > 0);
  assert.equal(house.relay.log.length, before);
});

test("two clients shown different chains notice at the first entry", async () => {
  const house = await House.build();
  const ben = await house.joined();
  // Only a coordinator can write both: here her device is in other hands.
  const fork = house.circle.fork();
  await house.circle.add(await person());
  await fork.add(await person());
  house.relay.chains.set(ben.id, fork.chain);
  await house.ana.learn();
  await ben.learn();

  await house.ana.say("bonjour");
  await ben.sync();

  assert.deepEqual(ben.warnings, ["roster_forked"]);
});

test("an entry signed by another is refused", async () => {
  const { house, ana, ben, cleo } = await three();
  await ana.sync();

  await putEntry(house, ana, ben);
  await cleo.sync();

  assert.deepEqual(cleo.heard, []);
  assert.deepEqual(cleo.warnings, ["entry_refused"]);
  const [warning] = cleo.of("safety_warning");
  assert.deepEqual([warning?.seq, warning?.detail], [house.relay.log.length, "forged"]);
});

test("an entry is shown under its signer whoever the server names", async () => {
  const { house, ana, ben, cleo } = await three();
  await ana.sync();

  await putEntry(house, ana, ana, { sender: ben });
  await cleo.sync();

  const [shown] = cleo.of("entry_opened");
  assert.equal(shown?.opened.author.professional, ana.person.professional);
  assert.deepEqual(cleo.warnings, ["sender_spoofed"]);
});

test("a replayed entry is not shown twice", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("bonjour");
  house.relay.log.push({ ...house.relay.last, seq: house.relay.log.length + 1 });

  await ben.sync();

  assert.deepEqual(ben.heard, ["bonjour"]);
  assert.deepEqual(await ben.read(), ["bonjour"]);
  assert.deepEqual(ben.warnings, ["entry_replayed"]);
});

test("an entry under another id is refused", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("bonjour");
  const { last, log } = house.relay;
  log.push({ ...last, seq: log.length + 1, id: newId() as EntryId });

  await ben.sync();

  assert.deepEqual(ben.heard, ["bonjour"]);
  assert.deepEqual(ben.warnings, ["entry_refused"]);
});

test("a withheld entry is noticed", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await house.ana.say("un");
  house.relay.tampers.set(ben.id, hiding(house.relay.log.length + 1));
  await house.ana.say("deux");
  await house.ana.say("trois");

  await ben.sync();

  assert.deepEqual(ben.heard, ["un", "trois"]);
  assert.deepEqual(ben.warnings, ["entry_withheld"]);
});

test("an entry withheld from a newcomer's past is noticed", async () => {
  const house = await House.build();
  for (const text of ["un", "deux", "trois"]) await house.ana.say(text);
  const dana = await house.member();
  house.relay.tampers.set(dana.id, hiding(4));
  dana.keep(dana.session.with({ channels: new Map() }));
  dana.events = [];
  await dana.watch();
  await house.ana.add(dana);
  await house.ana.say("quatre");
  await settle(house.ana, dana);

  assert.deepEqual(dana.heard, ["un", "deux", "quatre"]);
  assert.deepEqual(dana.warnings, ["entry_withheld"]);
});

test("noise in the log is reported and passed over", async () => {
  const house = await House.build();
  const ben = await house.joined();
  for (const kind of KINDS) house.relay.put(house.ana.id, house.asked(kind, 1, NOISE));
  await house.ana.say("bonjour");

  await ben.sync();

  assert.deepEqual(ben.heard, ["bonjour"]);
  const refused = ["commit_refused", "entry_refused", "history_refused"];
  assert.deepEqual([...new Set(ben.warnings)].toSorted(), refused);
});

for (const [name, ghost] of Object.entries(GHOSTS)) {
  test(`a ghost leaf ${name} is refused by every client`, async () => {
    const { house, ben, cleo } = await three();
    const dana = await person();
    await house.circle.add(dana);
    const before = cleo.state.group;

    await putCommit(house, ben, { adds: [await ghost(dana)] });
    await cleo.sync();

    assert.deepEqual(cleo.warnings, ["commit_refused"]);
    assert.equal(cleo.state.group, before);
  });
}

test("a forged commit does not block the real one", async () => {
  const { house, ana, ben, cleo } = await three();
  await putCommit(house, ben, { adds: [await GHOSTS.uncertified()] });
  house.relay.put(ben.id, house.asked("commit", 2, NOISE));

  await ana.rotate();
  await settle(ana, ben, cleo);

  assert.deepEqual(cleo.warnings, ["commit_refused", "commit_refused"]);
  assert.deepEqual([ana.epoch, ben.epoch, cleo.epoch], [3, 3, 3]);
  assert.equal(ana.code, cleo.code);
});

test("nobody joins a group with a ghost in it", async () => {
  const { house, ben } = await three();
  const dana = await house.member();
  const own = (await dana.session.packages.awake())[0]?.keyPackage;
  assert.ok(own !== undefined);

  await putCommit(house, ben, { adds: [await GHOSTS.uncertified(), own] });
  await dana.sync();

  assert.deepEqual(dana.warnings, ["commit_refused"]);
  assert.equal(dana.state.phase, "waiting");
});

test("a device stands in a group once", async () => {
  const { house, ana, ben } = await three();
  const again = await makePackage(ana.person.device, { now: NOW });

  await assert.rejects(putCommit(house, ben, { adds: [again.keyPackage] }), Refused);
});

test("only a coordinator removes who is on the roster", async () => {
  const { house, ana, ben, cleo } = await three();

  await putCommit(house, ben, { removes: [(await groupOf(cleo)).leaf] });
  await cleo.sync();
  await ana.sync();

  assert.deepEqual(cleo.warnings, ["commit_refused"]);
  assert.deepEqual(ana.warnings, ["commit_refused"]);
  assert.equal(cleo.state.phase, "member");
});

test("a commit that our chain does not know of yet is judged by a fresher one", async () => {
  const { house, ana, ben, cleo } = await three();
  const dana = await house.member();

  await ana.add(dana);
  await ben.sync();
  await ben.say("bienvenue");
  await cleo.sync();

  assert.equal(ben.session.circles.get(house.circle.id)?.chain.length, house.circle.chain.length);
  assert.equal(cleo.epoch, ana.epoch);
  assert.deepEqual(cleo.heard, ["bienvenue"]);
  assert.deepEqual([...ben.warnings, ...cleo.warnings], []);
});

test("a removal that our chain does not know of yet is judged by a fresher one", async () => {
  const { house, ana, ben, cleo } = await three();
  const dana = await house.joined(ben, cleo);
  await house.circle.remove(dana.person);
  await ben.learn();

  // Removes Dana first, without being a coordinator.
  await ben.say("sans Dana");
  await cleo.sync();

  assert.deepEqual(cleo.heard, ["sans Dana"]);
  assert.deepEqual([...cleo.warnings, ...ana.warnings], []);
});

test("nobody is removed for a roster that is out of date", async () => {
  const { house, ana, ben, cleo } = await three();
  await house.circle.remove(cleo.person);
  await ana.remove(cleo);
  await settle(ana, ben, cleo);
  await house.circle.add(cleo.person);
  await ana.add(cleo);
  await ben.sync();

  await ben.say("bon retour");
  await cleo.sync();

  assert.equal(cleo.state.phase, "member");
  assert.deepEqual(cleo.heard, ["bon retour"]);
});

test("a removal that the log refuses for good is not asked for for ever", async () => {
  const { house, ben, cleo } = await three();
  await house.circle.remove(cleo.person);
  await ben.learn();
  const step = await ben.saying("sans Cleo");
  ben.keep(step.session);
  const asked = request(step);

  const refused = await sessions.refuse(ben.session, asked, "bad_commit", { now: NOW });

  assert.equal(asked.kind, "commit");
  assert.deepEqual(sends(refused), []);
  const { channel } = house.relay;
  const again = await sessions.receive(refused.session, channel, [], { now: NOW });
  assert.deepEqual(sends(again), []);
});

test("a newcomer that cannot be added does not keep a removal from being made", async () => {
  const { house, ana, ben, cleo } = await three();
  const dana = await house.member();
  await house.circle.remove(cleo.person);
  const { certificate, signatureKey } = dana.person.device;
  const credential = new Credential({ identity: credentialIdentity(certificate) });
  const expired = new Lifetime({ notBefore: 0n, notAfter: 1n });
  const made = await newKeyPackage(SUITE_1, credential, signatureKey, expired);
  await ana.learn();

  const adds = [pack(made.keyPackage)];
  const { channel } = house.relay;
  await ana.do(await sessions.changeMembers(ana.session, channel, { adds, now: NOW }));
  await ana.say("sans Cleo");
  await settle(ana, ben, cleo);

  assert.equal(ana.of("commit_refused").length, 1);
  assert.deepEqual(ben.heard, ["sans Cleo"]);
  assert.deepEqual(cleo.heard, []);
});

test("a device under the name of ours does not write our chain", async () => {
  // The certificate is its professional's own; that the device is called as ours is a lie.
  const house = await House.build();
  const ben = await house.joined();
  const cleo = await house.member();
  const { identity, professional } = ben.person;
  const alias = await Device.enrol(identity, professional, cleo.id, { now: NOW });
  const [group, epoch] = [await groupOf(ben), ben.state.epochs.at(-1)];
  assert.ok(epoch !== undefined);
  const liar = Object.assign(Object.create(ben), { person: { ...ben.person, device: alias } });
  await putEntry(house, ben, liar, { lies: { counter: 2 ** 32 - 1 }, sender: ben });
  await ben.add(cleo);
  const { certificate } = alias;
  const lie = new Tenure({ leaf: group.leaf, first: 0, last: null, certificate });
  await putPast(house, ben.person, cleo, { epochs: [epoch], tenures: [lie] });
  await cleo.sync();
  assert.ok(cleo.heard.includes("forged"));

  await cleo.say("still able to speak");

  assert.equal(cleo.state.ownCounter, 1);
  await house.ana.sync();
  assert.ok(house.ana.heard.includes("still able to speak"));
});

test("a chain longer than any is no reason to fall silent", async () => {
  const house = await House.build();
  const ben = await house.joined();
  await putEntry(house, ben, ben, { lies: { circleLength: MAX_STATEMENTS + 1 } });

  await house.ana.sync();
  await house.ana.say("not frozen");

  assert.deepEqual(house.ana.warnings, ["roster_forked"]);
  await ben.sync();
  assert.ok(ben.heard.includes("not frozen"));
});

test("who claims a chain that nobody shows is named and can be dismissed", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  await putEntry(house, ben, ben, { lies: { circleLength: house.circle.chain.length + 1 } });
  await ana.sync();

  await ana.say("waits");

  const named = ana.of("safety_warning").map((event) => event.professional);
  assert.deepEqual(new Set(named), new Set([ben.person.professional]));
  await house.circle.remove(ben.person);
  await settle(ana);
  const kinds = relay.log.slice(-2).map((item) => item.kind);
  assert.deepEqual(kinds, ["commit", "entry"]);
});

test("a log restored from yesterday is noticed at the first answer", async () => {
  const house = await House.build();
  const { ana, relay } = house;
  const ben = await house.joined();
  await ana.say("kept");
  const yesterday = relay.log.length;
  await ana.say("lost in the fire");
  await settle(ana, ben);
  assert.deepEqual(ana.warnings, []);

  relay.log.splice(yesterday);
  await ana.say("after the fire");

  assert.deepEqual(ana.warnings, ["group_forked"]);
});
