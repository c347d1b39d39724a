/** The fields that say who a child is and how they were born. */

import { h } from "../dom.ts";
import { type Answerable, type Fault, type Field, field } from "../form.ts";
import { t } from "../words.ts";
import { type Radios, numberOf, radios, today, wrongName } from "./fields.ts";
import type { IdentityForm } from "./served.ts";

/** Who the child is. */
export class IdentityFields {
  readonly element: HTMLElement;
  readonly family: Field;
  readonly given: Field;
  readonly birth: Field;
  readonly #usual: Field;
  readonly #sex: Radios;
  readonly #held: IdentityForm | null;

  constructor(held: IdentityForm | null = null) {
    this.#held = held;
    const plain = { autocomplete: "off", maxlength: 100 };
    this.given = field({ label: t("Prénoms"), name: "given", hint: t("Comme à l'état civil, séparés par des virgules s'il y en a plusieurs."), input: { ...plain, value: held?.birth_given_names.join(", ") ?? "" } });
    this.family = field({ label: t("Nom de naissance"), name: "family", input: { ...plain, value: held?.birth_family_name ?? "" } });
    this.#usual = field({ label: t("Prénom de tous les jours"), name: "usual", hint: t("S'il diffère du premier."), input: { ...plain, value: held?.usual_given_name ?? "" } });
    this.birth = field({ label: t("Date de naissance"), name: "birth", input: { type: "date", max: today(), value: held?.birth_date ?? "" } });
    this.#sex = radios({
      label: t("Sexe"),
      name: "sex",
      value: held?.sex ?? "unknown",
      options: [
        { value: "female", label: t("Fille") },
        { value: "male", label: t("Garçon") },
        { value: "unknown", label: t("Non précisé") },
      ],
    });
    this.element = h(
      "div",
      { class: "stack" },
      this.given.element,
      this.family.element,
      this.#usual.element,
      this.birth.element,
      this.#sex.element,
    );
  }

  get fields(): readonly Answerable[] {
    return [this.given, this.family, this.birth];
  }

  faults(): readonly Fault[] {
    const faults: Fault[] = [];
    if (this.#givenNames().length === 0) faults.push({ field: this.given, sentence: t("Il manque le prénom.") });
    const name = wrongName(this.family.input.value);
    if (name !== null) faults.push({ field: this.family, sentence: name });
    const day = this.birth.input.value;
    if (day === "") faults.push({ field: this.birth, sentence: t("Il manque la date de naissance.") });
    else if (day > today()) faults.push({ field: this.birth, sentence: t("Cette date est à venir.") });
    return faults;
  }

  /** The form, as the server reads it; what is not asked here stays as it was. */
  value(): Readonly<Record<string, unknown>> {
    return {
      ...this.#held,
      birth_given_names: this.#givenNames(),
      birth_family_name: this.family.input.value.trim(),
      usual_given_name: this.#usual.input.value.trim(),
      birth_date: this.birth.input.value,
      sex: this.#sex.value(),
    };
  }

  #givenNames(): readonly string[] {
    return this.given.input.value.split(",").map((each) => each.trim()).filter((each) => each !== "");
  }
}

/** Term and weight, which are known of nearly every child. */
export class BirthFields {
  readonly element: HTMLElement;
  readonly weeks: Field;
  readonly days: Field;
  readonly weight: Field;

  constructor() {
    const whole = (label: string, name: string, unit: string): Field =>
      field({ label, name, input: { inputmode: "numeric", autocomplete: "off", maxlength: 5 }, inside: h("span", { class: "input-unit", "aria-hidden": "true" }, unit) });
    this.weeks = whole(t("Terme, en semaines"), "weeks", t("SA"));
    this.days = whole(t("et jours"), "days", t("jours"));
    this.weight = whole(t("Poids de naissance, en grammes"), "weight", "g");
    this.element = h(
      "div",
      { class: "stack" },
      h("div", { class: "field-row" }, this.weeks.element, this.days.element),
      this.weight.element,
      h("p", { class: "field-hint" }, t("Ce que vous ne savez pas encore se complète plus tard.")),
    );
  }

  get fields(): readonly Answerable[] {
    return [this.weeks, this.days, this.weight];
  }

  faults(): readonly Fault[] {
    const outside = (each: Field, least: number, most: number): boolean => {
      const value = numberOf(each.input.value);
      return value !== null && !(Number.isInteger(value) && value >= least && value <= most);
    };
    const faults: Fault[] = [];
    if (outside(this.weeks, 15, 45)) faults.push({ field: this.weeks, sentence: t("Entre 15 et 45 semaines.") });
    if (outside(this.days, 0, 6)) faults.push({ field: this.days, sentence: t("Entre 0 et 6 jours.") });
    if (numberOf(this.weeks.input.value) === null && numberOf(this.days.input.value) !== null) {
      faults.push({ field: this.weeks, sentence: t("Il manque les semaines.") });
    }
    if (outside(this.weight, 200, 7000)) faults.push({ field: this.weight, sentence: t("Entre 200 et 7 000 grammes.") });
    return faults;
  }

  value(): Readonly<Record<string, unknown>> {
    const weeks = numberOf(this.weeks.input.value);
    const days = numberOf(this.days.input.value) ?? 0;
    return { gestational_age: weeks === null ? null : { weeks, days }, birth_weight_g: numberOf(this.weight.input.value) };
  }
}
