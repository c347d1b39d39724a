/** Groups and key packages as a session holds them: written down until they are needed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { GroupAtRest, PackagesAtRest } from "../../web/client/core/session/at_rest.ts";
import { encode, Malformed } from "../../web/client/core/mls/codec.ts";
import { groupOf } from "./support/session_malice.ts";
import { House } from "./support/session_scene.ts";

test("a group at rest says what the group itself says", async () => {
  const { ana } = await House.build();
  const group = await groupOf(ana);

  const resting = new GroupAtRest(group.encode());

  assert.equal(resting.epoch, group.epoch);
  assert.equal(resting.leaf, group.leaf);
  assert.deepEqual(resting.authenticator, group.authenticator);
  assert.deepEqual(resting.confirmedTranscriptHash, group.confirmedTranscriptHash);
});

test("a group wakes as it went to rest", async () => {
  const { ana } = await House.build();
  const written = (await groupOf(ana)).encode();

  const awake = await new GroupAtRest(written).awake();

  assert.deepEqual(awake.encode(), written);
  assert.equal(await GroupAtRest.of(awake).awake(), awake);
});

test("what was cut or changed at rest is no group", async () => {
  const { ana } = await House.build();
  const written = (await groupOf(ana)).encode();
  const other = written.with(-1, (written.at(-1) ?? 0) ^ 1);

  assert.throws(() => new GroupAtRest(written.slice(0, -1)), Malformed);
  assert.throws(() => new GroupAtRest(Uint8Array.of(2, ...written.slice(1))), Malformed);
  await assert.rejects(new GroupAtRest(other).awake(), Malformed);
});

test("key packages wake as they went to rest, oldest first", async () => {
  const house = await House.build();
  const ben = await house.member();
  const packages = await ben.session.packages.awake();

  const again = await PackagesAtRest.of(packages).awake();

  assert.ok(packages.length > 1);
  assert.deepEqual(again.map(encode), packages.map(encode));
});
