/**
 * Who is who in a circle: names, professions and marks, from one call, drawn everywhere alike.
 */

import { fromBase64 } from "../../core/base64.ts";
import { Attestation } from "../../core/identity.ts";
import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Roster } from "../../core/membership.ts";
import { decode } from "../../core/mls/codec.ts";
import { equal } from "../../core/mls/suite.ts";
import type { Ronde, Voucher } from "../../shell/ronde.ts";
import { professionWord } from "../nomenclature.ts";
import { atOnce, onceTold } from "../at_once.ts";
import type { CircleGlance, Footing, MemberForm } from "../served.ts";
import { t } from "../words.ts";

/** A member as the circle's pages show them. */
export type Person = {
  readonly id: ProfessionalId;
  readonly given: string;
  readonly family: string;
  readonly role: string;
  readonly profession: string;
  /** null for those who need none. */
  readonly convention: Footing | null;
  /** Who answers for their identity, as far as this device can check it; null: nobody it knows. */
  readonly voucher: Vouching | null;
};

/** A coordinator this device knows is one itself, or signed for them: in this circle, or not. */
export type Vouching = {
  readonly kind: "known" | "member" | "outside";
  readonly coordinator: ProfessionalId;
};

/** The people of a circle. */
export class People {
  readonly #people: ReadonlyMap<ProfessionalId, Person>;

  constructor(people: readonly Person[]) {
    this.#people = new Map(people.map((each) => [each.id, each] as const));
  }

  /** Everybody in the circle, by family name. */
  get all(): readonly Person[] {
    return [...this.#people.values()].sort((one, other) => one.family.localeCompare(other.family, "fr"));
  }

  find(id: ProfessionalId | null): Person | null {
    return id === null ? null : (this.#people.get(id) ?? null);
  }

  /** The full name, or words for somebody who is here no more. */
  name(id: ProfessionalId | null): string {
    const person = this.find(id);
    return person === null ? t("Un ancien membre") : `${person.given} ${person.family}`;
  }

  /** What one calls them in a short line. */
  given(id: ProfessionalId | null): string {
    return this.find(id)?.given ?? t("Un ancien membre");
  }

  /** Several names in one phrase. */
  names(ids: readonly ProfessionalId[]): string {
    return ids.map((id) => this.name(id)).join(", ");
  }
}

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
