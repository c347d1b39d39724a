/** What is asked of an attempt to reach a family: the day, the way, what came of it, what was said. */

import { newId } from "../../core/ids.ts";
import { Refused } from "../../shell/ronde.ts";
import { freshId, h } from "../dom.ts";
import { type Answerable, type Fault, type Field, field } from "../form.ts";
import { t } from "../words.ts";
import { MEDIA, OUTCOMES } from "./duty_served.ts";
import { mediumWord, outcomeWord } from "./duty_words.ts";
import { type Choice, choice, today } from "./fields.ts";

const LONGEST = 1000;

export class AttemptFields {
  readonly element: HTMLElement;
  readonly #on: Field;
  readonly #medium: Choice;
  readonly #outcome: Choice;
  readonly #note = h("textarea", { class: "textarea", id: freshId("note"), maxlength: LONGEST, rows: 3 });
  /** Sent again after a silence, it is the same attempt. */
  readonly #id = newId();

  constructor() {
    this.#on = field({ label: t("Le"), name: "on", input: { type: "date", max: today(), value: today() } });
    this.#medium = choice({ label: t("Comment"), name: "medium", options: MEDIA.map((value) => ({ value, label: mediumWord(value) })) });
    this.#outcome = choice({ label: t("Résultat"), name: "outcome", options: OUTCOMES.map((value) => ({ value, label: outcomeWord(value) })) });
    this.element = h(
      "div",
      { class: "stack" },
      this.#on.element,
      this.#medium.element,
      this.#outcome.element,
      h("div", { class: "field" }, h("label", { class: "field-label", for: this.#note.id }, t("Ce qui s'est dit")), this.#note),
    );
  }

  get fields(): readonly Answerable[] {
    return [this.#on, this.#medium, this.#outcome];
  }

  get note(): string {
    return this.#note.value.trim();
  }

  value(): Readonly<Record<string, unknown>> {
    return { id: this.#id, on: this.#on.input.value, medium: this.#medium.input.value, outcome: this.#outcome.input.value, note: this.note };
  }

  faults(): readonly Fault[] {
    return this.#on.input.value === "" ? [{ field: this.#on, sentence: t("Il manque le jour.") }] : [];
  }

  /** The field that a refusal is about. */
  blame(error: unknown): Answerable | null {
    return error instanceof Refused && error.code === "tried_tomorrow" ? this.#on : null;
  }
}
