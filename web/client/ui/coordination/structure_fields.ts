/** Where somebody works: one of the places there are, or a new one. */

import type { Refused, Ronde } from "../../shell/ronde.ts";
import { h } from "../dom.ts";
import { type Answerable, type Fault, field } from "../form.ts";
import { t } from "../words.ts";
import { choice, wrongName } from "./fields.ts";
import type { Structure } from "./served.ts";

const NEW = "new";
const LABEL_REFUSED: ReadonlySet<string> = new Set(["telling_label", "unwritable_label", "names_structure"]);

export class StructureFields {
  readonly element: HTMLElement;
  readonly #which;
  readonly #name = field({ label: t("Nom de la structure"), name: "structure", input: { maxlength: 100, autocomplete: "off" } });
  readonly #place = field({
    label: t("Lieu, tel que la famille le lira"),
    name: "place",
    hint: t("Une rue ou un bâtiment, sans nom de service ni de spécialité."),
    input: { maxlength: 60, autocomplete: "off" },
  });
  readonly #finess = field({ label: t("Numéro FINESS"), name: "finess", hint: t("Neuf signes, si vous l'avez."), input: { maxlength: 9, autocomplete: "off" } });
  /** A structure that was kept before the rest was refused is not kept twice. */
  #kept: string | null = null;

  constructor(structures: readonly Structure[]) {
    const known = [...structures].sort((one, other) => one.name.localeCompare(other.name, "fr"));
    this.#which = choice({
      label: t("Structure"),
      name: "where",
      options: [
        { value: "", label: t("Aucune") },
        ...known.map((each) => ({ value: each.id, label: each.name })),
        { value: NEW, label: t("Une nouvelle structure…") },
      ],
    });
    const more = h("div", { class: "stack", hidden: true }, this.#name.element, this.#place.element, this.#finess.element);
    this.#which.input.addEventListener("change", () => {
      more.hidden = !this.#isNew();
    });
    this.element = h("div", { class: "stack" }, this.#which.element, more);
  }

  get fields(): readonly Answerable[] {
    return [this.#name, this.#place, this.#finess];
  }

  faults(): readonly Fault[] {
    if (!this.#isNew()) return [];
    const faults: Fault[] = [];
    const name = wrongName(this.#name.input.value);
    if (name !== null) faults.push({ field: this.#name, sentence: name });
    if (this.#place.input.value.trim() === "") faults.push({ field: this.#place, sentence: t("Il manque le lieu.") });
    return faults;
  }

  /** Give the id of the place, which is registered first if it is new. */
  async keep(ronde: Ronde): Promise<string | null> {
    const { value } = this.#which.input;
    if (!this.#isNew()) return value === "" ? null : value;
    if (this.#kept !== null) return this.#kept;
    const finess = this.#finess.input.value.trim().toUpperCase();
    const made = await ronde.api.ask<Structure>("POST", "/structures", {
      name: this.#name.input.value.trim(),
      neutral_label: this.#place.input.value.trim(),
      finess: finess === "" ? null : finess,
    });
    this.#kept = made.id;
    return made.id;
  }

  blame(error: Refused): Answerable | null {
    if (LABEL_REFUSED.has(error.code)) return this.#place;
    return error.code === "bad_finess" ? this.#finess : null;
  }

  #isNew(): boolean {
    return this.#which.input.value === NEW;
  }
}
