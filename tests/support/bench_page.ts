/** Times the core in the browser that loads this: groups begun and joined, entries opened. */

import { House } from "../client/support/session_scene.ts";
import { settle } from "../client/support/session_relay.ts";
import { show } from "../../web/client/core/session/session.ts";
import { decodeSession, encodeSession } from "../../web/client/core/session/store.ts";

const ENTRIES = 1000;

type Figure = { readonly name: string; readonly runs: readonly number[]; readonly aim: string };

async function timed(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
}

/** A group begun, somebody added to it, their Welcome followed: no network in between. */
async function begun(): Promise<number> {
  const began = performance.now();
  const house = await House.build();
  const made = performance.now() - began;
  const member = await house.member();
  const joining = performance.now();
  await house.ana.add(member);
  await settle(house.ana, member);
  return made + (performance.now() - joining);
}

async function coreBench(runs: number): Promise<readonly Figure[]> {
  const groups: number[] = [];
  for (let run = 0; run < runs; run += 1) groups.push(await begun());
  const house = await House.build();
  const ben = await house.joined();
  for (let number = 0; number < ENTRIES; number += 1) await ben.say(`Message ${number}`);
  await settle(house.ana, ben);
  const { channel, log } = house.relay;
  const { session } = house.ana;
  const stored = encodeSession(session);
  return [
    { name: "group begun, one added, joined, ms", runs: groups, aim: "< 100" },
    {
      name: `${ENTRIES} entries opened and proven, ms`,
      runs: await timed(runs, () => show(session, channel, log)),
      aim: "",
    },
    { name: "a stored session read, ms", runs: await timed(runs, () => decodeSession(stored)), aim: "" },
  ];
}

(globalThis as { coreBench?: typeof coreBench }).coreBench = coreBench;
