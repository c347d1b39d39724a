/** A section that repeats: its rows, one more, one less, and back again. */

import { announce, fill, freshId, h } from "../dom.ts";
import { icon } from "../icons.ts";
import "../more_icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { rowsWrongWord } from "./answer_words.ts";
import type { Wrong } from "./answers.ts";
import type { FormSection, Row } from "./served.ts";

/** What the rows need from the sheet they lie on. */
export type RowsOptions = {
  readonly section: FormSection;
  readonly rows: () => readonly Row[];
  readonly set: (rows: readonly Row[]) => void;
  /** Draw the questions of the row at a place. */
  readonly row: (at: number) => HTMLElement;
};

/** The rows as they stand on screen. */
export class RowsPart {
  readonly element: HTMLElement;
  readonly target: HTMLElement;
  readonly #options: RowsOptions;
  readonly #list = h("ol", { class: "answer-rows" });
  readonly #undo = h("p", { class: "row answer-undo", role: "status" });
  readonly #error = h("p", { class: "field-error" });
  readonly #add: HTMLButtonElement;

  constructor(options: RowsOptions) {
    this.#options = options;
    const { section } = options;
    const title = freshId("rows");
    this.#add = h("button", { class: "button", type: "button", id: freshId("add"), onclick: () => this.#more() }, icon("plus", "small"), t("Ajouter : {what}", { what: labelWord(section.label) }));
    this.target = this.#add;
    this.element = h(
      "section",
      { class: "card", "aria-labelledby": title },
      h("h2", { class: "section-title", id: title }, labelWord(section.label)),
      section.help !== null && h("p", { class: "field-hint" }, labelWord(section.help)),
      this.#list,
      this.#undo,
      this.#error,
      h("div", null, this.#add),
    );
    this.draw();
  }

  /** Draw all rows anew. */
  draw(): void {
    const { section, rows } = this.#options;
    const count = rows().length;
    fill(this.#list, rows().map((_, at) => this.#row(at)));
    this.#list.hidden = count === 0;
    this.#add.hidden = count >= (section.repeats?.most ?? Number.POSITIVE_INFINITY);
  }

  /** Say what is wrong with how many rows there are, or that nothing is. */
  fault(wrong: Wrong | null): void {
    fill(this.#error, wrong !== null && [icon("warning", "small"), h("span", null, rowsWrongWord(this.#options.section, wrong))]);
  }

  #row(at: number): HTMLElement {
    const name = rowName(this.#options.section, at);
    const remove = h("button", { class: "icon-button", type: "button", "aria-label": t("Retirer : {what}", { what: name }) }, icon("trash", "small"));
    remove.addEventListener("click", () => this.#remove(at));
    return h("li", null, h("div", { class: "answer-row", role: "group", "aria-label": name }, h("div", { class: "row-between" }, h("h3", { class: "strong" }, name), remove), this.#options.row(at)));
  }

  #more(): void {
    fill(this.#undo);
    const rows = this.#options.rows();
    this.#set([...rows, {}]);
    this.#focusRow(rows.length);
  }

  #remove(at: number): void {
    const rows = this.#options.rows();
    const name = rowName(this.#options.section, at);
    this.#set(rows.filter((_, place) => place !== at));
    const back = h("button", { class: "button button-small", type: "button" }, t("Remettre"));
    back.addEventListener("click", () => {
      const now = this.#options.rows();
      const row = rows[at];
      fill(this.#undo);
      if (row === undefined) return;
      this.#set([...now.slice(0, at), row, ...now.slice(at)]);
      announce(t("Ligne remise."));
      this.#focusRow(at);
    });
    fill(this.#undo, h("span", null, t("Retiré : {what}.", { what: name })), back);
    back.focus();
  }

  #set(rows: readonly Row[]): void {
    this.#options.set(rows);
    this.draw();
  }

  #focusRow(at: number): void {
    this.#list.children[at]?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }
}

/** What a row is called: its section and its place. */
export function rowName(section: FormSection, at: number): string {
  return `${labelWord(section.label)} ${at + 1}`;
}
