/** A day, an hour, how long: with the free slots nearest by as buttons. */

import { localDay, shortDay, timeOf } from "../dates.ts";
import { type Child, assign, fill, freshId, h } from "../dom.ts";
import { t } from "../words.ts";

const MINUTES = [15, 20, 30, 45, 60, 90, 120] as const;

/** Name the clocks of a place, when they are not those the reader's machine shows. */
export function elsewhereWords(zone: string): string | null {
  if (zone === Intl.DateTimeFormat().resolvedOptions().timeZone) return null;
  return t("Heure de {place}", { place: (zone.split("/").at(-1) ?? zone).replaceAll("_", " ") });
}

/** Put a label, and a hint if there is one, over a control. */
export function labelled(input: HTMLElement, label: string, hint: Child = null): HTMLElement {
  return h("div", { class: "field" }, h("label", { class: "field-label", for: input.id }, label), hint !== null && h("p", { class: "field-hint" }, hint), input);
}

export class When {
  readonly element: HTMLElement;
  readonly day = h("input", { class: "input", id: freshId("day"), type: "date", required: true });
  readonly time = h("input", { class: "input", id: freshId("time"), type: "time", step: 300, required: true });
  readonly minutes = h("select", { class: "select", id: freshId("minutes") });
  readonly #clocks = h("p", { class: "field-hint", hidden: true });
  readonly #free = h("div", { class: "stack-tight", hidden: true });
  readonly #changed: () => void;

  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
    this.day.min = localDay();
    for (const each of [this.day, this.time, this.minutes]) each.addEventListener("change", changed);
    this.element = h(
      "div",
      { class: "stack" },
      this.#free,
      h("div", { class: "field-row" }, labelled(this.day, t("Le")), labelled(this.time, t("À")), labelled(this.minutes, t("Durée"))),
      this.#clocks,
    );
    this.lasts(30);
  }

  /** The wall time that is written, or null while it is not whole. */
  get start(): string | null {
    return this.day.value === "" || this.time.value === "" ? null : `${this.day.value}T${this.time.value}:00`;
  }

  set start(wall: string) {
    const [day = "", time = ""] = wall.split("T");
    this.day.value = day;
    this.time.value = time.slice(0, 5);
  }

  /** Choose how long it takes, whatever the usual lengths are. */
  lasts(minutes: number): void {
    const all = [...new Set<number>([...MINUTES, minutes])].sort((one, other) => one - other);
    fill(this.minutes, all.map((each) => h("option", { value: each }, t("{n} min", { n: each }))));
    this.minutes.value = String(minutes);
  }

  /** Say on whose clocks the hour is. */
  on(zone: string): void {
    const words = elsewhereWords(zone);
    assign(this.#clocks, { hidden: words === null });
    fill(this.#clocks, words);
  }

  /** Offer free slots, each a button that fills the fields in. */
  offer(title: string, free: readonly string[], chosen: () => void = () => undefined): void {
    assign(this.#free, { hidden: free.length === 0 });
    const chips = free.map((wall) => {
      const chip = h("button", { class: "chip", type: "button" }, t("{day} à {time}", { day: shortDay(wall), time: timeOf(wall) }));
      chip.addEventListener("click", () => {
        this.start = wall;
        this.#changed();
        chosen();
      });
      return chip;
    });
    fill(this.#free, h("p", { class: "field-label", id: freshId("free") }, title), h("div", { class: "row" }, chips));
  }
}
