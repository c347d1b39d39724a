/** What narrows the board: department, structure, referring physician, age; the lists come in later. */

import { type Child, fill, freshId, h } from "../dom.ts";
import { fullName } from "../parts/avatar.ts";
import type { PageContext } from "../router.ts";
import { t, tn } from "../words.ts";
import type { BoardFilter } from "./board_filter.ts";
import { Paged } from "./paged.ts";
import { colleaguesOf, physicians } from "./people.ts";
import type { Structure } from "./served.ts";

type Narrowing = Exclude<keyof BoardFilter, "finding">;
type Offered = { readonly value: string; readonly label: string };

const NAMES = new Intl.Collator("fr");
/** Overseas a FINESS number begins with three figures of the department, elsewhere with two. */
const DEPARTMENT = /^(?:97\d|\d[0-9AB])/u;

export class BoardNarrowing {
  readonly element: HTMLElement;
  readonly #selects: ReadonlyMap<Narrowing, HTMLSelectElement>;
  readonly #context: PageContext;

  constructor(context: PageContext, filter: BoardFilter, oldest: number, narrow: (name: Narrowing, value: string | null) => void) {
    this.#context = context;
    const made = (name: Narrowing): HTMLSelectElement => {
      const select = h("select", { class: "select", id: freshId(name), name });
      select.addEventListener("change", () => narrow(name, select.value === "" ? null : select.value));
      return select;
    };
    const names: readonly Narrowing[] = ["department", "structure", "physician", "age"];
    this.#selects = new Map(names.map((name) => [name, made(name)] as const));
    this.#offer("age", t("Tous"), ages(oldest), filter.age);
    this.#offer("department", t("Tous"), [], filter.department);
    this.#offer("structure", t("Toutes"), [], filter.structure);
    this.#offer("physician", t("Tous"), [], filter.physician);
    this.element = h(
      "div",
      { class: "board-narrowing", role: "group", "aria-label": t("Filtrer") },
      this.#labelled("department", t("Département")),
      this.#labelled("structure", t("Structure")),
      this.#labelled("physician", t("Médecin référent")),
      this.#labelled("age", t("Âge")),
    );
  }

  /** Show another filter than the one somebody chose here. */
  show(filter: BoardFilter): void {
    for (const [name, select] of this.#selects) select.value = filter[name] ?? "";
  }

  /** Fill the lists with the network's structures and physicians. */
  async learn(): Promise<void> {
    const { ronde, signal } = this.#context;
    const structures = await new Paged<Structure>(ronde, "/structures").all(signal);
    const departments = [...new Set(structures.flatMap((each) => DEPARTMENT.exec(each.finess ?? "")?.[0] ?? []))];
    this.#refill("department", departments.sort().map((value) => ({ value, label: value })));
    this.#refill("structure", structures.map((each) => ({ value: each.id, label: each.name })));
    const people = physicians(await colleaguesOf(ronde, signal));
    this.#refill("physician", people.map((each) => ({ value: each.id, label: fullName(each) })));
  }

  #refill(name: Narrowing, offered: readonly Offered[]): void {
    const select = this.#selects.get(name);
    const sorted = [...offered].sort((one, other) => NAMES.compare(one.label, other.label));
    if (select !== undefined) this.#offer(name, select.options[0]?.label ?? "", sorted, select.value);
  }

  /** What is chosen stays chosen, even while its name is not known yet. */
  #offer(name: Narrowing, all: string, offered: readonly Offered[], chosen: string | null): void {
    const select = this.#selects.get(name);
    if (select === undefined) return;
    const unknown = chosen !== null && chosen !== "" && !offered.some(({ value }) => value === chosen);
    const held: readonly Offered[] = unknown ? [...offered, { value: chosen, label: name === "department" ? chosen : t("Celui de cette adresse") }] : offered;
    fill(select, h("option", { value: "" }, all), held.map(({ value, label }) => h("option", { value }, label)));
    select.value = chosen ?? "";
  }

  #labelled(name: Narrowing, label: string): Child {
    const select = this.#selects.get(name);
    return select !== undefined && h("div", { class: "field" }, h("label", { class: "field-label", for: select.id }, label), select);
  }
}

function ages(oldest: number): readonly Offered[] {
  return Array.from({ length: oldest + 1 }, (_, years) => ({
    value: String(years),
    label: years === 0 ? t("Moins d'un an") : tn("{n} an", "{n} ans", years),
  }));
}
