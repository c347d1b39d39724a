/**
 * The quality board: totals, filters, and line by line what waits and the act that mends it.
 *
 * Lines come page by page and are only ever added below; a line that is mended is read anew by
 * itself, so that nothing else moves under anybody's hands.
 */

import { type Child, announce, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { mendOf } from "./board_acts.ts";
import { BoardChosen } from "./board_chosen.ts";
import { type BoardFilter, boardPath, csvPath, filterIn, isNarrowed, NO_FILTER, totalsPath } from "./board_filter.ts";
import { BoardNames } from "./board_names.ts";
import { BoardNarrowing } from "./board_narrowing.ts";
import type { BoardFinding, BoardLine, FindingCode, Totals } from "./board_served.ts";
import { type Row, type TableOptions, lineBody, rowsOf, tableFrame } from "./board_table.ts";
import { tiles } from "./board_tiles.ts";

const PAGE = 50;
/** What the server gives in one go at most. */
const MOST = 200;

/** How far each view was read, so that whoever comes back finds the place where they were. */
const readBefore = new Map<string, number>();

export class Board {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #names: BoardNames;
  readonly #narrowing: BoardNarrowing;
  readonly #tiles = h("div");
  readonly #place = h("div");
  readonly #end = h("div", { class: "directory-end" });
  readonly #stale = h("div", { class: "office-slot" });
  readonly #csv = h("a", { class: "button button-small screen-only", download: true }, icon("download", "small"), t("Exporter en CSV"));
  readonly #chosen: BoardChosen;
  #table = tableFrame(null);
  #filter: BoardFilter;
  #lines: BoardLine[] = [];
  #totals: Totals = { children: 0, findings: {} };
  #after: string | null = "";
  #fresh = true;
  #asked = 0;

  private constructor(context: PageContext, names: BoardNames) {
    this.#context = context;
    this.#names = names;
    this.#filter = filterIn(context.place.query);
    this.#narrowing = new BoardNarrowing(context, this.#filter, names.oldest, (name, value) => void this.#show({ ...this.#filter, [name]: value }));
    this.#chosen = new BoardChosen(context.ronde, names, async (children) => await this.#mended(children));
    this.element = h(
      "div",
      { class: "stack-loose" },
      this.#stale,
      this.#tiles,
      h("div", { class: "stack" }, this.#narrowing.element, h("div", { class: "row-end" }, this.#csv)),
      this.#place,
      this.#end,
      this.#chosen.element,
    );
    this.#place.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Read what the address asks for, as far as it was read before. */
  static async open(context: PageContext): Promise<Board> {
    const board = new Board(context, await BoardNames.open(context.ronde));
    await board.#read(readBefore.get(board.#view) ?? PAGE);
    return board;
  }

  /** Once the page stands: fill the lists, and read on as the end comes near. */
  arrived(): void {
    const { signal } = this.#context;
    this.#narrowing.learn().catch(() => undefined);
    signal.addEventListener("abort", () => readBefore.set(this.#view, Math.max(PAGE, this.#lines.length)));
  }

  get #view(): string {
    return JSON.stringify(this.#filter);
  }

  async #show(filter: BoardFilter): Promise<void> {
    this.#filter = filter;
    this.#context.filter(filter);
    this.#narrowing.show(filter);
    this.#lines = [];
    this.#after = "";
    this.#place.setAttribute("aria-busy", "true");
    await this.#guarded(async () => {
      await this.#read(PAGE);
      announce(this.#told());
    });
    this.#place.removeAttribute("aria-busy");
  }

  /** Read totals and at least so many lines; an answer to what nobody asks any more is dropped. */
  async #read(least: number): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const [totals, page] = await Promise.all([
      this.#context.ronde.api.read<Totals>(totalsPath(this.#filter)),
      this.#page(least),
    ]);
    if (turn !== this.#asked) return;
    [this.#totals, this.#lines] = [totals.value, [...page.lines]];
    [this.#after, this.#fresh] = [page.next, totals.fresh && page.fresh];
    await this.#names.learn(this.#lines);
    this.#drawAll();
  }

  /** Read on until so many lines have something to show, or nothing follows. */
  async #page(least: number): Promise<{ readonly lines: readonly BoardLine[]; readonly next: string | null; readonly fresh: boolean }> {
    const lines: BoardLine[] = [];
    let after = this.#after;
    let fresh = true;
    while (after !== null && lines.filter((line) => this.#rows(line) > 0).length < least) {
      const path = boardPath(this.#filter, { after, limit: Math.min(MOST, Math.max(PAGE, least)) });
      const read: { readonly value: Listing<BoardLine>; readonly fresh: boolean } = await this.#context.ronde.api.read(path);
      lines.push(...read.value.items);
      after = read.value.next;
      fresh &&= read.fresh;
    }
    return { lines, next: after, fresh };
  }

  async #more(): Promise<void> {
    const turn = this.#asked;
    await this.#guarded(async () => {
      const { lines, next, fresh } = await this.#page(PAGE);
      if (turn !== this.#asked) return;
      await this.#names.learn(lines);
      this.#after = next;
      this.#fresh &&= fresh;
      this.#lines.push(...lines);
      const added = this.#append(lines);
      this.#drawEnd();
      added?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#context.signal.aborted) toast(said(error));
    }
  }

  #drawAll(): void {
    fill(this.#tiles, tiles(this.#totals, this.#filter.finding, (code) => this.#choose(code)));
    fill(this.#stale, !this.#fresh && h("p", { class: "banner banner-warm" }, icon("offline"), t("Vous voyez ce que ce navigateur a gardé.")));
    this.#csv.href = csvPath(this.#filter);
    // Several are mended by one answer where all wait for the same.
    const together = this.#filter.finding !== null && this.#lines.some((line) => rowsOf(line, this.#options).some((row) => this.#chosen.takes(row)));
    this.#table = tableFrame(this.#chosen.begin(together ? this.#place : null));
    const empty = this.#lines.every((line) => this.#rows(line) === 0) && this.#after === null;
    this.#csv.hidden = empty;
    fill(this.#place, empty ? this.#nothing() : this.#table);
    this.#append(this.#lines);
    this.#drawEnd();
  }

  #choose(code: FindingCode | null): void {
    const shown = this.#show({ ...this.#filter, finding: code });
    void shown.then(() => this.#tiles.querySelector<HTMLElement>("[aria-pressed=true]")?.focus({ preventScroll: true }));
  }

  /** Draw lines below those that stand; gives the first. */
  #append(lines: readonly BoardLine[]): HTMLElement | null {
    const drawn = lines.map((line) => this.#body(line)).filter((each) => each !== null);
    this.#table.append(...drawn);
    return drawn[0] ?? null;
  }

  #body(line: BoardLine): HTMLElement | null {
    return lineBody(line, this.#options);
  }

  #rows(line: BoardLine): number {
    return rowsOf(line, this.#options).length;
  }

  get #options(): TableOptions {
    const circles = new Set<string>(this.#context.ronde.circles.map((each) => each.id));
    return {
      names: this.#names,
      finding: this.#filter.finding,
      mend: (line: BoardLine, finding: BoardFinding) => mendOf(line, finding, circles),
      open: (row: Row) => void this.#chosen.open(row),
      choose: this.#chosen.on ? (row, chosen) => this.#chosen.choose(row, chosen) : null,
    };
  }

  #drawEnd(): void {
    const more = (): void => void this.#more();
    fill(this.#end, this.#after !== null && h("button", { class: "button", type: "button", onclick: more }, t("Voir la suite")));
  }

  #told(): string {
    const { finding } = this.#filter;
    const n = finding === null ? this.#totals.children : (this.#totals.findings[finding] ?? 0);
    return n === 0 ? t("Aucun enfant.") : tn("{n} enfant.", "{n} enfants.", n);
  }

  #nothing(): Child {
    const clear = (): void => void this.#show(NO_FILTER);
    const narrow = isNarrowed(this.#filter) || this.#filter.finding !== null;
    return h(
      "div",
      { class: "empty" },
      icon("check"),
      h("p", { class: "empty-title" }, narrow ? t("Rien n'attend ici") : t("Bravo, tout est à jour")),
      h("p", null, narrow ? t("Aucun enfant de ce choix n'attend quoi que ce soit.") : t("Aucun enfant n'attend ni visite, ni document, ni personne.")),
      narrow && h("button", { class: "button", type: "button", onclick: clear }, t("Voir tout le tableau")),
    );
  }

  /** Children of whom something was mended: their lines are read anew, and the totals. */
  async #mended(children: readonly string[]): Promise<void> {
    await this.#guarded(async () => {
      for (const child of children) await this.#again(child);
      this.#totals = (await this.#context.ronde.api.read<Totals>(totalsPath(this.#filter))).value;
      if (this.#lines.every((line) => this.#rows(line) === 0) && this.#after === null) return this.#drawAll();
      fill(this.#tiles, tiles(this.#totals, this.#filter.finding, (code) => this.#choose(code)));
    });
  }

  async #again(child: string): Promise<void> {
    const at = this.#lines.findIndex((line) => line.child.id === child);
    if (at === -1) return await this.#back(child);
    const after = this.#lines[at - 1]?.child.id ?? "";
    const { value } = await this.#context.ronde.api.read<Listing<BoardLine>>(boardPath(this.#filter, { after, limit: 1 }));
    const now = value.items.find((line) => line.child.id === child);
    if (now === undefined) this.#lines.splice(at, 1);
    else this.#lines[at] = now;
    this.#redraw(child, now === undefined ? null : this.#body(now));
  }

  /** Whoever was mended and is taken back stands in their place again, if it was read that far. */
  async #back(child: string): Promise<void> {
    const next = this.#lines.findIndex((line) => line.child.id > child);
    if (next === -1 && this.#after !== null) return;
    const at = next === -1 ? this.#lines.length : next;
    const after = this.#lines[at - 1]?.child.id ?? "";
    const { value } = await this.#context.ronde.api.read<Listing<BoardLine>>(boardPath(this.#filter, { after, limit: 1 }));
    const now = value.items.find((line) => line.child.id === child);
    if (now === undefined) return;
    this.#lines.splice(at, 0, now);
    this.#drawAll();
  }

  /** Put a child's rows in the place of those that stand; the focus stays there, or goes to the next child. */
  #redraw(child: string, drawn: HTMLElement | null): void {
    const stands = this.#table.querySelector<HTMLElement>(`[data-child="${child}"]`);
    if (stands === null) return;
    const held = stands.contains(document.activeElement) || document.activeElement === document.body;
    const next = drawn ?? stands.nextElementSibling ?? stands.previousElementSibling;
    if (drawn === null) stands.remove();
    else stands.replaceWith(drawn);
    if (held) next?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  }

  /** Arrows go from act to act. */
  #walk(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const from = event.target instanceof Element ? event.target.closest(".board-mend, .board-box input") : null;
    if (from === null) return;
    const kind = from.matches("input") ? ".board-box input" : ".board-mend";
    const all = [...this.#place.querySelectorAll<HTMLElement>(kind)];
    const to = all[all.indexOf(from as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    to?.focus();
  }
}
