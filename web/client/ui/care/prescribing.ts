/** A physician prescribes early care, or calls a prescription off. */

import type { ChildId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { type Option, choice } from "../coordination/fields.ts";
import { openDialog } from "../dialog.ts";
import { assign, h } from "../dom.ts";
import { type Answerable, type Fault, check, field, form } from "../form.ts";
import { labelWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import { plainly } from "./refusal.ts";
import type { Discipline, EarlyCare, PrescriptionView } from "./served.ts";
import { textField } from "./text_field.ts";
import { fieldOf } from "./words.ts";

export type PrescribingGiven = {
  readonly ronde: Ronde;
  readonly child: ChildId;
  readonly care: EarlyCare;
  /** The discipline that is to go on, where one is. */
  readonly begins: string | null;
  /** Who may be wished for, by profession. */
  readonly people: (profession: string) => readonly Option[];
  readonly done: (made: PrescriptionView) => void;
};

/** Ask for early care: which, why, how much. */
export function openPrescribing(given: PrescribingGiven): void {
  const fields = new PrescriptionFields(given);
  const dialog = openDialog({
    title: t("Prescrire des soins précoces"),
    body: form({
      fields: fields.all,
      body: fields.element,
      action: t("Signer la prescription"),
      verify: () => fields.faults(),
      send: async () => {
        const made = await plainly(given.ronde.api.ask<PrescriptionView>("POST", `/children/${given.child}/prescriptions`, fields.value()));
        dialog.close();
        given.done(made);
      },
    }),
  });
}

class PrescriptionFields {
  readonly element = h("div", { class: "stack" });
  readonly #given: PrescribingGiven;
  readonly #discipline;
  readonly #reason;
  readonly #sessions = field({ label: t("Séances"), name: "sessions", hint: " ", input: { type: "number", inputmode: "numeric", min: 0, step: 1 } });
  readonly #months = field({ label: t("Durée, en mois"), name: "months", hint: " ", input: { type: "number", inputmode: "numeric", min: 1, step: 1 } });
  readonly #wished = h("div");
  #professional = choice({ label: t("Professionnel souhaité"), name: "professional", options: [] });
  readonly #urgent = check(t("À commencer sans attendre"), { name: "urgent" });

  constructor(given: PrescribingGiven) {
    this.#given = given;
    const { care, begins } = given;
    this.#discipline = choice({
      label: t("Soin"),
      name: "discipline",
      options: care.disciplines.map(({ code, label }) => ({ value: code, label: labelWord(label) })),
      value: begins ?? care.disciplines[0]?.code ?? "",
    });
    this.#discipline.input.addEventListener("change", () => this.#prefill());
    this.#reason = textField({ label: t("Motif"), name: "reason", hint: t("Lu par tout le cercle."), most: fieldOf(care.prescription, "reason")?.most ?? null, rows: 3 });
    this.element.append(
      this.#discipline.element,
      this.#reason.element,
      h("div", { class: "field-row" }, this.#sessions.element, this.#months.element),
      this.#wished,
      this.#urgent.element,
    );
    this.#prefill();
  }

  get all(): readonly Answerable[] {
    return [this.#discipline, this.#reason, this.#sessions, this.#months];
  }

  faults(): readonly Fault[] {
    const found: Fault[] = [];
    if (this.#reason.input.value.trim() === "") found.push({ field: this.#reason, sentence: t("Dites en quelques mots ce qui est demandé.") });
    for (const each of [this.#sessions, this.#months]) {
      const { value, min, max } = each.input;
      const number = Number(value);
      if (value === "" || !Number.isInteger(number) || number < Number(min) || number > Number(max)) {
        found.push({ field: each, sentence: t("De {least} à {most} au plus.", { least: min, most: max }) });
      }
    }
    return found;
  }

  value(): Readonly<Record<string, unknown>> {
    const wished = this.#professional.input.value;
    return {
      discipline: this.#discipline.input.value,
      reason: this.#reason.input.value.trim(),
      sessions: Number(this.#sessions.input.value),
      months: Number(this.#months.input.value),
      professional: wished === "" ? null : wished,
      urgent: this.#urgent.input.checked,
    };
  }

  /** Put in what the pathway has for the discipline. */
  #prefill(): void {
    const chosen = this.#given.care.disciplines.find(({ code }) => code === this.#discipline.input.value);
    if (chosen === undefined) return;
    assign(this.#sessions.input, { max: chosen.sessions, value: chosen.sessions });
    assign(this.#months.input, { max: chosen.validity_months, value: chosen.validity_months });
    hintOf(this.#sessions.element, assessmentWords(chosen));
    hintOf(this.#months.element, t("À partir de l'ouverture du forfait."));
    this.#professional = choice({
      label: t("Professionnel souhaité"),
      name: "professional",
      hint: t("La coordination décide."),
      options: [{ value: "", label: t("Sans préférence") }, ...this.#given.people(chosen.profession)],
    });
    this.#wished.replaceChildren(this.#professional.element);
  }
}

function assessmentWords({ assessments }: Discipline): string {
  return assessments === 0 ? t("Sans bilan.") : tn("En plus de {n} bilan.", "En plus de {n} bilans.", assessments);
}

function hintOf(element: HTMLElement, words: string): void {
  const hint = element.querySelector(".field-hint");
  if (hint !== null) hint.textContent = words;
}
