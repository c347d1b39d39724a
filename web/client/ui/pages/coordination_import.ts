/** Taking people over from the tool in use before: a file is chosen, read, and reported on. */

import { colleaguesOf } from "../coordination/people.ts";
import { choice } from "../coordination/fields.ts";
import { notYours } from "../coordination/office.ts";
import { powersOf } from "../coordination/powers.ts";
import { type Child, fill, h } from "../dom.ts";
import { field } from "../form.ts";
import { faultOf, sizeFault } from "../importing/checking.ts";
import { openColumns } from "../importing/columns.ts";
import { runList } from "../importing/runs.ts";
import { runsOf, sendFile } from "../importing/sending.ts";
import type { SourceView } from "../importing/served.ts";
import { boundsWords, faultWord, sendingWord } from "../importing/fault_words.ts";
import { labelWord } from "../nomenclature.ts";
import { fullName } from "../parts/avatar.ts";
import { subpage } from "../parts/subpage.ts";
import type { Page, PageContext } from "../router.ts";
import { t, tn } from "../words.ts";

export async function coordinationImportPage(context: PageContext): Promise<Page> {
  const { ronde, signal } = context;
  const powers = powersOf(ronde.me?.role);
  const title = t("Importer un fichier");
  if (!powers.people) return { title, element: notYours() };
  const [{ sources }, runs, colleagues] = await Promise.all([
    ronde.api.ask<{ readonly sources: readonly SourceView[] }>("GET", "/imports/sources", undefined, { signal }),
    runsOf(ronde, signal),
    colleaguesOf(ronde, signal),
  ]);
  const names = new Map(colleagues.map((each) => [each.id as string, fullName(each)] as const));
  const nameOf = (id: string): string => names.get(id) ?? t("quelqu'un");
  const sender = new Sender(context, sources);
  const element = subpage(
    { href: powers.children ? "/coordination/children" : "/coordination/professionals", name: powers.children ? t("Enfants") : t("Professionnels") },
    title,
    t("Le fichier est d'abord lu, ligne par ligne, sans rien changer. Vous choisissez ensuite ce qui est repris."),
    sender.element,
    runs.length > 0 &&
      h("section", { class: "section" }, h("h2", { class: "section-title" }, t("Fichiers déjà lus")), runList(runs, sources, nameOf)),
  );
  return { title, element, leave: () => sender.mayLeave() };
}

/** The form that sends a file, and how far it is. */
class Sender {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #sources: readonly SourceView[];
  readonly #source;
  readonly #file;
  readonly #send = h("button", { class: "button button-primary", type: "submit" }, t("Lire le fichier"));
  readonly #progress = h("div", { class: "stack-tight", hidden: true });
  #leaving: AbortController | null = null;

  constructor(context: PageContext, sources: readonly SourceView[]) {
    this.#context = context;
    this.#sources = sources;
    this.#source = choice({
      label: t("D'où vient ce fichier"),
      name: "source",
      options: sources.map((each) => ({ value: each.id, label: labelWord(each.label) })),
    });
    this.#file = field({ label: t("Le fichier"), name: "file", hint: boundsWords(), input: { type: "file" } });
    this.#file.input.addEventListener("change", () => this.#look());
    this.#source.input.addEventListener("change", () => this.#accept());
    this.#accept();
    this.element = this.#form();
  }

  /** Whoever leaves stops what is being sent. */
  mayLeave(): boolean {
    this.#leaving?.abort();
    return true;
  }

  #form(): HTMLElement {
    const columns = (): void => openColumns(this.#chosen());
    const made = h(
      "form",
      { class: "card", novalidate: true },
      this.#source.element,
      this.#file.element,
      h("div", { class: "button-row" }, this.#send, h("button", { class: "button button-quiet", type: "button", onclick: columns }, t("Voir les colonnes comprises"))),
      this.#progress,
    );
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#leaving === null) void this.#read();
    });
    return made;
  }

  #chosen(): SourceView | undefined {
    return this.#sources.find(({ id }) => id === this.#source.input.value);
  }

  /** What the file chooser offers first. */
  #accept(): void {
    this.#file.input.accept = this.#chosen()?.format === "csv" ? ".csv,.tsv,.txt,text/csv" : ".json,application/json";
  }

  /** A file that is too large is told at once, before a byte of it is read. */
  #look(): void {
    const file = this.#file.input.files?.[0];
    const fault = file === undefined ? null : sizeFault(file.size);
    this.#file.fault(fault === null ? null : faultWord(fault));
  }

  async #read(): Promise<void> {
    const [file, source] = [this.#file.input.files?.[0], this.#chosen()];
    if (file === undefined || source === undefined) return this.#wrong(t("Choisissez un fichier."));
    const size = sizeFault(file.size);
    if (size !== null) return this.#wrong(faultWord(size));
    const data = new Uint8Array(await file.arrayBuffer());
    const fault = faultOf(data, source);
    if (fault !== null) return this.#wrong(faultWord(fault));
    await this.#deliver(data, source);
  }

  async #deliver(data: Uint8Array<ArrayBuffer>, source: SourceView): Promise<void> {
    const { ronde, go } = this.#context;
    const leaving = new AbortController();
    this.#leaving = leaving;
    this.#send.setAttribute("aria-busy", "true");
    try {
      const bar = this.#bar();
      const run = await sendFile(ronde, { file: data, source: source.id, sending: bar.sending, reading: bar.reading, signal: leaving.signal });
      go(`/coordination/import/${run.id}`);
    } catch (error) {
      if (!leaving.signal.aborted) this.#wrong(sendingWord(error));
    } finally {
      this.#leaving = null;
      this.#send.removeAttribute("aria-busy");
      this.#progress.hidden = true;
    }
  }

  #bar(): { readonly sending: (share: number) => void; readonly reading: (lines: number) => void } {
    const words = h("p", { class: "small soft", role: "status" }, t("Le fichier est envoyé…"));
    const bar = h("progress", { class: "progress", max: 1, "aria-label": t("Avancement") });
    const stop = h("button", { class: "button button-small button-quiet", type: "button", onclick: () => this.#leaving?.abort() }, t("Arrêter"));
    this.#progress.hidden = false;
    fill(this.#progress, words, bar, h("div", { class: "row-end" }, stop));
    const say = (sentence: Child): void => void fill(words, sentence);
    return {
      sending: (share) => {
        bar.value = share;
        if (share < 1) return;
        bar.removeAttribute("value");
        say(t("Le fichier est lu…"));
      },
      reading: (lines) => say(tn("Le fichier est lu : {n} ligne…", "Le fichier est lu : {n} lignes…", lines)),
    };
  }

  #wrong(sentence: string): void {
    this.#file.fault(sentence);
    this.#file.input.focus();
  }
}
