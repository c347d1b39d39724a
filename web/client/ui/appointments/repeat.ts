/** Recurring sessions: how often, until when, and the dates they fall on before anything is booked. */

import { dayOf, shortDay, timeOf } from "../dates.ts";
import { type Child, assign, fill, freshId, h } from "../dom.ts";
import { busy } from "../busy.ts";
import { icon } from "../icons.ts";
import { t, tn } from "../words.ts";
import { refusalWords, shortRefusal } from "./refusal.ts";
import type { Foreseen } from "./served.ts";
import { labelled } from "./when.ts";

const USUAL_TIMES = 10;

export type Rhythm = {
  readonly every_weeks: number;
  readonly until: string | null;
  readonly times: number | null;
  readonly holidays: boolean;
  readonly but: readonly string[];
};

/** Ask for a rhythm; `foresee` says which sessions there would be. */
export class Repeat {
  readonly element: HTMLElement;
  readonly #foresee: () => Promise<readonly Foreseen[] | null>;
  readonly #every = h("select", { class: "select", id: freshId("every") });
  readonly #ends = h("select", { class: "select", id: freshId("ends") });
  readonly #times = h("input", { class: "input", id: freshId("times"), type: "number", min: 2, max: 60, value: USUAL_TIMES, inputmode: "numeric" });
  readonly #until = h("input", { class: "input", id: freshId("until"), type: "date" });
  readonly #holidays = h("input", { type: "checkbox", checked: true });
  readonly #more = h("div", { class: "stack", hidden: true });
  /** Where the dates are shown. */
  readonly dates = h("div", { class: "stack-tight", "aria-live": "polite" });
  #but: string[] = [];

  constructor(foresee: () => Promise<readonly Foreseen[] | null>) {
    this.#foresee = foresee;
    fill(this.#every, h("option", { value: 0 }, t("Une seule fois")), h("option", { value: 1 }, t("Chaque semaine")), h("option", { value: 2 }, t("Toutes les deux semaines")));
    fill(this.#ends, h("option", { value: "times" }, t("Nombre de séances")), h("option", { value: "until" }, t("Jusqu'au")));
    const many = h("div", { class: "field" }, h("label", { class: "visually-hidden", for: this.#times.id }, t("Nombre de séances")), this.#times);
    const last = h("div", { class: "field", hidden: true }, h("label", { class: "visually-hidden", for: this.#until.id }, t("Jusqu'au")), this.#until);
    const look = h("button", { class: "button button-small", type: "button" }, t("Voir les dates"));
    look.addEventListener("click", () => void busy(look, this.look()));
    this.#every.addEventListener("change", () => this.#toggle());
    this.#ends.addEventListener("change", () => {
      assign(many, { hidden: this.#ends.value !== "times" });
      assign(last, { hidden: this.#ends.value !== "until" });
      this.forget();
    });
    for (const each of [this.#times, this.#until, this.#holidays]) each.addEventListener("change", () => this.forget());
    fill(
      this.#more,
      h("div", { class: "field-row" }, labelled(this.#ends, t("Fin")), many, last),
      h("label", { class: "check" }, this.#holidays, h("span", null, t("Sauf les jours fériés"))),
      h("div", null, look),
      this.dates,
      h("p", { class: "small soft" }, t("La famille est prévenue une fois de la série, puis la veille de chaque séance.")),
    );
    this.element = h("div", { class: "stack" }, labelled(this.#every, t("Répéter")), this.#more);
  }

  /** The rhythm, or null for a single appointment. */
  get rhythm(): Rhythm | null {
    const every = Number(this.#every.value);
    if (every === 0) return null;
    const times = this.#ends.value === "times";
    return {
      every_weeks: every,
      times: times ? Number(this.#times.value) : null,
      until: times || this.#until.value === "" ? null : this.#until.value,
      holidays: this.#holidays.checked,
      but: this.#but,
    };
  }

  /** Show the dates; false where one of them cannot be. */
  async look(): Promise<boolean> {
    try {
      const sessions = await this.#foresee();
      fill(this.dates, sessions === null ? h("p", { class: "danger-text" }, t("Dites le jour, l'heure et le lieu.")) : this.#list(sessions));
      return sessions?.every(({ refused }) => refused === null) ?? false;
    } catch (error) {
      fill(this.dates, h("p", { class: "danger-text" }, refusalWords(error)));
      return false;
    }
  }

  /** Leave the dates out of sight: what they were made of has changed. */
  forget(): void {
    fill(this.dates);
  }

  #toggle(): void {
    assign(this.#more, { hidden: this.#every.value === "0" });
    this.#but = [];
    this.forget();
  }

  #list(sessions: readonly Foreseen[]): Child[] {
    const held = sessions.filter(({ left_out: out, refused }) => out === null && refused === null).length;
    const trouble = sessions.filter(({ refused }) => refused !== null).length;
    return [
      h("p", { class: "strong" }, tn("{n} séance", "{n} séances", held), trouble > 0 && `, ${tn("{n} date à revoir", "{n} dates à revoir", trouble)}`),
      h("ul", { class: "list card card-flush" }, sessions.map((each) => this.#session(each))),
    ];
  }

  #session({ start, left_out: out, refused }: Foreseen): HTMLElement {
    const day = start.slice(0, 10);
    const state = refused !== null ? shortRefusal(refused) : out === "holiday" ? t("jour férié") : out === "chosen" ? t("sauté") : timeOf(start);
    const skip = (words: string, but: string[]): HTMLElement => {
      const button = h("button", { class: "button button-small button-quiet", type: "button", "aria-label": `${words} : ${dayOf(start)}` }, words);
      button.addEventListener("click", () => {
        this.#but = but;
        void busy(button, this.look());
      });
      return button;
    };
    return h(
      "li",
      { class: "list-row" },
      h("span", { class: "list-main" }, h("span", { class: out === null ? "list-title" : "list-title muted" }, shortDay(start)), refused === null ? h("span", { class: "list-note" }, state) : h("span", { class: "signed small danger-text" }, icon("warning", "small"), h("span", null, state))),
      h("span", { class: "list-end" }, out === "chosen" ? skip(t("Remettre"), this.#but.filter((each) => each !== day)) : out === null && skip(t("Sauter"), [...this.#but, day])),
    );
  }
}
