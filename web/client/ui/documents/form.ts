/** How the parts of a form lie in one another: the twin of what care_circle/definition/form.py tells of them. */

import type { Answer, Answers, FormDefinition, FormField, FormSection, Path, Row } from "./served.ts";

/** All fields of a form, in order. */
export function fieldsOf(form: FormDefinition): readonly FormField[] {
  return form.sections.flatMap((section) => section.fields);
}

/** A section and the sections it lies in, the innermost first. */
export function enclosing(form: FormDefinition, section: FormSection): readonly FormSection[] {
  const outer = form.sections.find((each) => each.code === section.within);
  return outer === undefined ? [section] : [section, ...enclosing(form, outer)];
}

/** The innermost repeating section whose rows hold this one's answers; null for the form itself. */
export function rowsOf(form: FormDefinition, section: FormSection): FormSection | null {
  return enclosing(form, section).find((each) => each.repeats !== null) ?? null;
}

/** The repeating section whose rows hold the rows of this one. */
function outerRowsOf(form: FormDefinition, section: FormSection): FormSection | null {
  const outer = form.sections.find((each) => each.code === section.within);
  return outer === undefined ? null : rowsOf(form, outer);
}

/** Do the rows of this section stand right here? */
export function isRowsOf(form: FormDefinition, section: FormSection, rows: FormSection | null): boolean {
  return section.repeats !== null && section !== rows && outerRowsOf(form, section) === rows;
}

/** Is the answer to this field a list? */
export function isListed(field: FormField): boolean {
  return field.several !== null || field.type === "choices";
}

/** The rows under a section's code; none where there is anything else. */
export function rowsIn(answers: Answers, section: FormSection): readonly Row[] {
  const held = answers[section.code];
  return Array.isArray(held) ? held.filter(isRow) : [];
}

/** Is this a row of a section that repeats? */
export function isRow(held: unknown): held is Row {
  return typeof held === "object" && held !== null && !Array.isArray(held);
}

/** The answer that stands at a path. */
export function answerAt(answers: Answers, path: Path): Answer | undefined {
  let held: unknown = answers;
  for (const step of path) held = (held as Readonly<Record<string | number, unknown>> | undefined)?.[step];
  return held as Answer | undefined;
}

/** The answers with another one at a path; undefined takes it out. */
export function withAnswer(answers: Answers, path: Path, answer: Answer | undefined): Answers {
  const [code, at, ...rest] = path;
  if (typeof code !== "string") return answers;
  if (at === undefined) {
    const { [code]: _, ...others } = answers;
    return answer === undefined ? others : { ...others, [code]: answer };
  }
  const rows = (answers[code] ?? []) as readonly Row[];
  const changed = rows.map((row, place) => (place === at ? withAnswer(row, rest, answer) : row));
  return { ...answers, [code]: changed };
}

/** What is known where a path leads: the answers around its rows, the nearer ones first. */
export function factsAt(answers: Answers, path: Path): Answers {
  const [code, at, ...rest] = path;
  if (typeof code !== "string" || typeof at !== "number") return answers;
  const row = (answers[code] as readonly Row[] | undefined)?.[at] ?? {};
  return { ...answers, ...factsAt(row, rest) };
}

/** A path as a word, to look things up by. */
export function pathKey(path: Path): string {
  return path.join("/");
}
