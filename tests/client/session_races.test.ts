/** R5: two commits race, answers get lost, devices crash at every step; all converge. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { equal } from "../../web/client/core/mls/suite.ts";
import * as sessions from "../../web/client/core/session/session.ts";
import { NOW } from "./support/session_people.ts";
import type { Client } from "./support/session_relay.ts";
import { Crash, request, settle } from "./support/session_relay.ts";
import { House } from "./support/session_scene.ts";

/** Ana coordinates, Ben and Cleo are in, Dana and Elio are on the roster. */
class Race {
  readonly house: House;
  readonly ana: Client;
  readonly others: readonly [Client, Client, Client, Client];

  private constructor(house: House, others: readonly [Client, Client, Client, Client]) {
    this.house = house;
    this.ana = house.ana;
    this.others = others;
  }

  static async begin(): Promise<Race> {
    const house = await House.build();
    const [ben, cleo] = [await house.member(), await house.member()];
    const race = new Race(house, [ben, cleo, await house.member(), await house.member()]);
    await race.ana.add(ben, cleo);
    await race.settle();
    return race;
  }

  get everybody(): readonly Client[] {
    return [this.ana, ...this.others];
  }

  get inside(): readonly Client[] {
    return this.everybody.filter((client) => client.epoch >= 0);
  }

  settle(): Promise<void> {
    return settle(...this.everybody);
  }

  /** Same epoch, same code, everyone reads everyone, nobody is alarmed. */
  async check(): Promise<void> {
    for (const client of this.inside) await client.say(`encore ${client.id}`);
    await this.settle();
    const said = this.house.relay.log.filter((item) => item.kind === "entry");
    assert.equal(new Set(this.inside.map((client) => client.code)).size, 1);
    for (const client of this.inside) {
      assert.equal(client.epoch, this.ana.epoch);
      assert.equal((await client.read()).length, said.length);
    }
    for (const client of this.everybody) assert.deepEqual(client.warnings, []);
  }
}

test("of two commits made in one epoch exactly one wins and both wishes come true", async () => {
  const race = await Race.begin();
  const [ben, , dana, elio] = race.others;
  const [first, second] = [await race.ana.adding(dana), await ben.adding(elio)];
  race.ana.keep(first.session);
  ben.keep(second.session);

  await ben.send(request(second));
  await race.ana.send(request(first));
  await race.settle();

  const commits = race.house.relay.log.filter((item) => item.kind === "commit");
  assert.deepEqual(
    commits.map((item) => item.epoch),
    [0, 1, 2],
  );
  assert.equal(race.inside.length, 5);
  await race.check();
});

test("two who add the same device add it once", async () => {
  const race = await Race.begin();
  const [ben, , dana] = race.others;
  const [first, second] = [await race.ana.adding(dana), await ben.adding(dana)];
  race.ana.keep(first.session);
  ben.keep(second.session);

  await ben.send(request(second));
  await race.ana.send(request(first));
  await race.settle();

  assert.equal(race.house.relay.log.filter((item) => item.kind === "commit").length, 2);
  assert.deepEqual(race.ana.state.wanted.adds, []);
  await race.check();
});

test("an entry that loses against a commit is sealed again in the new epoch", async () => {
  const race = await Race.begin();
  const [ben, cleo, dana] = race.others;
  const step = await ben.saying("un");
  ben.keep(step.session);
  const stale = request(step);

  await race.ana.add(dana);
  await ben.send(stale);
  await race.settle();

  const entry = race.house.relay.log.find((item) => item.id === stale.id);
  assert.deepEqual([stale.epoch, entry?.epoch], [1, 2]);
  assert.equal(equal(entry?.body ?? stale.body, stale.body), false);
  assert.deepEqual(cleo.heard, ["un"]);
  await race.check();
});

