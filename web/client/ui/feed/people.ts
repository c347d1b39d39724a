/** Who is who: names, professions and marks, drawn everywhere alike. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Footing } from "../served.ts";
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
