/**
 * A long list with filters in the address and a search by name.
 *
 * The server pages by id and people look by name: all of it is fetched, page after page,
 * and as many rows are drawn as one has scrolled to.
 */

import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { lookFor } from "../fuzzy.ts";
import { icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import { t, tn } from "../words.ts";
import type { Paged } from "./paged.ts";
import { refill } from "./refill.ts";

export type Filter<T> = {
  /** What stands in the address; "" shows everything. */
  readonly value: string;
  readonly label: string;
  readonly keeps: (item: T) => boolean;
};

export type DirectoryOptions<T> = {
  readonly paged: Paged<T>;
  readonly filters: readonly Filter<T>[];
  readonly name: (item: T) => string;
  readonly row: (item: T) => HTMLElement;
  /** What is said when there is nobody at all. */
  readonly empty: Child;
};

/** Thousands of names are put in order anew with each page that comes in. */
const ORDER = new Intl.Collator("fr");
const AHEAD = 600;
const STEP = 80;

export class Directory<T> {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #options: DirectoryOptions<T>;
  readonly #chips = h("div", { class: "row", role: "group", "aria-label": t("Filtrer") });
  readonly #search = h("input", { class: "input", type: "search", "aria-label": t("Chercher un nom"), placeholder: t("Chercher un nom") });
  readonly #list = h("ul", { class: "list card card-flush" });
  readonly #found = h("p", { class: "small muted office-slot", role: "status" });
  readonly #end = h("div", { class: "directory-end" });
  #show: string;
  #most = STEP;

  constructor(context: PageContext, options: DirectoryOptions<T>) {
    this.#context = context;
    this.#options = options;
    this.#show = context.place.query.get("show") ?? "";
    // A name is typed here and nowhere else: it never stands in an address.
    this.#search.addEventListener("input", () => this.#changed());
    this.element = h("div", { class: "stack" }, this.#search, this.#chips, this.#found, this.#list, this.#end);
    this.redraw();
  }

  /** Load what follows, and show more as the end comes near; once the page stands. */
  arrived(): void {
    const { signal } = this.#context;
    const watcher = new IntersectionObserver((seen) => {
      if (seen.some((each) => each.isIntersecting)) this.#showMore();
    }, { rootMargin: `${AHEAD}px` });
    watcher.observe(this.#end);
    signal.addEventListener("abort", () => watcher.disconnect());
    void this.#loadOn();
  }

  /** Draw anew: something that rows show came in. */
  redraw(): void {
    const { paged, filters, row, empty } = this.#options;
    const shown = this.#shown();
    const nobody = paged.done && paged.items.length === 0;
    this.#search.hidden = nobody;
    fill(this.#chips, !nobody && filters.map((each) => this.#chip(each)));
    this.#found.textContent = this.#isNarrowed() && shown.length > 0 ? tn("{n} trouvé", "{n} trouvés", shown.length) : "";
    this.#list.hidden = shown.length === 0;
    refill(this.#list, shown.slice(0, this.#most).map(row));
    if (!paged.done) fill(this.#end, h("p", { class: "waiting", role: "status" }, h("span", { class: "spinner" }), t("La suite arrive…")));
    else fill(this.#end, nobody ? empty : shown.length === 0 && this.#none());
  }

  #shown(): readonly T[] {
    const { paged, filters, name } = this.#options;
    const keeps = filters.find((each) => each.value === this.#show)?.keeps ?? ((): boolean => true);
    const asked = this.#search.value.trim();
    return paged.items
      .filter((each) => keeps(each) && (asked === "" || lookFor(asked, name(each)) !== null))
      .sort((one, other) => ORDER.compare(name(one), name(other)));
  }

  #isNarrowed(): boolean {
    return this.#search.value.trim() !== "" || this.#show !== "";
  }

  #chip(filter: Filter<T>): HTMLElement {
    const on = filter.value === this.#show;
    const choose = (): void => {
      this.#show = filter.value;
      this.#context.filter({ show: filter.value === "" ? null : filter.value });
      this.#changed();
      this.#chips.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    };
    return h("button", { class: "chip", type: "button", "aria-pressed": String(on), onclick: choose }, filter.label);
  }

  #changed(): void {
    this.#most = STEP;
    this.redraw();
  }

  #showMore(): void {
    if (this.#most >= this.#shown().length) return;
    this.#most += STEP;
    this.redraw();
  }

  #none(): HTMLElement {
    return h("div", { class: "empty" }, icon("search"), h("p", { class: "empty-title" }, t("Personne ne correspond")));
  }

  async #loadOn(): Promise<void> {
    try {
      await this.#options.paged.all(this.#context.signal, () => this.redraw());
    } catch (error) {
      const again = (): void => {
        this.redraw();
        void this.#loadOn();
      };
      fill(this.#end, h("p", { class: "soft" }, said(error)), h("button", { class: "button", type: "button", onclick: again }, t("Réessayer")));
    }
  }
}
