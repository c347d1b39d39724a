/** A report line by line: what is shown of it, what is wanted, taking it over, and how far that is. */

import { type Child, announce, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import type { PageContext } from "../router.ts";
import type { Listing } from "../served.ts";
import { toast } from "../toast.ts";
import { t, tn } from "../words.ts";
import { ApplyBar } from "./apply_bar.ts";
import { reportLine } from "./line.ts";
import { pause } from "./sending.ts";
import { READY, type Selection, everything, linesOf, wantAll } from "./selection.ts";
import { type ImportView, type LineStatus, type LineView, STATUSES, type Wanted } from "./served.ts";
import { refusalWord, statusWord } from "./words.ts";

const LOOK_MS = 1000;
const SHOWN = 50;
const MOST = 200;

export class Report {
  readonly element = h("div", { class: "stack-loose" });
  readonly #context: PageContext;
  readonly #top = h("div", { class: "stack" });
  readonly #list = h("ul", { class: "list card card-flush" });
  readonly #end = h("div", { class: "directory-end" });
  readonly #bar: ApplyBar;
  #run: ImportView;
  #lines: readonly LineView[] = [];
  #after: string | null = "";
  #status: LineStatus | null;
  #selection: Selection = everything();

  constructor(context: PageContext, run: ImportView) {
    this.#context = context;
    this.#run = run;
    const asked = context.place.query.get("status");
    this.#status = STATUSES.find((each) => each === asked) ?? null;
    this.#bar = new ApplyBar({ apply: () => this.#apply(), stop: () => this.#stop(), wantAll: (all) => this.#wantAll(all) });
    fill(this.element, this.#top, this.#list, this.#end, this.#bar.element);
  }

  /** Read the first lines, and wait for what is under way. */
  async begin(): Promise<void> {
    await this.#read();
    if (this.#isGoing()) void this.#follow();
  }

  #isGoing(): boolean {
    return this.#run.state === "reading" || this.#run.state === "applying";
  }

  /** Look again and again until what is under way is over, then read the lines anew. */
  async #follow(): Promise<void> {
    const { ronde, signal } = this.#context;
    while (this.#isGoing() && !signal.aborted) {
      await pause(LOOK_MS, signal);
      if (signal.aborted) return;
      try {
        this.#run = await ronde.api.ask<ImportView>("GET", `/imports/${this.#run.id}`, undefined, { signal });
        this.#bar.draw(this.#run, this.#selection);
      } catch {
        // Whatever cut the line, the import goes on without us: asked again in a moment.
      }
    }
    if (signal.aborted) return;
    this.#selection = { ...wantAll(this.#selection, true), choices: new Map() };
    announce(t("C'est fini."));
    await this.#read();
  }

  async #read(): Promise<void> {
    this.#lines = [];
    this.#after = this.#run.state === "over" ? null : "";
    await this.#more();
  }

  async #more(): Promise<void> {
    try {
      if (this.#after !== null) {
        const page = await this.#page(this.#after, SHOWN, this.#status);
        this.#lines = [...this.#lines, ...page.items];
        this.#after = page.next;
      }
    } catch (error) {
      toast(refusalWord(error));
    }
    if (!this.#context.signal.aborted) this.#draw();
  }

  async #page(after: string, limit: number, status: LineStatus | null): Promise<Listing<LineView>> {
    const { ronde, signal } = this.#context;
    const only = status === null ? "" : `&status=${status}`;
    return await ronde.api.ask("GET", `/imports/${this.#run.id}/lines?limit=${limit}&after=${after}${only}`, undefined, { signal });
  }

  #draw(): void {
    const run = this.#run;
    fill(this.#top, this.#aside(), this.#chips());
    this.#drawLines();
    this.#bar.draw(run, this.#selection);
  }

  #drawLines(): void {
    const { ronde } = this.#context;
    const options = {
      ronde,
      selection: () => this.#selection,
      select: (selection: Selection) => this.#select(selection),
      fixed: this.#run.state !== "ready",
    };
    this.#list.hidden = this.#lines.length === 0;
    fill(this.#list, this.#lines.map((each) => reportLine(each, options)));
    const more = h("button", { class: "button", type: "button", onclick: () => this.#showMore() }, t("Voir la suite"));
    fill(this.#end, this.#after !== null ? more : this.#lines.length === 0 && h("p", { class: "soft" }, this.#nothing()));
  }

  /** The first of the new lines takes the focus: whoever came by keyboard goes on from there. */
  async #showMore(): Promise<void> {
    const before = this.#lines.length;
    await this.#more();
    this.#list.children[before]?.querySelector<HTMLElement>("input, summary, a")?.focus();
  }

  #nothing(): string {
    if (this.#run.state === "over") return t("Ce qui avait été lu est effacé. Envoyez le fichier à nouveau pour le relire.");
    return this.#run.state === "reading" ? t("Le fichier est encore en lecture.") : t("Aucune ligne ici.");
  }

  /** Columns that nobody understood. */
  #aside(): Child {
    const columns = this.#run.ignored_columns;
    if (columns.length === 0) return null;
    return h(
      "div",
      { class: "banner banner-warm" },
      icon("info"),
      h("p", null, tn("Colonne laissée de côté : {names}.", "Colonnes laissées de côté : {names}.", columns.length, { names: columns.join(", ") })),
    );
  }

  #chips(): HTMLElement {
    const { counts, lines } = this.#run;
    const chip = (status: LineStatus | null, words: string, count: number): HTMLElement =>
      h("button", { class: "chip", type: "button", "aria-pressed": String(this.#status === status), onclick: () => this.#narrow(status) }, words, h("span", { class: "number" }, String(count)));
    return h(
      "div",
      { class: "row", role: "group", "aria-label": t("Filtrer") },
      chip(null, t("Toutes"), lines),
      STATUSES.filter((each) => (counts[each] ?? 0) > 0).map((each) => chip(each, statusWord(each), counts[each] ?? 0)),
    );
  }

  async #narrow(status: LineStatus | null): Promise<void> {
    this.#status = status;
    this.#context.filter({ status });
    await this.#read();
    this.#top.querySelector<HTMLElement>(".chip[aria-pressed=true]")?.focus();
  }

  #select(selection: Selection): void {
    this.#selection = selection;
    this.#bar.draw(this.#run, selection);
  }

  #wantAll(all: boolean): void {
    this.#select(wantAll(this.#selection, all));
    this.#drawLines();
  }

  async #apply(): Promise<void> {
    const { ronde } = this.#context;
    try {
      const lines = await linesOf(this.#selection, () => this.#readyLines());
      const choices = [...this.#selection.choices].map(([line, wanted]) => ({ line, wanted }));
      const wanted: Wanted = { digest: this.#run.digest, lines, choices };
      this.#run = await ronde.api.ask<ImportView>("POST", `/imports/${this.#run.id}/application`, wanted);
    } catch (error) {
      toast(refusalWord(error));
      return;
    }
    this.#draw();
    void this.#follow();
  }

  async #stop(): Promise<void> {
    try {
      this.#run = await this.#context.ronde.api.ask<ImportView>("POST", `/imports/${this.#run.id}/stop`);
    } catch (error) {
      toast(refusalWord(error));
    }
    this.#bar.draw(this.#run, this.#selection);
  }

  /** The numbers of all lines that need no choice, page after page. */
  async #readyLines(): Promise<readonly number[]> {
    const found: number[] = [];
    for (const status of READY) {
      let after: string | null = "";
      while (after !== null) {
        const page: Listing<LineView> = await this.#page(after, MOST, status);
        found.push(...page.items.filter((each) => each.outcome === null).map((each) => each.number));
        after = page.next;
      }
    }
    return found;
  }
}
