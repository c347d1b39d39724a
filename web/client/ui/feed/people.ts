/**
 * Who is who in a circle: names, professions and marks, from one call, drawn everywhere alike.
 */

import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { t } from "../words.ts";

/** A member as GET /circles/{circle}/members tells, with what this device verified itself. */
export type Person = {
  readonly id: ProfessionalId;
  readonly given: string;
  readonly family: string;
  readonly profession: string;
  /** The convention holds today. */
  readonly convention: boolean;
  /** A coordinator attested their identity face to face. */
  readonly verified: boolean;
  /** In the circle now, by its signed chain. */
  readonly present: boolean;
};

type MemberForm = {
  readonly professional: ProfessionalId;
  readonly given_name: string;
  readonly family_name: string;
  readonly profession: string | null;
  readonly role: string;
  readonly convention_active: boolean;
  readonly attested: boolean;
};

/** The people of a circle; somebody who left it keeps a name if the server still tells it. */
export class People {
  readonly #people: ReadonlyMap<ProfessionalId, Person>;

  constructor(people: readonly Person[]) {
    this.#people = new Map(people.map((each) => [each.id, each] as const));
  }

  /** Everybody in the circle now, by family name. */
  get all(): readonly Person[] {
    const here = [...this.#people.values()].filter((each) => each.present);
    return here.sort((one, other) => one.family.localeCompare(other.family, "fr"));
  }

  find(id: ProfessionalId | null): Person | null {
    return id === null ? null : (this.#people.get(id) ?? null);
  }

  /** The full name, or words for somebody unknown. */
  name(id: ProfessionalId | null): string {
    const person = this.find(id);
    return person === null ? t("Quelqu'un") : `${person.given} ${person.family}`;
  }

  /** What one calls them in a short line. */
  given(id: ProfessionalId | null): string {
    return this.find(id)?.given ?? t("Quelqu'un");
  }

  /** Several names in one phrase. */
  names(ids: readonly ProfessionalId[]): string {
    return ids.map((id) => this.name(id)).join(", ");
  }
}

/** Fetch the people of a circle, or what was kept of them when there is no network. */
export async function peopleOf(ronde: Ronde, circle: CircleId): Promise<People> {
  const { value } = await ronde.api.read<{ readonly members: readonly MemberForm[] }>(
    `/circles/${circle}/members`,
  );
  const roster = ronde.circles.find((each) => each.id === circle)?.roster;
  const active = roster === undefined ? null : new Set(roster.active.keys());
  return new People(value.members.map((form) => person(form, active)));
}

function person(form: MemberForm, active: ReadonlySet<ProfessionalId> | null): Person {
  return {
    id: form.professional,
    given: form.given_name,
    family: form.family_name,
    profession: form.profession ?? form.role,
    convention: form.convention_active,
    verified: form.attested,
    present: active === null || active.has(form.professional),
  };
}
