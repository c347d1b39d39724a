/**
 * A form being filled: every change is kept at once on this device, and soon on the server.
 *
 * The server's copy is guarded by its edition. Whoever saves second is told, keeps what they
 * wrote, and chooses.
 */

import { Refused, type Ronde, Unreachable } from "../../shell/ronde.ts";
import { timeOf } from "../dates.ts";
import { type Child, fill, h } from "../dom.ts";
import { said } from "../faults.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type DrawnField, drawField, wrongWord } from "./fields.ts";
import { type AnswerProblem, applies, asked, fieldsOf, problemsOf } from "./rules.ts";
import type { Answer, Answers, DocumentView, FormDefinition } from "./served.ts";

const SAVE_MS = 1200;

type Kept = { readonly edition: number; readonly answers: Answers };

export type EditorOptions = {
  readonly ronde: Ronde;
  readonly form: FormDefinition;
  readonly document: DocumentView;
  readonly signal: AbortSignal;
  /** An amendment is kept on this device alone until it is signed. */
  readonly amends: boolean;
  readonly reload: () => void;
};

export class Editor {
  readonly element = h("div", { class: "stack-loose" });
  readonly #options: EditorOptions;
  readonly #summary = h("div", { class: "error-summary", tabindex: -1, role: "alert", hidden: true });
  readonly #status = h("p", { class: "small muted editor-status", role: "status" });
  readonly #conflict = h("div");
  readonly #drawn = new Map<string, DrawnField>();
  #answers: Answers;
  #edition: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #dirty = false;
  /** The server could not take what was written, for a reason that passes by itself. */
  #held = false;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#answers = options.document.versions.at(-1)?.answers ?? {};
    this.#edition = options.document.edition;
    fill(this.element, this.#summary, this.#conflict, this.#sections(), this.#status);
    options.signal.addEventListener("abort", () => void this.flush());
    options.signal.addEventListener("abort", options.ronde.on("status", ({ online, signedIn }) => void (online && signedIn && this.#tryAgain())));
    addEventListener("online", () => this.#tryAgain(), { signal: options.signal });
    addEventListener("pagehide", () => void this.flush(), { signal: options.signal });
  }

  get answers(): Answers {
    return asked(this.#options.form, this.#answers);
  }

  get edition(): number {
    return this.#edition;
  }

  /** Put back what was typed here and never reached the server. */
  async restore(): Promise<void> {
    const kept = await this.#options.ronde.draft<Kept>(this.#key);
    if (kept === null) return;
    this.#answers = kept.answers;
    this.#redraw();
    if (kept.edition !== this.#edition) this.#tellConflict();
    else this.#changed();
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
    const problems = problemsOf(this.#options.form, this.answers, true);
    this.showProblems(problems);
    return problems.length === 0;
  }

  /** Show problems at their fields and as links at the top. */
  showProblems(problems: readonly AnswerProblem[]): void {
    for (const drawn of this.#drawn.values()) drawn.fault(null);
    const rows = problems.flatMap(({ field, wrong }) => {
      const drawn = this.#drawn.get(field);
      if (drawn === undefined) return [];
      const words = wrongWord(drawn.field, wrong);
      drawn.fault(words);
      const go = (event: Event): void => {
        event.preventDefault();
        drawn.target.focus();
      };
      const text = `${labelWord(drawn.field.label)} – ${words}`;
      return [h("li", null, h("a", { href: `#${drawn.target.id}`, onclick: go }, text))];
    });
    this.#summary.hidden = rows.length === 0;
    fill(this.#summary, rows.length > 0 && [h("p", { class: "error-summary-title" }, t("À corriger avant de signer")), h("ul", null, rows)]);
    if (rows.length > 0) this.#summary.focus();
  }

  get #key(): string {
    return `document:${this.#options.document.id}${this.#options.amends ? ":amendment" : ""}`;
  }

  #sections(): Child[] {
    return this.#options.form.sections.map((section) =>
      h(
        "section",
        { class: "card" },
        h("h2", { class: "section-title" }, labelWord(section.label)),
        section.fields.map((field) => {
          const drawn = drawField(field, this.#answers[field.code], (answer) => this.#answered(field.code, answer));
          drawn.element.hidden = !applies(field, this.#answers);
          this.#drawn.set(field.code, drawn);
          return drawn.element;
        }),
      ),
    );
  }

  #answered(code: string, answer: Answer | undefined): void {
    const { [code]: _, ...others } = this.#answers;
    this.#answers = answer === undefined ? others : { ...others, [code]: answer };
    for (const drawn of this.#drawn.values()) drawn.element.hidden = !applies(drawn.field, this.#answers);
    const drawn = this.#drawn.get(code);
    const wrong = problemsOf(this.#options.form, this.#answers, false).find((each) => each.field === code);
    drawn?.fault(drawn === undefined || wrong === undefined ? null : wrongWord(drawn.field, wrong.wrong));
    this.#changed();
  }

  #changed(): void {
    this.#dirty = true;
    const kept: Kept = { edition: this.#edition, answers: this.#answers };
    void this.#options.ronde.saveDraft(this.#key, kept);
    this.#tell(t("Modifications gardées sur cet appareil"));
    if (this.#options.amends) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), SAVE_MS);
  }

  async #save(): Promise<void> {
    if (this.#options.amends) return;
    this.#dirty = false;
    this.#saving = this.#saving.then(() => this.#put());
    await this.#saving;
  }

  #tryAgain(): void {
    if (this.#held) void this.#save();
  }

  async #put(): Promise<void> {
    // What is wrong on its own (a text for a number) stays here until it is mended.
    if (problemsOf(this.#options.form, this.answers, false).length > 0) return;
    const { ronde, document } = this.#options;
    this.#held = false;
    try {
      const path = `/documents/${document.id}/draft`;
      const body = { answers: this.answers };
      const saved = await ronde.api.ask<DocumentView>("PUT", path, body, { version: this.#edition });
      this.#edition = saved.edition;
      if (!this.#dirty) await ronde.saveDraft(this.#key, null);
      this.#tell(t("Enregistré à {time}", { time: timeOf(Date.now()) }));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#held = error instanceof Unreachable || (error instanceof Refused && error.status === 401);
    if (error instanceof Unreachable) {
      this.#tell(t("Hors ligne : vos réponses sont gardées sur cet appareil."));
    } else if (error instanceof Refused && (error.status === 412 || error.code === "stale_edition")) {
      this.#tellConflict();
    } else {
      this.#tell(said(error));
    }
  }

  #tellConflict(): void {
    const { ronde, reload } = this.#options;
    const theirs = async (): Promise<void> => {
      await ronde.saveDraft(this.#key, null);
      this.#dirty = false;
      reload();
    };
    const mine = async (): Promise<void> => {
      const now = await ronde.api.ask<DocumentView>("GET", `/documents/${this.#options.document.id}`);
      this.#edition = now.edition;
      fill(this.#conflict);
      this.#changed();
    };
    fill(
      this.#conflict,
      h(
        "div",
        { class: "banner banner-warm", role: "alert" },
        icon("warning"),
        h("p", null, t("Quelqu'un d'autre a enregistré ce document entre-temps. Rien de ce que vous avez écrit n'est perdu.")),
        h(
          "div",
          { class: "banner-actions" },
          h("button", { class: "button button-small", type: "button", onclick: theirs }, t("Voir sa version")),
          h("button", { class: "button button-small", type: "button", onclick: mine }, t("Garder la mienne")),
        ),
      ),
    );
  }

  #redraw(): void {
    this.#drawn.clear();
    fill(this.element, this.#summary, this.#conflict, this.#sections(), this.#status);
  }

  #tell(words: string): void {
    this.#status.textContent = words;
  }

  /** The fields there are, for problems that the server names. */
  knows(code: string): boolean {
    return fieldsOf(this.#options.form).some((each) => each.code === code);
  }
}
