/** What is chosen on the board, to be mended by one answer; and what opens for one line alone. */

import type { Ronde } from "../../shell/ronde.ts";
import { dressed } from "../clothes.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { type Opens, togetherOf } from "./board_acts.ts";
import type { BoardNames } from "./board_names.ts";
import type { Row } from "./board_table.ts";
import { actWord } from "./board_words.ts";

export class BoardChosen {
  readonly element = h("div", { class: "board-bar", role: "region", "aria-label": t("Choisis"), hidden: true });
  readonly #ronde: Ronde;
  readonly #names: BoardNames;
  readonly #mended: (children: readonly string[]) => Promise<void>;
  readonly #rows = new Map<string, Row>();
  #place: HTMLElement | null = null;
  #all: HTMLInputElement | null = null;

  constructor(ronde: Ronde, names: BoardNames, mended: (children: readonly string[]) => Promise<void>) {
    this.#ronde = ronde;
    this.#names = names;
    this.#mended = mended;
  }

  /** Whether lines can be chosen where the table stands now. */
  get on(): boolean {
    return this.#place !== null;
  }

  takes(row: Row): boolean {
    return togetherOf(row.finding, row.mend) !== null;
  }

  /** Begin anew with nothing chosen; gives the box that chooses all, or nothing where none can be. */
  begin(place: HTMLElement | null): HTMLInputElement | null {
    this.#rows.clear();
    this.#place = place;
    this.#all = place === null ? null : h("input", { type: "checkbox", onchange: () => this.#chooseAll() });
    this.#draw();
    return this.#all;
  }

  choose(row: Row, chosen: boolean): void {
    if (chosen) this.#rows.set(row.key, row);
    else this.#rows.delete(row.key);
    this.#draw();
  }

  /** Open what mends one row. */
  async open(row: Row): Promise<void> {
    if ("opens" in row.mend) await this.#open(row.mend.opens, row, [row]);
  }

  /** Open what mends these rows, which are of one kind; `first` is one of them. */
  async #open(what: Opens, first: Row, rows: readonly Row[]): Promise<void> {
    const given = { ronde: this.#ronde, names: this.#names, rows, done: (children: readonly string[]) => void this.#done(children) };
    try {
      if (what === "physician") (await dressed(import("./board_physician.ts"))).openPhysicians(given);
      else if (what === "reminder") (await dressed(import("./board_reminder.ts"))).openReminder(given);
      else if (what === "families") (await dressed(import("./board_families.ts"))).openFamilies(given);
      else await (await dressed(import("./duty_contact.ts"))).openContactOf(this.#ronde, first.line.child, first.finding, () => void this.#done([first.line.child.id]));
    } catch (error) {
      toast(said(error));
    }
  }

  async #done(children: readonly string[]): Promise<void> {
    const gone = new Set(children);
    for (const [key, row] of this.#rows) if (gone.has(row.line.child.id)) this.#rows.delete(key);
    this.#tick();
    await this.#mended(children);
    this.#draw();
  }

  #boxes(): readonly HTMLInputElement[] {
    return [...(this.#place?.querySelectorAll<HTMLInputElement>(".board-box input") ?? [])];
  }

  #chooseAll(): void {
    const on = this.#all?.checked === true;
    for (const box of this.#boxes()) {
      if (box.checked === on) continue;
      box.checked = on;
      box.dispatchEvent(new Event("change"));
    }
  }

  #tick(): void {
    for (const box of this.#boxes()) box.checked = this.#rows.has(box.dataset["key"] ?? "");
  }

  #draw(): void {
    const rows = [...this.#rows.values()];
    const boxes = this.#boxes();
    if (this.#all !== null) {
      this.#all.checked = boxes.length > 0 && rows.length >= boxes.length;
      this.#all.indeterminate = rows.length > 0 && rows.length < boxes.length;
    }
    this.element.hidden = rows.length === 0;
    const [first] = rows;
    const clear = (): void => {
      this.#rows.clear();
      this.#tick();
      this.#draw();
      this.#all?.focus();
    };
    fill(
      this.element,
      h("p", { class: "strong", role: "status" }, tn("{n} choisi", "{n} choisis", rows.length)),
      first !== undefined && this.#act(first, rows),
      h("button", { class: "button button-quiet", type: "button", onclick: clear }, t("Ne rien choisir")),
    );
  }

  #act(first: Row, rows: readonly Row[]): HTMLElement | null {
    const what = togetherOf(first.finding, first.mend);
    if (what === null) return null;
    const words = what === "families" ? t("Noter une relance") : actWord(first.finding.act);
    return h("button", { class: "button button-primary", type: "button", onclick: () => void this.#open(what, first, rows) }, words);
  }
}
