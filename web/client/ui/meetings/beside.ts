/** What the pathway's form asks of a record beside the record's own values, drawn as forms are. */

import type { Ronde } from "../../shell/ronde.ts";
import { aroundOf } from "../documents/around.ts";
import type { Answers, FormDefinition, PathwayForm } from "../documents/served.ts";
import { Sheet } from "../documents/sheet.ts";
import type { People } from "../feed/people.ts";
import type { ChildHeader } from "../served.ts";
import { t } from "../words.ts";

export type Beside = {
  readonly element: HTMLElement;
  readonly answers: () => Answers;
  /** Lines that lead to what is wrong; none where all is well. */
  readonly verify: () => readonly HTMLElement[];
};

/** The form of a record that is known by one of its fields: of a meeting, its minutes, an exit. */
export function formAsking(pathway: Pick<PathwayForm, "forms">, record: FormDefinition["record"], field: string): FormDefinition | null {
  const asks = (form: FormDefinition): boolean => form.sections.some((section) => section.fields.some(({ code }) => code === field));
  return Object.values(pathway.forms).find((form) => form.record === record && asks(form)) ?? null;
}

/** A form without what the record says itself, null where nothing is left. */
export function withoutOwn(form: FormDefinition | null, own: ReadonlySet<string>): FormDefinition | null {
  if (form === null) return null;
  const sections = form.sections
    .filter(({ code }) => !own.has(code))
    .map((section) => ({ ...section, fields: section.fields.filter(({ code }) => !own.has(code)) }))
    .filter(({ fields }) => fields.length > 0);
  return sections.length === 0 ? null : { ...form, sections };
}

/** Draw what is asked beside. */
export function besideOf(given: {
  readonly ronde: Ronde;
  readonly form: FormDefinition;
  readonly answers: Answers;
  readonly child: ChildHeader;
  readonly people: People;
  readonly changed: () => void;
}): Beside {
  const { ronde, form, answers, child, people, changed } = given;
  const sheet = new Sheet({
    form,
    answers,
    around: aroundOf(ronde, { child, circle: child.circle, people, role: "" }),
    names: { person: (id) => people.all.find((each) => each.id === id)?.family ?? "", structure: () => t("Une autre structure") },
    labels: () => null,
    first: [],
    changed,
  });
  return { element: sheet.element, answers: () => sheet.answers, verify: () => sheet.show(sheet.problems(true)) };
}
