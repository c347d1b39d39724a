/** A form on screen with its answers: what is asked follows them, and so do computed numbers. */

import { type Child, fill, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { labelWord } from "../nomenclature.ts";
import { t } from "../words.ts";
import { type Names, answerWord, rowsWrongWord, wrongWord } from "./answer_words.ts";
import { type AnswerProblem, applies, asked, isAsked, problemsOf } from "./answers.ts";
import { computed } from "./computing.ts";
import type { Around } from "./controls.ts";
import { type DrawnField, drawField } from "./fields.ts";
import { answerAt, factsAt, isRowsOf, pathKey, rowsIn, rowsOf, withAnswer } from "./form.ts";
import { type FormLabels, originWords } from "./origins.ts";
import { RowsPart, rowName } from "./rows.ts";
import type { Answer, Answers, FirstAnswer, FormDefinition, FormField, FormSection, Path } from "./served.ts";

export type SheetOptions = {
  readonly form: FormDefinition;
  readonly answers: Answers;
  readonly around: Around;
  readonly names: Names;
  readonly labels: FormLabels;
  /** What the form can say by itself; none where somebody corrects what is signed. */
  readonly first: readonly FirstAnswer[];
  readonly changed: () => void;
};

type Placed = { readonly path: Path; readonly field: FormField; readonly section: FormSection; readonly slot: HTMLElement; drawn: DrawnField };
type Part = { readonly section: FormSection; readonly element: HTMLElement; readonly path: Path };

export class Sheet {
  readonly element = h("div", { class: "stack-loose" });
  readonly #options: SheetOptions;
  readonly #first: ReadonlyMap<string, FirstAnswer>;
  readonly #placed = new Map<string, Placed>();
  readonly #parts = new Map<string, Part>();
  readonly #rows = new Map<string, RowsPart>();
  #answers: Answers;

  constructor(options: SheetOptions) {
    this.#options = options;
    this.#first = new Map(options.first.map((each) => [each.code, each] as const));
    this.#answers = this.#made(options.answers);
    this.#draw();
  }

  /** All that was filled in, also what is not asked just now. */
  get all(): Answers {
    return this.#answers;
  }

  /** What is asked, with the numbers that follow from it. */
  get answers(): Answers {
    return this.#made(asked(this.#options.form, this.#answers));
  }

  /** Take other answers in place of these. */
  replace(answers: Answers): void {
    this.#answers = this.#made(answers);
    this.#draw();
  }

  problems(whole: boolean): readonly AnswerProblem[] {
    return problemsOf(this.#options.form, this.answers, whole, this.#options.around.known);
  }

  /** Show problems where they are; gives for each a line that leads there. */
  show(problems: readonly AnswerProblem[]): readonly HTMLElement[] {
    for (const { drawn } of this.#placed.values()) drawn.fault(null);
    for (const part of this.#rows.values()) part.fault(null);
    return problems.flatMap((problem) => {
      const line = this.#shown(problem);
      return line === null ? [] : [line];
    });
  }

  #shown({ path, wrong }: AnswerProblem): HTMLElement | null {
    const placed = this.#placed.get(pathKey(path));
    if (placed !== undefined) {
      const words = wrongWord(placed.field, wrong);
      placed.drawn.fault(words);
      return leading(placed.drawn.target, `${this.#nameOf(path, labelWord(placed.field.label))} – ${words}`);
    }
    const [rows, part] = [this.#rows.get(pathKey(path)), this.#parts.get(pathKey(path))];
    if (rows === undefined || part === undefined) return null;
    rows.fault(wrong);
    return leading(rows.target, `${labelWord(part.section.label)} – ${rowsWrongWord(part.section, wrong)}`);
  }

  /** « Objectifs 2, Échéance »: a question with the row it stands in. */
  #nameOf(path: Path, label: string): string {
    const [code, at] = path.slice(-3);
    const section = this.#options.form.sections.find((each) => each.code === code);
    return section === undefined || typeof at !== "number" ? label : `${rowName(section, at)}, ${label}`;
  }

  #made(answers: Answers): Answers {
    return computed(this.#options.form, answers, this.#options.around.known);
  }

  #draw(): void {
    this.#placed.clear();
    this.#parts.clear();
    this.#rows.clear();
    fill(this.element, this.#block(null, []));
    this.#refresh();
  }

  /** Draw the sections of a form, or of one row. */
  #block(rows: FormSection | null, path: Path): Child[] {
    const { form } = this.#options;
    return form.sections.filter((section) => !section.hidden).map((section) => {
      if (isRowsOf(form, section, rows)) return this.#rowsPart(section, path);
      if (section === rows) return this.#fields(section, path);
      return rowsOf(form, section) === rows && this.#section(section, path, rows === null);
    });
  }

  #section(section: FormSection, path: Path, isCard: boolean): HTMLElement {
    const element = h(
      "section",
      { class: isCard ? "card" : "stack" },
      h(isCard ? "h2" : "h4", { class: "section-title" }, labelWord(section.label)),
      section.help !== null && h("p", { class: "field-hint" }, labelWord(section.help)),
      section.scale !== null && scaleNote(section.scale),
      this.#fields(section, path),
    );
    this.#parts.set(pathKey([...path, section.code]), { section, element, path });
    return element;
  }

  #fields(section: FormSection, path: Path): Child[] {
    return section.fields.filter((field) => !field.hidden).map((field) => {
      const here = [...path, field.code];
      const slot = h("div", { class: "answer" });
      const placed: Placed = { path: here, field, section, slot, drawn: this.#drawn(field, here) };
      slot.append(placed.drawn.element);
      this.#placed.set(pathKey(here), placed);
      return slot;
    });
  }

  #drawn(field: FormField, path: Path): DrawnField {
    const { around, names } = this.#options;
    const answer = answerAt(this.#answers, path);
    return drawField(field, { answer, around, names, changed: (given) => this.#answered(path, given) });
  }

  #rowsPart(section: FormSection, path: Path): HTMLElement {
    const here = [...path, section.code];
    const around = (): Answers => (path.length === 0 ? this.#answers : (answerAt(this.#answers, path) as Answers | undefined) ?? {});
    const part = new RowsPart({
      section,
      rows: () => rowsIn(around(), section),
      set: (rows) => {
        this.#forget(pathKey(here));
        this.#answered(here, rows.length === 0 ? undefined : rows);
      },
      row: (at) => {
        const drawn = h("div", { class: "stack" }, this.#block(section, [...here, at]));
        queueMicrotask(() => this.#refresh());
        return drawn;
      },
    });
    this.#rows.set(pathKey(here), part);
    this.#parts.set(pathKey(here), { section, element: part.element, path });
    return part.element;
  }

  /** The rows under a section are drawn anew: what stood there is gone. */
  #forget(key: string): void {
    const inside = `${key}/`;
    for (const map of [this.#placed, this.#parts, this.#rows] as readonly Map<string, unknown>[]) {
      for (const each of map.keys()) if (each.startsWith(inside)) map.delete(each);
    }
  }

  #answered(path: Path, answer: Answer | undefined): void {
    const shown = this.#open();
    this.#answers = this.#made(withAnswer(this.#answers, path, answer));
    this.#offer(shown);
    this.#refresh();
    const placed = this.#placed.get(pathKey(path));
    if (placed !== undefined) {
      const wrong = this.problems(false).find((each) => pathKey(each.path) === pathKey(path));
      placed.drawn.fault(wrong === undefined ? null : wrongWord(placed.field, wrong.wrong));
    }
    this.#options.changed();
  }

  /** The questions outside rows that are asked now. */
  #open(): ReadonlySet<string> {
    const open = [...this.#placed.values()].filter((each) => each.path.length === 1 && this.#isOpen(each));
    return new Set(open.map((each) => each.field.code));
  }

  /** A question that an answer has just opened gets its first answer, if nobody gave one. */
  #offer(before: ReadonlySet<string>): void {
    for (const code of this.#open()) {
      const [first, placed] = [this.#first.get(code), this.#placed.get(code)];
      if (before.has(code) || first === undefined || placed === undefined || this.#answers[code] !== undefined) continue;
      this.#answers = this.#made(withAnswer(this.#answers, [code], first.answer));
      this.#redraw(placed);
    }
  }

  #isOpen({ section, field, path }: Placed): boolean {
    return isAsked(this.#options.form, section, field, factsAt(this.#answers, path)) === true;
  }

  /** Show what is asked, numbers as they are now, and where answers are from. */
  #refresh(): void {
    for (const placed of this.#placed.values()) {
      placed.slot.hidden = !this.#isOpen(placed);
      if (placed.field.compute !== null) placed.drawn.target.textContent = answerWord(placed.field, answerAt(this.#answers, placed.path), this.#options.names);
      this.#tellOrigin(placed);
    }
    for (const { section, element, path } of this.#parts.values()) {
      const facts = factsAt(this.#answers, [...path, section.code]);
      element.hidden = applies(this.#options.form, section, facts) !== true;
    }
  }

  #tellOrigin(placed: Placed): void {
    const { path, field, drawn } = placed;
    const first = path.length === 1 && field.compute === null ? this.#first.get(field.code) : undefined;
    if (first === undefined) return;
    const answer = answerAt(this.#answers, path);
    const set = (given: Answer | undefined): void => {
      this.#answered(path, given);
      this.#redraw(placed);
      this.#tellOrigin(placed);
      placed.drawn.target.focus();
    };
    fill(drawn.origin, originWords({ field, first, answer, names: this.#options.names, labels: this.#options.labels, set }));
  }

  #redraw(placed: Placed): void {
    placed.drawn = this.#drawn(placed.field, placed.path);
    fill(placed.slot, placed.drawn.element);
  }
}

function scaleNote({ name, licence }: { readonly name: string; readonly licence: string }): HTMLElement {
  const words = licence === "proprietary" ? t("Échelle {name} : sa date et ses scores seulement. Ses questions sont protégées et restent dans leur cahier.", { name }) : t("Échelle {name}, d'usage libre.", { name });
  return h("p", { class: "field-hint row" }, icon("info", "small"), h("span", null, words));
}

function leading(target: HTMLElement, words: string): HTMLElement {
  const go = (event: Event): void => {
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "center" });
  };
  return h("li", null, h("a", { href: `#${target.id}`, onclick: go }, words));
}
