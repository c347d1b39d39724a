/** A session in detail: day, time, place, held or missed, three lines at most. */

import { type Radios, choice, radios } from "../coordination/fields.ts";
import { openDialog } from "../dialog.ts";
import { h } from "../dom.ts";
import { type Answerable, type Fault, field, form } from "../form.ts";
import { labelWord } from "../nomenclature.ts";
import { t, tn } from "../words.ts";
import { type Usual, dayPart, wallTime } from "./claiming.ts";
import type { EarlyCare, ForfaitView, Part, SessionForm } from "./served.ts";
import { textField } from "./text_field.ts";
import { disciplineWord, fieldOf, placesOf } from "./words.ts";

const LINES = 3;
const MINUTE = 60_000;

export type SessionGiven = {
  readonly care: EarlyCare;
  readonly forfait: ForfaitView;
  readonly usual: Usual | null;
  /** What it says when it opens, where something was said already. */
  readonly begins: SessionForm | null;
  /** What the next meeting is. */
  readonly part: Part;
  readonly keep: (form: SessionForm) => Promise<void>;
};

/** Open the form of a session. */
export function openSession(given: SessionGiven): void {
  const fields = new SessionFields(given);
  const dialog = openDialog({
    title: t("Une séance, {name}", { name: disciplineWord(given.care, given.forfait.discipline) }),
    body: form({
      fields: fields.all,
      body: fields.element,
      action: t("Enregistrer la séance"),
      verify: () => fields.faults(),
      send: async () => {
        await given.keep(fields.value());
        dialog.close();
      },
    }),
  });
}

class SessionFields {
  readonly element: HTMLElement;
  readonly all: readonly Answerable[];
  readonly #day;
  readonly #time;
  readonly #part;
  readonly #state;
  readonly #place;
  readonly #minutes;
  readonly #note;

  constructor(given: SessionGiven) {
    const { care, forfait } = given;
    const said = beginning(given);
    const asked = fieldOf(care.session, "minutes");
    const latest = dayPart(wallTime(new Date()));
    this.#day = field({ label: t("Date"), name: "on", input: { type: "date", value: dayPart(said.start), min: forfait.opened_on, max: latest } });
    this.#time = field({ label: t("Heure de début"), name: "at", input: { type: "time", value: clockPart(said.start) } });
    this.#part = partField(said.part);
    this.#state = stateField(said.done, () => this.#drawMinutes());
    this.#place = choice({
      label: t("Lieu"),
      name: "place",
      options: placesOf(care).map(({ code, label }) => ({ value: code, label: labelWord(label) })),
      value: said.place,
    });
    this.#minutes = field({
      label: t("Durée, en minutes"),
      name: "minutes",
      input: { type: "number", inputmode: "numeric", step: 5, min: asked?.minimum, max: asked?.maximum, value: said.minutes ?? "" },
    });
    this.#note = textField({
      label: t("Quelques mots, si besoin"),
      name: "note",
      hint: t("Trois lignes au plus, lues par le cercle."),
      most: fieldOf(care.session, "note")?.most ?? null,
      rows: LINES,
      value: said.note,
    });
    this.all = [this.#day, this.#time, this.#place, this.#minutes, this.#note];
    this.element = h(
      "div",
      { class: "stack" },
      h("div", { class: "field-row" }, this.#day.element, this.#time.element),
      forfait.assessments > 0 && this.#part.element,
      this.#state.element,
      this.#place.element,
      this.#minutes.element,
      this.#note.element,
    );
    this.#drawMinutes();
    if (given.begins === null) this.#followDuration();
  }

  /** One that has just ended began as long ago as it took, until somebody says when it began. */
  #followDuration(): void {
    let told = false;
    this.#time.input.addEventListener("input", () => {
      told = true;
    });
    this.#minutes.input.addEventListener("input", () => {
      const began = Date.now() - Number(this.#minutes.input.value) * MINUTE;
      const start = wallTime(new Date(began));
      if (!told && dayPart(start) === this.#day.input.value) this.#time.input.value = clockPart(start);
    });
  }

  faults(): readonly Fault[] {
    const found: Fault[] = [];
    if (this.#day.input.value === "") found.push({ field: this.#day, sentence: t("Il manque la date.") });
    if (this.#time.input.value === "") found.push({ field: this.#time, sentence: t("Il manque l'heure.") });
    if (found.length === 0 && this.#start() > wallTime(new Date())) found.push({ field: this.#day, sentence: t("Cette séance n'a pas encore eu lieu. Vérifiez la date et l'heure.") });
    const minutes = this.#minutes.input;
    if (this.#isDone() && (minutes.value === "" || !minutes.validity.valid && !minutes.validity.stepMismatch)) {
      found.push({ field: this.#minutes, sentence: t("Indiquez une durée de {least} à {most} minutes.", { least: minutes.min, most: minutes.max }) });
    }
    if (this.#note.input.value.split("\n").length > LINES) found.push({ field: this.#note, sentence: tn("{n} ligne au plus.", "{n} lignes au plus.", LINES) });
    return found;
  }

  value(): SessionForm {
    const done = this.#isDone();
    return {
      start: this.#start(),
      part: this.#part.value() === "assessment" ? "assessment" : "session",
      done,
      place: this.#place.input.value,
      minutes: done ? Number(this.#minutes.input.value) : null,
      note: this.#note.input.value.trim(),
    };
  }

  #start(): string {
    return `${this.#day.input.value}T${this.#time.input.value}:00`;
  }

  #isDone(): boolean {
    return this.#state.value() === "done";
  }

  #drawMinutes(): void {
    this.#minutes.element.hidden = !this.#isDone();
  }
}

/** What the form says when it opens: what was said before, else one that has just ended where one usually is. */
function beginning({ begins, care, usual, part }: SessionGiven): SessionForm {
  if (begins !== null) return begins;
  const { place, minutes } = usual ?? { place: placesOf(care)[0]?.code ?? "", minutes: 0 };
  const began = new Date(Date.now() - minutes * MINUTE);
  return { start: wallTime(began), part, done: true, place, minutes: usual?.minutes ?? null, note: "" };
}

/** The time of a wall time, as a field shows it. */
function clockPart(wall: string): string {
  return wall.slice(11, 16);
}

function partField(value: Part): Radios {
  return radios({
    label: t("Séance ou bilan"),
    name: "part",
    options: [{ value: "session", label: t("Séance") }, { value: "assessment", label: t("Bilan") }],
    value,
  });
}

function stateField(done: boolean, changed: () => void): Radios {
  return radios({
    label: t("La séance a-t-elle eu lieu ?"),
    name: "state",
    options: [{ value: "done", label: t("Faite") }, { value: "missed", label: t("Manquée") }],
    value: done ? "done" : "missed",
    changed,
  });
}
