/** Book an appointment, or move one: who, when, where, and that the family will be told. */

import type { ProfessionalId } from "../../core/ids.ts";
import { Refused, type Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { type Child, assign, fill, freshId, h } from "../dom.ts";
import { said } from "../faults.ts";
import type { People } from "../feed/people.ts";
import { busy } from "../form.ts";
import { labelWord } from "../nomenclature.ts";
import type { Slot } from "../served.ts";
import { t } from "../words.ts";
import type { AppointmentView, CalendarView } from "./served.ts";

const MINUTES = [20, 30, 45, 60, 90] as const;
const USUAL_MINUTES = 30;

export type BookingOptions = {
  readonly ronde: Ronde;
  readonly child: string;
  readonly people: People;
  readonly calendar: CalendarView;
  /** The appointment to move; null books a new one. */
  readonly moves: AppointmentView | null;
  /** What a visit to book suggests. */
  readonly visit: string | null;
  readonly done: () => void;
};

/** Ask for a slot and book or move. */
export function openBooking(options: BookingOptions): void {
  const form = new BookingForm(options);
  const send = h("button", { class: "button button-primary", type: "button" }, options.moves === null ? t("Fixer le rendez-vous") : t("Déplacer"));
  send.addEventListener("click", () => {
    void busy(send, form.send()).then((sent) => {
      if (!sent) return;
      dialog.close();
      options.done();
    });
  });
  const dialog = openDialog({
    title: options.moves === null ? t("Nouveau rendez-vous") : t("Déplacer le rendez-vous"),
    body: form.element,
    footer: [h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Annuler")), send],
  });
}

class BookingForm {
  readonly element: HTMLElement;
  readonly #options: BookingOptions;
  readonly #error = h("p", { class: "error-summary", role: "alert", hidden: true });
  readonly #who = h("select", { class: "select", id: freshId("who") });
  readonly #visit = h("select", { class: "select", id: freshId("visit") });
  readonly #day = h("input", { class: "input", id: freshId("day"), type: "date", required: true });
  readonly #time = h("input", { class: "input", id: freshId("time"), type: "time", step: 300, required: true });
  readonly #minutes = h("select", { class: "select", id: freshId("minutes") });
  readonly #place = h("input", { class: "input", id: freshId("place"), maxlength: 60, required: true, autocomplete: "street-address" });

  constructor(options: BookingOptions) {
    this.#options = options;
    this.#choices();
    this.#suggest();
    const moves = options.moves !== null;
    this.element = h(
      "div",
      { class: "stack" },
      this.#error,
      !moves && labelled(this.#who, t("Avec")),
      !moves && labelled(this.#visit, t("Pour quelle visite")),
      h("div", { class: "field-row" }, labelled(this.#day, t("Le")), labelled(this.#time, t("À"))),
      labelled(this.#minutes, t("Durée")),
      labelled(this.#place, t("Lieu"), t("Une adresse ou un bâtiment, sans nom de service : la famille le lira dans un SMS.")),
      h("p", { class: "small soft" }, t("Les parents sont prévenus par courriel ou SMS, sans un mot sur la santé.")),
    );
  }

  /** Send what the form says; false while something is wrong. */
  async send(): Promise<boolean> {
    const missing = [this.#day, this.#time, this.#place].find((each) => each.value.trim() === "");
    if (missing !== undefined) return this.#wrong(t("Dites le jour, l'heure et le lieu."), missing);
    try {
      await this.#ask();
      return true;
    } catch (error) {
      return this.#wrong(why(error), this.#blamed(error));
    }
  }

  /** The field that a refusal is about. */
  #blamed(error: unknown): HTMLElement {
    const code = error instanceof Refused ? error.code : "";
    if (code === "telling_label") return this.#place;
    return code === "no_such_time" ? this.#time : this.#day;
  }

  async #ask(): Promise<void> {
    const { ronde, child, moves } = this.#options;
    const slot: Slot = {
      start: `${this.#day.value}T${this.#time.value}:00`,
      zone: moves?.slot.zone ?? "Europe/Paris",
      duration_minutes: Number(this.#minutes.value),
      place_label: this.#place.value.trim(),
    };
    if (moves !== null) {
      await ronde.api.ask("PUT", `/appointments/${moves.id}/slot`, slot);
      return;
    }
    const visit = this.#visit.value === "" ? null : this.#visit.value;
    const professional = this.#who.value as ProfessionalId;
    await ronde.api.ask("POST", `/children/${child}/appointments`, { professional, visit, slot });
  }

  #choices(): void {
    const { people, calendar, ronde } = this.#options;
    const care = people.all.filter((each) => each.convention !== null);
    fill(this.#who, care.map((each) => h("option", { value: each.id }, `${each.given} ${each.family}, ${each.profession}`)));
    if (care.some((each) => each.id === ronde.me?.professional)) this.#who.value = ronde.me?.professional ?? "";
    fill(
      this.#visit,
      h("option", { value: "" }, t("Aucune visite du parcours")),
      calendar.visits.map((each) => h("option", { value: each.code }, labelWord(each.label))),
    );
    fill(this.#minutes, MINUTES.map((each) => h("option", { value: each }, t("{n} min", { n: each }))));
  }

  #suggest(): void {
    const { moves, visit } = this.#options;
    const slot = moves?.slot;
    const [day = "", time = ""] = slot?.start.split("T") ?? [];
    this.#day.value = day;
    this.#time.value = time.slice(0, 5);
    this.#day.min = new Date().toLocaleDateString("sv-SE");
    this.#minutes.value = String(slot?.duration_minutes ?? USUAL_MINUTES);
    this.#place.value = slot?.place_label ?? "";
    this.#visit.value = moves?.visit ?? visit ?? "";
  }

  #wrong(sentence: string, field: HTMLElement): false {
    this.#error.hidden = false;
    this.#error.textContent = sentence;
    for (const each of [this.#day, this.#time, this.#place]) assign(each, { "aria-invalid": each === field ? "true" : null });
    field.focus();
    return false;
  }
}

function labelled(input: HTMLElement, label: string, hint: Child = null): HTMLElement {
  return h(
    "div",
    { class: "field" },
    h("label", { class: "field-label", for: input.id }, label),
    hint !== null && h("p", { class: "field-hint" }, hint),
    input,
  );
}

function why(error: unknown): string {
  if (!(error instanceof Refused)) return said(error);
  const known: Readonly<Record<string, () => string>> = {
    in_the_past: () => t("Cette heure est déjà passée."),
    no_such_time: () => t("Cette heure n'existe pas ce jour-là : on change d'heure."),
    telling_label: () => t("Ce lieu en dit trop sur la santé. Mettez une adresse ou un nom de bâtiment."),
    too_far_ahead: () => t("Cette date est trop lointaine."),
  };
  return known[error.code]?.() ?? said(error);
}
