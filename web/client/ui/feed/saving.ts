/** Handing a file over to the person who asked for it. */

import { h } from "../dom.ts";

/** Give a file to the person, under its own name. */
export function save(blob: File): void {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: blob.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
