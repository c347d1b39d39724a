/** What the office pays: statements chosen, their sum, and one table of them all. */

import type { StatementView } from "./served.ts";

/** The sum of statements, in cents. */
export function sumOf(statements: readonly StatementView[]): number {
  return statements.reduce((sum, each) => sum + each.total_cents, 0);
}

/** Join the server's tables into one: the headings once, then all lines. */
export function joinedTables(tables: readonly string[]): string {
  const [first = "", ...others] = tables;
  return first + others.map((table) => withoutHeading(table)).join("");
}

/** Cut after the first line's end; a heading has no quoted line break. */
function withoutHeading(table: string): string {
  return table.slice(table.indexOf("\n") + 1);
}
