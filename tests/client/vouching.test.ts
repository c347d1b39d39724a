/** Who answers for whom: only those whom this device saw first, and those they lead to (R1, R2). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { toBase64 } from "../../web/client/core/base64.ts";
import { attest } from "../../web/client/core/identity.ts";
import { encode } from "../../web/client/core/mls/codec.ts";
import { anchorsIn, vouchersFrom } from "../../web/client/shell/anchors.ts";
import { vouchedFor } from "../../web/client/ui/feed/glance.ts";
import type { MemberForm } from "../../web/client/ui/served.ts";
import { Circle, NOW, type Person, person } from "./support/session_people.ts";

/** A member as the server tells of them, attested by somebody or by nobody. */
async function told(who: Person, by: Person | null): Promise<MemberForm> {
  const seen = { professional: who.professional, identityKey: who.identity.public, at: NOW };
  const word = by === null ? null : await attest(by.professional, by.identity, seen);
  const attestation =
    word === null || by === null
      ? null
      : { coordinator: by.professional, statement: toBase64(encode(word)) };
  const form = { professional: who.professional, role: "professional", attestation };
  return form as unknown as MemberForm;
}

async function known(...circles: readonly Circle[]) {
  return new Map(
    await Promise.all(circles.map(async (one) => [one.id, { roster: await one.roster() }] as const)),
  );
}

/** The kinds of word that are given for people, in their order. */
async function kinds(circle: Circle, members: readonly MemberForm[], first: Circle, ...all: readonly Circle[]) {
  const vouchers = vouchersFrom(anchorsIn(await known(first)), await known(first, ...all));
  const found = await vouchedFor(members, await circle.roster(), vouchers);
  return members.map(({ professional }) => found.get(professional)?.kind ?? null);
}

test("in the circle that was seen first its coordinator answers for those she attested", async () => {
  const circle = await Circle.found();
  const [ben, cleo] = [await person(), await person()];
  for (const one of [ben, cleo]) await circle.add(one);

  const members = [await told(circle.coordinator, null), await told(ben, circle.coordinator), await told(cleo, null)];

  assert.deepEqual(await kinds(circle, members, circle), ["known", "member", null]);
});

test("nobody answers for a circle that somebody made up", async () => {
  const [first, invented] = [await Circle.found(), await Circle.found()];
  const eve = await person();
  await invented.add(eve);

  const { coordinator } = invented;
  const members = [await told(coordinator, coordinator), await told(eve, coordinator)];

  assert.deepEqual(await kinds(invented, members, first, invented), [null, null]);
});

test("a made-up key under the name of a known coordinator answers for nobody", async () => {
  const [first, invented] = [await Circle.found(), await Circle.found()];
  const eve = await person();
  await invented.add(eve);

  const impostor = { ...invented.coordinator, professional: first.coordinator.professional };

  assert.deepEqual(await kinds(invented, [await told(eve, impostor)], first, invented), [null]);
});

test("another person's attestation, or one of another key, answers for nobody", async () => {
  const circle = await Circle.found();
  const [ben, cleo] = [await person(), await person()];
  for (const one of [ben, cleo]) await circle.add(one);

  const his = await told(ben, circle.coordinator);
  const stolen = { ...his, professional: cleo.professional };
  const other = await told({ ...ben, identity: cleo.identity }, circle.coordinator);

  assert.deepEqual(await kinds(circle, [stolen, other], circle), [null, null]);
});

test("a later circle is answered for by whom a known coordinator attested, from outside of it", async () => {
  const [first, later] = [await Circle.found(), await Circle.found()];
  const dora = await person();
  await later.add(dora);

  const members = [await told(dora, later.coordinator), await told(later.coordinator, first.coordinator)];

  assert.deepEqual(await kinds(later, members, first, later), ["member", "outside"]);
});

test("a coordinator admitted to a known circle is known in those that she founds", async () => {
  const [first, later] = [await Circle.found(), await Circle.found()];
  await first.add(later.coordinator, undefined, "coordinator");
  const dora = await person();
  await later.add(dora);

  const members = [await told(later.coordinator, null), await told(dora, later.coordinator)];

  assert.deepEqual(await kinds(later, members, first, later), ["known", "member"]);
});
