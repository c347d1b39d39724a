/** A circle at a glance: its child and its people, from one call, and who answers for whom. */

import { fromBase64 } from "../../core/base64.ts";
import { Attestation } from "../../core/identity.ts";
import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Roster } from "../../core/membership.ts";
import { decode } from "../../core/mls/codec.ts";
import { equal } from "../../core/mls/suite.ts";
import type { Ronde, Voucher } from "../../shell/ronde.ts";
import { atOnce, onceTold } from "../at_once.ts";
import { professionWord } from "../nomenclature.ts";
import type { CircleGlance, MemberForm } from "../served.ts";
import { People, type Person, type Vouching } from "./people.ts";

export type Glance = { readonly glance: CircleGlance; readonly people: People };

/** Give a circle at a glance as it was kept, and ask; `differs` is called if it is another now. */
export async function glanceAt(ronde: Ronde, circle: CircleId, differs: () => void = () => undefined): Promise<Glance> {
  const path = `/circles/${circle}/members`;
  const glance = await atOnce<CircleGlance>(ronde, path);
  void onceTold(path, glance, differs);
  const roster = ronde.circles.find(({ id }) => id === circle)?.roster ?? null;
  const vouchings = await vouchedFor(glance.value.members, roster, ronde.vouchers);
  const people = glance.value.members.map((form) => person(form, vouchings.get(form.professional) ?? null));
  return { glance: glance.value, people: new People(people) };
}

/**
 * Who answers for whom in a circle, each attestation checked by a key that this device knows.
 *
 * A coordinator whom a known one attested answers for others in turn.
 */
export async function vouchedFor(
  members: readonly MemberForm[],
  roster: Roster | null,
  vouchers: readonly Voucher[],
): Promise<ReadonlyMap<ProfessionalId, Vouching>> {
  const found = new Map<ProfessionalId, Vouching>();
  if (roster === null) return found;
  const known = [...vouchers];
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const form of members.filter(({ professional }) => !found.has(professional))) {
      const vouching = await vouchingFor(form, roster, known);
      const seat = roster.active.get(form.professional);
      if (vouching === null || seat === undefined) continue;
      found.set(form.professional, vouching);
      if (roster.coordinators.has(form.professional)) known.push(seat);
    }
  }
  return found;
}

function person(form: MemberForm, voucher: Vouching | null): Person {
  return {
    id: form.professional,
    given: form.given_name,
    family: form.family_name,
    role: form.role,
    profession: professionWord(form.profession, form.role),
    convention: form.convention,
    voucher,
  };
}

async function vouchingFor(
  form: MemberForm,
  roster: Roster,
  known: readonly Voucher[],
): Promise<Vouching | null> {
  const { professional, attestation: held } = form;
  const seat = roster.active.get(professional);
  if (seat === undefined) return null;
  const isSeat = (one: Voucher): boolean => one.professional === professional && equal(one.identityKey, seat.identityKey);
  if (known.some(isSeat)) return { kind: "known", coordinator: professional };
  if (held === null) return null;
  const { coordinator } = held;
  const keys = known.filter((one) => one.professional === coordinator).map((one) => one.identityKey);
  const attested = await Promise.all(keys.map((key) => isAttested(held.statement, key, seat)));
  if (!attested.includes(true)) return null;
  return { kind: roster.coordinators.has(coordinator) ? "member" : "outside", coordinator };
}

async function isAttested(statement: string, key: Uint8Array, seat: Voucher): Promise<boolean> {
  try {
    const attestation = decode(Attestation.read, fromBase64(statement));
    await attestation.verify(key);
    const theirs = attestation.professional === seat.professional;
    return theirs && equal(attestation.identityKey, seat.identityKey);
  } catch {
    return false;
  }
}