test("an entry keeps its ciphertext until the log answers", async () => {
  const race = await Race.begin();
  const [ben] = race.others;
  const step = await ben.saying("un");
  ben.keep(step.session);
  const asked = request(step);
  race.house.relay.append(ben.id, asked);

  await ben.crash();
  await ben.resume();

  const stored = race.house.relay.log.filter((item) => item.id === asked.id);
  assert.deepEqual(
    stored.map((item) => item.body),
    [asked.body],
  );
  assert.equal(ben.of("entry_stored").length, 1);
  await race.check();
});

test("an entry found in the log is not sent again", async () => {
  const race = await Race.begin();
  const [ben] = race.others;
  const step = await ben.saying("un");
  ben.keep(step.session);
  race.house.relay.append(ben.id, request(step));

  await ben.crash();
  await ben.sync();

  assert.deepEqual(ben.state.outbox, []);
  assert.deepEqual(ben.heard, ["un"]);
  await race.check();
});

test("a late no to a ciphertext that was replaced changes nothing", async () => {
  const race = await Race.begin();
  const [ben, , dana] = race.others;
  const step = await ben.saying("un");
  ben.keep(step.session);
  const stale = request(step);
  await race.ana.add(dana);
  await ben.sync();

  const late = await sessions.refuse(ben.session, stale, "stale_epoch", { now: NOW });

  assert.equal(late.session, ben.session);
  assert.deepEqual(late.effects, []);
});

test("a lost answer to a commit costs nothing", async () => {
  const race = await Race.begin();
  const step = await race.ana.adding(race.others[2]);
  race.ana.keep(step.session);
  race.house.relay.append(race.ana.id, request(step));

  await race.ana.crash();
  await race.settle();

  assert.equal(race.inside.length, 4);
  await race.check();
});

test("a commit that the log refused and stored all the same is adopted", async () => {
  const race = await Race.begin();
  const step = await race.ana.adding(race.others[2]);
  race.ana.keep(step.session);
  const asked = request(step);
  race.house.relay.append(race.ana.id, asked);

  const refused = await sessions.refuse(race.ana.session, asked, "stale_epoch", { now: NOW });
  await race.ana.do(refused);
  await race.settle();

  assert.equal(race.inside.length, 4);
  await race.check();
});

const BEGINNINGS: Readonly<Record<string, (race: Race) => Promise<void>>> = {
  adding: ({ ana, others: [, , dana] }) => ana.add(dana),
  async removing({ house, ana, others: [, cleo] }) {
    await house.circle.remove(cleo.person);
    await ana.remove(cleo);
  },
  saying: ({ ana }) => ana.say("un"),
  rotating: ({ ana }) => ana.rotate(),
  async "catching up"({ ana, others: [ben, , dana] }) {
    await ben.add(dana);
    await ben.say("un");
    await ana.sync();
  },
  async "losing a race"({ ana, others: [ben, , dana, elio] }) {
    const step = await ana.adding(elio);
    await ben.add(dana);
    await ana.do(step);
  },
};

/** Begin with a fuse of some length; tell whether it burnt down. */
async function crashed(client: Client, fuse: number, act: () => Promise<void>): Promise<boolean> {
  client.fuse = fuse;
  try {
    await act();
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    await client.crash();
    return true;
  } finally {
    client.fuse = null;
  }
}

for (const [name, begin] of Object.entries(BEGINNINGS)) {
  test(`a crash at every step of ${name} converges`, async () => {
    let crashes = 0;
    let race = await Race.begin();
    while (await crashed(race.ana, crashes, () => begin(race))) {
      await race.settle();
      await race.check();
      assert.deepEqual(race.ana.state.wanted.removes, []);
      crashes += 1;
      race = await Race.begin();
    }

    assert.ok(crashes >= 2);
  });
}

test("a newcomer who crashes while joining joins", async () => {
  const race = await Race.begin();
  const [, , dana] = race.others;
  await race.ana.say("avant");
  await race.settle();
  await race.ana.add(dana);
  let steps = 0;
  await dana.crash();
  while (await crashed(dana, steps, () => dana.resume())) steps += 1;

  await race.settle();

  assert.ok(steps > 3);
  assert.deepEqual(dana.state.unread, []);
  assert.equal(race.inside.length, 4);
});
