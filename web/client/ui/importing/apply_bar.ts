/** What stands at the foot of a report: how much is wanted, the act, and how far it is. */

import { confirm } from "../dialog.ts";
import { type Child, fill, h } from "../dom.ts";
import { check } from "../form.ts";
import { t, tn } from "../words.ts";
import { type Selection, countOf, readyCount } from "./selection.ts";
import type { ImportView, Result } from "./served.ts";
import { isGood, resultWord } from "./words.ts";

export type ApplyActs = {
  readonly apply: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly wantAll: (all: boolean) => void;
};

export class ApplyBar {
  readonly element = h("div", { class: "import-bar card screen-only" });
  readonly #acts: ApplyActs;
  readonly #say = h("p", { class: "strong", role: "status" });
  readonly #progress = h("progress", { class: "progress", max: 1, value: 0, "aria-label": t("Avancement") });
  readonly #stop = h("button", { class: "button", type: "button" }, t("Arrêter"));
  readonly #apply = h("button", { class: "button button-primary", type: "button" });
  readonly #all;
  #asking = false;

  constructor(acts: ApplyActs) {
    this.#acts = acts;
    this.#all = check(t("Toutes les lignes qui ne demandent pas de choix"), { checked: true });
    this.#all.input.addEventListener("change", () => acts.wantAll(this.#all.input.checked));
    this.#stop.addEventListener("click", () => void acts.stop());
  }

  /** Draw what can be done now. */
  draw(run: ImportView, selection: Selection): void {
    this.element.hidden = run.state === "over" || (run.state === "ready" && !isToDo(run));
    if (run.state === "applying") return this.#drawGoing(run);
    const wanted = countOf(selection, readyCount(run));
    this.#all.input.checked = selection.all && selection.except.size === 0;
    this.#all.input.indeterminate = selection.all && selection.except.size > 0;
    this.#say.textContent = this.#results(run);
    this.#say.hidden = this.#say.textContent === "";
    this.#apply.textContent = actWords(run, selection, wanted);
    this.#apply.disabled = run.state !== "ready" || wanted === 0;
    this.#apply.onclick = () => void this.#ask(run, selection);
    this.#show(this.#say, readyCount(run) > 0 && this.#all.element, h("div", { class: "row-end" }, this.#apply));
  }

  #drawGoing({ application }: ImportView): void {
    if (application === null) return;
    const { done, wanted, stopping } = application;
    this.#progress.max = Math.max(1, wanted);
    this.#progress.value = done;
    this.#say.hidden = false;
    this.#say.textContent = stopping ? t("On s'arrête après la ligne en cours…") : t("{done} sur {wanted} lignes reprises", { done, wanted });
    this.#stop.disabled = stopping;
    this.#show(this.#say, this.#progress, h("div", { class: "row-end" }, this.#stop));
  }

  /** What became of what was taken over last. */
  #results({ application }: ImportView): string {
    if (application === null) return "";
    const told = Object.entries(application.results) as [Result, number][];
    const words = told.map(([result, n]) => `${resultWord(result)} : ${n}`).join(" · ");
    if (application.done < application.wanted) return t("Arrêté : {done} sur {wanted} lignes reprises. {words}", { done: application.done, wanted: application.wanted, words });
    const bad = told.some(([result]) => !isGood(result));
    if (words === "") return t("Il n'y avait rien à reprendre.");
    return bad ? t("Terminé, à relire. {words}", { words }) : t("Terminé. {words}", { words });
  }

  async #ask(run: ImportView, selection: Selection): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const sure = await confirm({
      title: t("Reprendre ces lignes ?"),
      text: t("Les fiches sont créées ou complétées tout de suite. Vous pouvez arrêter en route : ce qui est fait reste fait. La même ligne n'est jamais reprise deux fois."),
      action: actWords(run, selection, countOf(selection, readyCount(run))),
    });
    this.#asking = false;
    if (!sure) return;
    this.#apply.setAttribute("aria-busy", "true");
    await this.#acts.apply();
    this.#apply.removeAttribute("aria-busy");
  }

  #show(...children: readonly Child[]): void {
    const held = document.activeElement;
    fill(this.element, ...children);
    // Drawn anew under somebody's hands, a box or button that had the focus has it again.
    if (held instanceof HTMLElement && this.element.contains(held)) held.focus({ preventScroll: true });
  }
}

function isToDo(run: ImportView): boolean {
  return run.application !== null || readyCount(run) > 0 || (run.counts.duplicate ?? 0) > 0;
}

/** Lines that are done are not in the counts: then no number is better than a wrong one. */
function actWords(run: ImportView, selection: Selection, wanted: number): string {
  if (run.application !== null && selection.all) return t("Reprendre ce qui reste");
  return tn("Reprendre {n} ligne", "Reprendre {n} lignes", wanted);
}
