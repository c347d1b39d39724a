/**
 * A form being filled: every change is kept at once on this device, and soon on the server.
 *
 * The server's copy is guarded by its edition. Whoever saves second is told, keeps what they
 * wrote, and chooses question by question.
 */

import { Refused, type Ronde, Unreachable } from "../../shell/ronde.ts";
import { timeOf } from "../dates.ts";
import { fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { t } from "../words.ts";
import type { Names } from "./answer_words.ts";
import type { AnswerProblem } from "./answers.ts";
import { isRow, withAnswer } from "./form.ts";
import { type KeptDraft, draftKey, newest } from "./kept.ts";
import type { Answers, DocumentView, FormDefinition, Path } from "./served.ts";
import { Progress } from "./progress.ts";
import { Sheet, type SheetOptions } from "./sheet.ts";

const SAVE_MS = 1200;

export type EditorOptions = Pick<SheetOptions, "around" | "labels" | "first"> & {
  readonly ronde: Ronde;
  readonly form: FormDefinition;
  readonly document: DocumentView;
  readonly names: Names;
  readonly signal: AbortSignal;
  /** An amendment is kept on this device alone until it is signed. */
  readonly amends: boolean;
  readonly reload: () => void;
};

export class Editor {
  readonly element = h("div", { class: "stack-loose" });
  readonly #options: EditorOptions;
  readonly #sheet: Sheet;
  readonly #progress: Progress;
  readonly #summary = h("div", { class: "error-summary", tabindex: -1, role: "alert", hidden: true });
  readonly #status = h("p", { class: "small muted editor-status", role: "status" });
  readonly #conflict = h("div");
  #base: Answers;
  #edition: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #dirty = false;
  /** The server could not take what was written, for a reason that passes by itself. */
  #held = false;
  /** Somebody else saved: nothing is sent until both are one again. */
  #torn = false;

  constructor(options: EditorOptions) {
    const { ronde, document, signal } = options;
    this.#options = options;
    this.#base = newest(document);
    this.#edition = document.edition;
    this.#sheet = new Sheet({ ...options, answers: this.#base, changed: () => this.#changed() });
    this.#progress = new Progress(this.#sheet.element, signal);
    const foot = h("div", { class: "editor-foot screen-only" }, this.#progress.element, this.#status);
    fill(this.element, this.#summary, this.#conflict, this.#sheet.element, foot);
    signal.addEventListener("abort", () => void this.flush());
    signal.addEventListener("abort", ronde.on("status", ({ online, signedIn }) => void (online && signedIn && this.#tryAgain())));
    addEventListener("online", () => this.#tryAgain(), { signal });
    addEventListener("pagehide", () => void this.flush(), { signal });
  }

  get answers(): Answers {
    return this.#sheet.answers;
  }

  get edition(): number {
    return this.#edition;
  }

  /** Is there nothing to settle with somebody who saved meanwhile? */
  get isSettled(): boolean {
    return !this.#torn;
  }

  /** Put back what was typed here and never reached the server. */
  async restore(): Promise<void> {
    const kept = await this.#options.ronde.draft<KeptDraft>(this.#key);
    if (kept === null) return;
    this.#sheet.replace(kept.answers);
    // Kept by a release that did not know what it began from: as if nothing was there before.
    this.#base = kept.base ?? {};
    if (kept.edition === this.#edition) this.#changed();
    else await this.#tellConflict(this.#options.document);
  }

  /** Save now what waits; resolves when nothing does. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#dirty || this.#held) await this.#save();
    await this.#saving;
  }

  /** Forget what this device kept, because it is signed. */
  async forget(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dirty = false;
    await this.#options.ronde.saveDraft(this.#key, null);
  }

  /** Show everything that keeps the form from being signed; true if nothing does. */
  isWhole(): boolean {
    const problems = this.#sheet.problems(true);
    this.showProblems(problems);
    return problems.length === 0;
  }

  /** Show problems at their fields and as links at the top. */
  showProblems(problems: readonly AnswerProblem[]): void {
    const lines = this.#sheet.show(problems);
    this.#summary.hidden = lines.length === 0;
    fill(this.#summary, lines.length > 0 && [h("p", { class: "error-summary-title" }, t("À corriger avant de signer")), h("ul", null, lines)]);
    if (lines.length > 0) this.#summary.focus();
  }

  /** Somebody else saved first: fetch theirs and ask. True if that is what the error says. */
  async isConflict(error: unknown): Promise<boolean> {
    if (!(error instanceof Refused) || (error.status !== 412 && error.code !== "stale_edition")) return false;
    this.#torn = true;
    this.#keep();
    try {
      await this.#tellConflict(await this.#options.ronde.api.ask<DocumentView>("GET", `/documents/${this.#options.document.id}`));
    } catch (unread) {
      this.#torn = false;
      this.#held = unread instanceof Unreachable;
      this.#tell(said(unread));
    }
    return true;
  }

  get #key(): string {
    return draftKey(this.#options.document, this.#options.amends);
  }

  #keep(): void {
    const kept: KeptDraft = { edition: this.#edition, base: this.#base, answers: this.#sheet.all };
    void this.#options.ronde.saveDraft(this.#key, kept);
  }

  #changed(): void {
    this.#dirty = true;
    this.#keep();
    this.#progress.draw();
    this.#tell(t("Modifications gardées sur cet appareil"));
    if (this.#options.amends) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), SAVE_MS);
  }

  async #save(): Promise<void> {
    if (this.#options.amends || this.#torn) return;
    this.#dirty = false;
    this.#saving = this.#saving.then(() => this.#put());
    await this.#saving;
  }

  #tryAgain(): void {
    if (this.#held) void this.#save();
  }

  async #put(): Promise<void> {
    if (this.#torn) return;
    const { ronde, document } = this.#options;
    this.#held = false;
    // What is wrong on its own (a text for a number) stays here until it is mended.
    const wrong = this.#sheet.problems(false);
    const answers = wrong.reduce((left, { path }) => without(left, path), this.answers);
    try {
      const saved = await ronde.api.ask<DocumentView>("PUT", `/documents/${document.id}/draft`, { answers }, { version: this.#edition });
      this.#edition = saved.edition;
      this.#base = newest(saved);
      if (this.#dirty || wrong.length > 0) this.#keep();
      else await ronde.saveDraft(this.#key, null);
      const time = timeOf(Date.now());
      this.#tell(wrong.length === 0 ? t("Enregistré à {time}", { time }) : t("Enregistré à {time}, sauf ce qui est à corriger", { time }));
    } catch (error) {
      if (!(await this.isConflict(error))) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#held = error instanceof Unreachable || (error instanceof Refused && error.status === 401);
    this.#tell(error instanceof Unreachable ? t("Hors ligne : vos réponses sont gardées sur cet appareil.") : said(error));
  }

  async #tellConflict(theirs: DocumentView): Promise<void> {
    const { form, document, names, reload, amends } = this.#options;
    if (theirs.state !== document.state || (amends && theirs.versions.length !== document.versions.length)) return reload();
    this.#torn = true;
    const { conflictPart } = await import("./conflict.ts");
    const part = conflictPart({
      form,
      names,
      who: names.person(theirs.versions.at(-1)?.author ?? theirs.author),
      base: this.#base,
      mine: this.answers,
      theirs: newest(theirs),
      settle: (answers) => {
        this.#torn = false;
        this.#edition = theirs.edition;
        this.#base = newest(theirs);
        this.#sheet.replace(answers);
        fill(this.#conflict);
        this.#changed();
      },
    });
    fill(this.#conflict, part);
    this.#tell(t("Modifications gardées sur cet appareil"));
    part.focus({ preventScroll: true });
    part.scrollIntoView({ block: "start" });
  }

  #tell(words: string): void {
    this.#status.textContent = words;
  }
}

/** The answers without what is wrong at a path: an answer, or rows that cannot be sent. */
function without(answers: Answers, path: Path): Answers {
  const [code, at] = path;
  const held = typeof code === "string" ? answers[code] : undefined;
  const isGone = typeof at === "number" && !(Array.isArray(held) && isRow(held[at]));
  return isGone ? answers : withAnswer(answers, path, undefined);
}
