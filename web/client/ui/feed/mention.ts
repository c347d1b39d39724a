/** The list that opens under « @ » in a field: arrows choose, Enter or Tab takes, Esc closes. */

import type { ProfessionalId } from "../../core/ids.ts";
import { announce, fill, freshId, h } from "../dom.ts";
import { tn } from "../words.ts";
import type { People, Person } from "./people.ts";

const BEGUN = /(?:^|\s)@([\p{L}'’ -]{0,30})$/u;
const MOST = 6;

export class Suggestions {
  readonly element = h("ul", { class: "suggestions", role: "listbox", id: freshId("people"), hidden: true });
  readonly #field: HTMLTextAreaElement;
  readonly #people: People;
  readonly #me: ProfessionalId;
  #found: readonly Person[] = [];
  #at = 0;

  constructor(field: HTMLTextAreaElement, people: People, me: ProfessionalId) {
    this.#field = field;
    this.#people = people;
    this.#me = me;
    field.setAttribute("aria-controls", this.element.id);
    field.addEventListener("input", () => this.look());
    field.addEventListener("blur", () => setTimeout(() => this.#show([]), 150));
  }

  /** Take a key that is meant for the list; false if it is the field's. */
  key(event: KeyboardEvent): boolean {
    if (this.element.hidden) return false;
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      this.#at = (this.#at + step + this.#found.length) % this.#found.length;
      this.#draw();
    } else if (event.key === "Enter" || event.key === "Tab") {
      const person = this.#found[this.#at];
      if (person !== undefined) this.#take(person);
    } else if (event.key === "Escape") {
      this.#show([]);
      event.stopPropagation();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  /** Show whom the words before the caret may mean. */
  look(): void {
    const begun = BEGUN.exec(this.#before());
    if (begun === null) return this.#show([]);
    const wanted = folded(begun[1] ?? "");
    const fits = (each: Person): boolean =>
      each.id !== this.#me &&
      (folded(`${each.given} ${each.family}`).startsWith(wanted) || folded(each.family).startsWith(wanted));
    this.#show(this.#people.all.filter(fits).slice(0, MOST));
  }

  #show(found: readonly Person[]): void {
    const opens = this.#found.length === 0 && found.length > 0;
    this.#found = found;
    this.#at = 0;
    this.#draw();
    if (opens) announce(tn("{n} personne proposée", "{n} personnes proposées", found.length));
  }

  #draw(): void {
    this.element.hidden = this.#found.length === 0;
    const rows = this.#found.map((person, at) =>
      h(
        "li",
        {
          class: "suggestion",
          role: "option",
          id: `${this.element.id}-${at}`,
          "aria-selected": String(at === this.#at),
          onpointerdown: (event: Event) => {
            event.preventDefault();
            this.#take(person);
          },
        },
        h("span", { class: "strong" }, `${person.given} ${person.family}`),
        h("span", { class: "muted small" }, person.profession),
      ),
    );
    fill(this.element, rows);
    if (this.element.hidden) this.#field.removeAttribute("aria-activedescendant");
    else this.#field.setAttribute("aria-activedescendant", `${this.element.id}-${this.#at}`);
  }

  #take(person: Person): void {
    const before = this.#before().replace(/@[^@]*$/u, `@${person.given} ${person.family} `);
    const after = this.#field.value.slice(this.#field.selectionStart);
    this.#field.value = before + after;
    this.#field.setSelectionRange(before.length, before.length);
    this.#show([]);
    this.#field.focus();
    this.#field.dispatchEvent(new Event("input"));
  }

  #before(): string {
    return this.#field.value.slice(0, this.#field.selectionStart);
  }
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
