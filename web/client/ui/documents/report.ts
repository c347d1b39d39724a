/** Which of a child's documents is the report of a visit. */

import type { DocumentView, FormDefinition } from "./served.ts";

/** Give the report of a visit by its form, the one that waits for a signature first; null where none stands. */
export function reportAmong(
  documents: readonly Pick<DocumentView, "id" | "form" | "visit" | "state" | "strike">[],
  form: Pick<FormDefinition, "code" | "formerly">,
  visit: string,
): Pick<DocumentView, "id"> | null {
  const standing = documents.filter((each) => each.visit === visit && each.strike === null && [form.code, ...form.formerly].includes(each.form));
  return standing.find(({ state }) => state === "draft") ?? standing.at(-1) ?? null;
}
