/** The facts of birth that the pathway's rules ask for, one field each; unknown is an answer. */

import { h } from "../dom.ts";
import { type Answerable, type Fault, type Field, field, form } from "../form.ts";
import { language, t } from "../words.ts";
import { FLAGS, MEASURES, type Measure } from "./fact_words.ts";
import { type Radios, numberOf, radios, today } from "./fields.ts";
import type { Perinatal } from "./served.ts";

/** All facts of one child as a form; `save` is given the whole of them. */
export class FactsForm {
  readonly element: HTMLFormElement;
  readonly #weeks: Field;
  readonly #days: Field;
  readonly #discharged: Field;
  readonly #measures: ReadonlyMap<string, Field>;
  readonly #flags: ReadonlyMap<string, Radios>;

  constructor(held: Perinatal, save: (facts: Readonly<Record<string, unknown>>) => Promise<unknown>) {
    const typed = (label: string, name: string, value: unknown): Field =>
      field({ label, name, input: { inputmode: "decimal", autocomplete: "off", maxlength: 6, value: typeof value === "number" ? written(value) : "" } });
    this.#weeks = typed(t("Terme, en semaines"), "weeks", held.gestational_age?.weeks);
    this.#days = typed(t("et jours"), "days", held.gestational_age?.days);
    this.#discharged = field({ label: t("Sortie de la maternité ou de l'hôpital"), name: "discharged", input: { type: "date", max: today(), value: held.discharged_on ?? "" } });
    this.#measures = new Map(MEASURES.map((each) => [each.fact, typed(each.label(), each.fact, held[each.fact])] as const));
    this.#flags = new Map(FLAGS.map(([fact, label]) => [fact, yesNo(label(), fact, held[fact])] as const));
    this.element = form({
      fields: [this.#weeks, this.#days, ...this.#measures.values(), this.#discharged],
      body: [
        h("div", { class: "field-row" }, this.#weeks.element, this.#days.element),
        h("div", { class: "field-row" }, [...this.#measures.values()].map((each) => each.element)),
        this.#discharged.element,
        [...this.#flags.values()].map((each) => each.element),
      ],
      action: t("Enregistrer"),
      verify: () => this.#faults(),
      send: async () => save(this.#value()),
    });
  }

  /** Put the focus where a fact is asked. */
  focus(fact: string): void {
    const target = fact === "gestational_age" ? this.#weeks : (this.#measures.get(fact) ?? this.#flags.get(fact));
    target?.input.focus();
  }

  #faults(): readonly Fault[] {
    const faults: Fault[] = [];
    const check = (asked: Answerable & { readonly input: HTMLInputElement }, rule: Omit<Measure, "fact" | "label">): void => {
      const value = numberOf(asked.input.value);
      if (value === null) return;
      const right = value >= rule.least && value <= rule.most && (!rule.whole || Number.isInteger(value));
      if (!right) faults.push({ field: asked, sentence: t("Entre {least} et {most}.", { least: rule.least, most: rule.most }) });
    };
    check(this.#weeks, { least: 15, most: 45, whole: true });
    check(this.#days, { least: 0, most: 6, whole: true });
    for (const each of MEASURES) {
      const asked = this.#measures.get(each.fact);
      if (asked !== undefined) check(asked, each);
    }
    return faults;
  }

  #value(): Readonly<Record<string, unknown>> {
    const weeks = numberOf(this.#weeks.input.value);
    const flag = (value: string): boolean | null => (value === "" ? null : value === "yes");
    return {
      gestational_age: weeks === null ? null : { weeks, days: numberOf(this.#days.input.value) ?? 0 },
      discharged_on: this.#discharged.input.value === "" ? null : this.#discharged.input.value,
      ...Object.fromEntries([...this.#measures].map(([fact, each]) => [fact, numberOf(each.input.value)])),
      ...Object.fromEntries([...this.#flags].map(([fact, each]) => [fact, flag(each.value())])),
    };
  }
}

/** A number as people type it here. */
function written(value: number): string {
  return String(value).replace(".", language() === "fr" ? "," : ".");
}

function yesNo(label: string, fact: string, held: unknown): Radios {
  return radios({
    label,
    name: fact,
    value: held === true ? "yes" : held === false ? "no" : "",
    options: [
      { value: "yes", label: t("Oui") },
      { value: "no", label: t("Non") },
      { value: "", label: t("Inconnu") },
    ],
  });
}
