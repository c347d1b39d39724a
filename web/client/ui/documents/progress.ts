/** Where one is in a long form: which section is on screen, and the way to any other. */

import { fill, h } from "../dom.ts";
import { t } from "../words.ts";

/** A form of fewer sections is seen whole. */
const FEWEST = 3;
/** A section is the one on screen once its head has come this far up the window. */
const READ_AT = 0.4;

export class Progress {
  readonly element: HTMLElement;
  readonly #form: HTMLElement;
  readonly #choice = h("select", { class: "select progress-choice" });
  #names = "";
  #drawing = 0;

  /** Follow the sections of a form, which come and go with its answers. */
  constructor(form: HTMLElement, signal: AbortSignal) {
    this.#form = form;
    this.element = h("label", { class: "progress-place" }, h("span", { class: "visually-hidden" }, t("Aller à une section")), this.#choice);
    this.#choice.addEventListener("change", () => this.#go());
    document.addEventListener("scroll", () => this.#soon(), { capture: true, passive: true, signal });
    this.draw();
  }

  /** Say where one is now. */
  draw(): void {
    const sections = this.#sections;
    this.element.hidden = sections.length < FEWEST;
    const names = sections.map((each) => each.querySelector("h2")?.textContent ?? "");
    if (names.join("\n") !== this.#names) {
      this.#names = names.join("\n");
      fill(this.#choice, names.map((name, at) => h("option", { value: String(at) }, t("Section {n} sur {all} · {name}", { n: at + 1, all: names.length, name }))));
    }
    const line = innerHeight * READ_AT;
    // A form that is on no page yet has all its sections at the top of the window.
    const read = this.#form.isConnected ? sections.findLastIndex((each) => each.getBoundingClientRect().top <= line) : 0;
    this.#choice.value = String(Math.max(0, read));
  }

  get #sections(): readonly HTMLElement[] {
    return [...this.#form.querySelectorAll<HTMLElement>(":scope > section")].filter((each) => !each.hidden);
  }

  #go(): void {
    const section = this.#sections[Number(this.#choice.value)];
    section?.scrollIntoView({ block: "start" });
    const head = section?.querySelector("h2");
    head?.setAttribute("tabindex", "-1");
    head?.focus({ preventScroll: true });
  }

  #soon(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      if (this.#form.isConnected) this.draw();
    });
  }
}
