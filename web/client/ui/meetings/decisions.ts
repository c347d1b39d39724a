/** The decisions of a meeting, row by row: what, whose it is, by which day. */

import type { ProfessionalId, TaskId } from "../../core/ids.ts";
import { freshId, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { t } from "../words.ts";
import type { DecisionForm } from "./served.ts";

const LONGEST = 300;
const MOST = 20;

type Row = {
  readonly id: TaskId | undefined;
  readonly element: HTMLElement;
  readonly words: HTMLInputElement;
  readonly owner: HTMLSelectElement;
  readonly by: HTMLInputElement;
};

export class Decisions {
  readonly element: HTMLElement;
  readonly #people: People;
  readonly #changed: () => void;
  readonly #list = h("div", { class: "stack" });
  readonly #add = h("button", { class: "button", type: "button" }, icon("plus", "small"), t("Ajouter une décision"));
  #rows: readonly Row[] = [];

  constructor(people: People, held: readonly DecisionForm[], changed: () => void) {
    this.#people = people;
    this.#changed = changed;
    for (const each of held) this.#append(each);
    this.#add.addEventListener("click", () => {
      this.#append({ decision: "", owner: null, by: null }).words.focus();
      changed();
    });
    this.element = h(
      "fieldset",
      { class: "fieldset" },
      h("legend", null, t("Décisions")),
      h("p", { class: "field-hint" }, t("Chaque décision devient une tâche dans la discussion, une fois le compte-rendu signé.")),
      this.#list,
      h("div", null, this.#add),
    );
  }

  /** What is said, without the rows that say nothing. */
  get said(): readonly DecisionForm[] {
    return this.#rows
      .filter(({ words }) => words.value.trim() !== "")
      .map(({ id, words, owner, by }) => ({
        ...(id === undefined ? {} : { id }),
        decision: words.value.trim(),
        owner: owner.value === "" ? null : (owner.value as ProfessionalId),
        by: by.value === "" ? null : by.value,
      }));
  }

  /** The first row with somebody or a day, and no words. */
  get wordless(): HTMLElement | null {
    return this.#rows.find(({ words, owner, by }) => words.value.trim() === "" && (owner.value !== "" || by.value !== ""))?.words ?? null;
  }

  #append(held: DecisionForm): Row {
    const row = this.#row(held);
    this.#rows = [...this.#rows, row];
    this.#list.append(row.element);
    this.#add.disabled = this.#rows.length >= MOST;
    return row;
  }

  #row(held: DecisionForm): Row {
    const words = h("input", { class: "input", id: freshId("decision"), value: held.decision, maxlength: LONGEST, autocomplete: "off" });
    const owner = h("select", { class: "select", id: freshId("owner"), value: held.owner ?? "" }, this.#owners(held.owner));
    const by = h("input", { class: "input", id: freshId("by"), type: "date", value: held.by ?? "" });
    for (const each of [words, owner, by]) each.addEventListener("input", this.#changed);
    const remove = h("button", { class: "icon-button", type: "button", "aria-label": t("Retirer cette décision") }, icon("trash"));
    const element = h(
      "div",
      { class: "meeting-decision", role: "group", "aria-label": t("Décision") },
      labelled(words, t("Décision"), "meeting-words"),
      labelled(owner, t("Qui s'en charge")),
      labelled(by, t("Pour le")),
      remove,
    );
    const row: Row = { id: held.id, element, words, owner, by };
    remove.addEventListener("click", () => this.#remove(row));
    return row;
  }

  #owners(held: ProfessionalId | null): readonly HTMLElement[] {
    const ids = this.#people.all.map(({ id }) => id);
    const known = held === null || ids.includes(held) ? ids : [...ids, held];
    return [h("option", { value: "" }, t("Personne encore")), ...known.map((id) => h("option", { value: id }, this.#people.name(id)))];
  }

  #remove(row: Row): void {
    const at = this.#rows.indexOf(row);
    this.#rows = this.#rows.filter((each) => each !== row);
    row.element.remove();
    this.#add.disabled = false;
    (this.#rows[at] ?? this.#rows.at(-1))?.words.focus();
    if (this.#rows.length === 0) this.#add.focus();
    this.#changed();
  }
}

function labelled(input: HTMLElement, label: string, look = ""): HTMLElement {
  return h("div", { class: `field ${look}` }, h("label", { class: "field-label", for: input.id }, label), input);
}
