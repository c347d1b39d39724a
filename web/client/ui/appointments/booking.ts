/** Book an appointment, or move one: who, for what, when, where, and that the family will be told. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Ronde } from "../../shell/ronde.ts";
import { openDialog } from "../dialog.ts";
import { assign, fill, freshId, h } from "../dom.ts";
import type { People } from "../feed/people.ts";
import { busy } from "../busy.ts";
import { labelWord } from "../nomenclature.ts";
import type { Slot } from "../served.ts";
import { t } from "../words.ts";
import { HowFar } from "./following.ts";
import { insteadOf, refusalWords } from "./refusal.ts";
import { Repeat } from "./repeat.ts";
import type { AppointmentView, CalendarView, Foreseen, OfferView } from "./served.ts";
import { When, labelled } from "./when.ts";

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
export async function openBooking(options: BookingOptions): Promise<void> {
  const { ronde, child, moves, visit } = options;
  const asked = moves === null ? { visit } : { visit: moves.visit, professional: moves.professional };
  const form = new BookingForm(options, await offerOf(ronde, child, asked));
  const send = h("button", { class: "button button-primary", type: "button" }, moves === null ? t("Fixer le rendez-vous") : t("Déplacer"));
  send.addEventListener("click", () => {
    void busy(send, form.send()).then((sent) => {
      if (!sent) return;
      dialog.close();
      options.done();
    });
  });
  const dialog = openDialog({
    title: moves === null ? t("Nouveau rendez-vous") : t("Déplacer le rendez-vous"),
    body: form.element,
    footer: [h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("Annuler")), send],
  });
}

type Asked = { readonly visit?: string | null; readonly professional?: string | null };

async function offerOf(ronde: Ronde, child: string, asked: Asked): Promise<OfferView> {
  const told = Object.entries(asked).flatMap(([name, value]) => (value === null || value === undefined || value === "" ? [] : [[name, value]]));
  const query = new URLSearchParams(told);
  return await ronde.api.ask<OfferView>("GET", `/children/${child}/offer?${query.toString()}`);
}

class BookingForm {
  readonly element: HTMLElement;
  readonly #options: BookingOptions;
  readonly #error = h("p", { class: "error-summary", role: "alert", tabindex: -1, hidden: true });
  readonly #who = h("select", { class: "select", id: freshId("who") });
  readonly #what = h("select", { class: "select", id: freshId("what") });
  readonly #place = h("input", { class: "input", id: freshId("place"), maxlength: 60, required: true, autocomplete: "street-address" });
  readonly #when: When;
  readonly #repeat: Repeat;
  readonly #far: HowFar;
  #zone: string;
  #suggested = "";

  constructor(options: BookingOptions, offer: OfferView) {
    this.#options = options;
    this.#zone = options.moves?.slot.zone ?? offer.zone;
    this.#when = new When(() => this.#repeat.forget());
    this.#repeat = new Repeat(() => this.#foreseen());
    this.#far = new HowFar((options.moves?.series ?? null) !== null);
    this.#choices(offer);
    this.#suggest(offer);
    const moves = options.moves !== null;
    for (const each of [this.#who, this.#what]) each.addEventListener("change", () => void this.#askAgain());
    this.element = h(
      "div",
      { class: "stack" },
      this.#error,
      !moves && labelled(this.#what, t("Pour")),
      !moves && labelled(this.#who, t("Avec")),
      this.#when.element,
      labelled(this.#place, t("Lieu"), t("Une adresse ou un bâtiment, sans nom de service : la famille le lira dans un SMS.")),
      moves ? this.#far.element : this.#repeat.element,
      h("p", { class: "small soft" }, t("Les parents sont prévenus par courriel ou SMS, sans un mot sur la santé.")),
    );
  }

  /** Send what the form says; false while something is wrong. */
  async send(): Promise<boolean> {
    const slot = this.#slot();
    if (slot === null) return this.#wrong(t("Dites le jour, l'heure et le lieu."));
    try {
      return await this.#ask(slot);
    } catch (error) {
      const instead = insteadOf(error);
      this.#wrong(refusalWords(error));
      if (instead?.free !== undefined) this.#when.offer(t("Libres près de là"), instead.free, () => this.#calm());
      return false;
    }
  }

  async #ask(slot: Slot): Promise<boolean> {
    const { ronde, child, moves } = this.#options;
    if (moves !== null && this.#far.isAll) return await this.#moveAll(moves, slot);
    if (moves !== null) {
      await ronde.api.ask("PUT", `/appointments/${moves.id}/slot`, slot);
      return true;
    }
    const rhythm = this.#repeat.rhythm;
    if (rhythm === null) {
      await ronde.api.ask("POST", `/children/${child}/appointments`, { ...this.#purpose(), slot });
      return true;
    }
    if (!(await this.#repeat.look())) return this.#wrong(t("Revoyez les dates marquées, ou sautez-les."), this.#repeat.dates);
    await ronde.api.ask("POST", `/children/${child}/series`, { ...this.#purpose(), slot, rhythm });
    return true;
  }

  async #moveAll(moves: AppointmentView, slot: Slot): Promise<boolean> {
    const { ronde } = this.#options;
    const path = `/appointments/${moves.id}/following`;
    const { sessions } = await ronde.api.ask<{ sessions: readonly Foreseen[] }>("POST", `${path}/preview`, { slot });
    if (!this.#far.show(sessions)) return this.#wrong(t("Une des séances tombe sur un créneau déjà pris."), this.#far.element);
    await ronde.api.ask("PUT", `${path}/slot`, { slot });
    return true;
  }

  async #foreseen(): Promise<readonly Foreseen[] | null> {
    const { ronde, child } = this.#options;
    const [slot, rhythm] = [this.#slot(), this.#repeat.rhythm];
    if (slot === null || rhythm === null) return null;
    const asked = { ...this.#purpose(), slot, rhythm };
    return (await ronde.api.ask<{ sessions: readonly Foreseen[] }>("POST", `/children/${child}/series/preview`, asked)).sessions;
  }

  #purpose(): { readonly professional: ProfessionalId; readonly visit: string | null; readonly care: string | null } {
    const [kind, code = null] = this.#what.value.split(":");
    const professional = this.#who.value as ProfessionalId;
    return { professional, visit: kind === "visit" ? code : null, care: kind === "care" ? code : null };
  }

  #slot(): Slot | null {
    const [start, place] = [this.#when.start, this.#place.value.trim()];
    if (start === null || place === "") return null;
    return { start, zone: this.#zone, duration_minutes: Number(this.#when.minutes.value), place_label: place };
  }

  #choices(offer: OfferView): void {
    const { people, calendar } = this.#options;
    const held = offer.may_hold.map((id) => people.find(id)).filter((each) => each !== null);
    fill(this.#who, held.map((each) => h("option", { value: each.id }, `${each.given} ${each.family}, ${each.profession}`)));
    const group = (label: string, kind: string, all: CalendarView["cares"]): HTMLElement =>
      h("optgroup", { label }, all.map((each) => h("option", { value: `${kind}:${each.code}` }, labelWord(each.label))));
    fill(
      this.#what,
      h("option", { value: "" }, t("Un autre rendez-vous")),
      group(t("Visites du parcours"), "visit", calendar.visits),
      calendar.cares.length > 0 && group(t("Soins"), "care", calendar.cares),
    );
  }

  #suggest(offer: OfferView): void {
    const { moves, visit } = this.#options;
    if (visit !== null) this.#what.value = `visit:${visit}`;
    this.#fillIn(offer, true);
    if (moves === null) return;
    this.#when.start = moves.slot.start;
    this.#when.lasts(moves.slot.duration_minutes);
    this.#place.value = moves.slot.place_label;
  }

  /** Put in what the server offers; a place that somebody wrote stays. */
  #fillIn(offer: OfferView, first: boolean): void {
    const moving = this.#options.moves !== null;
    if (offer.professional !== null) this.#who.value = offer.professional;
    this.#when.offer(t("Premiers créneaux libres"), offer.free, () => this.#calm());
    this.#when.on(moving ? this.#zone : offer.zone);
    if (moving) return;
    this.#zone = offer.zone;
    this.#when.lasts(offer.duration_minutes);
    if (first && offer.window !== null && offer.free[0] !== undefined) this.#when.start = offer.free[0];
    if (this.#place.value === this.#suggested) this.#place.value = offer.place_label ?? "";
    this.#suggested = offer.place_label ?? "";
  }

  async #askAgain(): Promise<void> {
    const { ronde, child } = this.#options;
    const { professional, visit } = this.#purpose();
    this.#repeat.forget();
    try {
      this.#fillIn(await offerOf(ronde, child, { professional, visit }), false);
    } catch (error) {
      this.#wrong(refusalWords(error));
    }
  }

  #calm(): void {
    this.#error.hidden = true;
    assign(this.#when.day, { "aria-invalid": null });
  }

  /** Say what is wrong where it is to be mended: over a field, or over what is `beside`. */
  #wrong(sentence: string, beside: HTMLElement | null = null): false {
    this.#error.hidden = false;
    this.#error.textContent = sentence;
    const field = this.#when.start === null ? this.#when.day : this.#place.value.trim() === "" ? this.#place : this.#when.day;
    for (const each of [this.#when.day, this.#place]) assign(each, { "aria-invalid": each === field ? "true" : null });
    const block = beside ?? (field === this.#place ? field.closest(".field") : this.#when.element);
    block?.before(this.#error);
    (beside === null ? field : this.#error).focus();
    this.#error.scrollIntoView({ block: "nearest" });
    return false;
  }
}
