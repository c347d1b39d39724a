/** Choosing people of the circle: who is invited, who was there. */

import type { ProfessionalId } from "../../core/ids.ts";
import { h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { check } from "../form.ts";

export type PeopleField = {
  readonly element: HTMLElement;
  readonly chosen: () => readonly ProfessionalId[];
  readonly first: HTMLElement | null;
};

/** A box for each member; whoever has left since and was chosen stays to be seen. */
export function peopleField(label: string, people: People, chosen: readonly ProfessionalId[], changed: () => void = () => undefined): PeopleField {
  const gone = chosen.filter((id) => people.find(id) === null);
  const ids = [...people.all.map(({ id }) => id), ...gone];
  const held = new Set(chosen);
  const boxes = ids.map((id) => {
    const person = people.find(id);
    const words = person === null ? people.name(id) : `${person.given} ${person.family}, ${person.profession}`;
    return { id, ...check(words, { checked: held.has(id), onchange: changed }) };
  });
  return {
    element: h("fieldset", { class: "fieldset" }, h("legend", null, label), h("div", { class: "meeting-people" }, boxes.map(({ element }) => element))),
    chosen: () => boxes.filter(({ input }) => input.checked).map(({ id }) => id),
    first: boxes[0]?.input ?? null,
  };
}
