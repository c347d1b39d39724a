/** What a device keeps of a document that is being written, until the server has it. */

import type { Answers, DocumentView } from "./served.ts";

/** The answers, and what they began from. */
export type KeptDraft = { readonly edition: number; readonly base: Answers; readonly answers: Answers };

/** Under which name a device keeps what is not on the server yet. */
export function draftKey(document: DocumentView, amends: boolean): string {
  return `document:${document.id}${amends ? ":amendment" : ""}`;
}

/** The newest answers of a document. */
export function newest(document: DocumentView): Answers {
  return document.versions.at(-1)?.answers ?? {};
}
