/**
 * Who is who in a circle: names, professions and marks, from one call, drawn everywhere alike.
 */

import { fromBase64 } from "../../core/base64.ts";
import { Attestation } from "../../core/identity.ts";
import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Roster } from "../../core/membership.ts";
import { decode } from "../../core/mls/codec.ts";
import { equal } from "../../core/mls/suite.ts";
import type { Ronde } from "../../shell/ronde.ts";
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
  /** This device checked that a coordinator of the circle signed for their identity. */
  readonly verified: boolean;
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
  return { glance: glance.value, people: await peopleOf(ronde, glance.value) };
}

/** The people of a glance, each attestation checked against the circle's signed chain. */
async function peopleOf(ronde: Ronde, glance: CircleGlance): Promise<People> {
  const roster = ronde.circles.find((each) => each.id === glance.id)?.roster ?? null;
  return new People(await Promise.all(glance.members.map((form) => person(form, roster))));
}

async function person(form: MemberForm, roster: Roster | null): Promise<Person> {
  return {
    id: form.professional,
    given: form.given_name,
    family: form.family_name,
    role: form.role,
    profession: professionWord(form.profession, form.role),
    convention: form.convention,
    verified: await isVerified(form, roster),
  };
}

async function isVerified(form: MemberForm, roster: Roster | null): Promise<boolean> {
  const held = form.attestation;
  const member = roster?.active.get(form.professional);
  if (held === null || roster === null || member === undefined) return false;
  if (!roster.coordinators.has(held.coordinator)) return false;
  try {
    const attestation = decode(Attestation.read, fromBase64(held.statement));
    await attestation.verify(roster.seat(held.coordinator).identityKey);
    const theirs = attestation.professional === form.professional;
    return theirs && equal(attestation.identityKey, member.identityKey);
  } catch {
    return false;
  }
}
