/** Which lines of a report are wanted: all that are ready but a few, or a few only; and the choices. */

import type { ImportView, LineStatus, LineView } from "./served.ts";

/** `all` takes every ready line but `except`; else only those of `only` are taken. */
export type Selection = {
  readonly all: boolean;
  readonly except: ReadonlySet<number>;
  readonly only: ReadonlySet<number>;
  readonly choices: ReadonlyMap<number, string>;
};

export const READY: readonly LineStatus[] = ["new", "update"];

/** What is wanted as a report opens: everything that needs no choice. */
export function everything(): Selection {
  return { all: true, except: new Set(), only: new Set(), choices: new Map() };
}

/** Want every ready line, or none; choices stay. */
export function wantAll(selection: Selection, all: boolean): Selection {
  return { ...selection, all, except: new Set(), only: new Set() };
}

/** Want one ready line, or not. */
export function want(selection: Selection, line: number, wanted: boolean): Selection {
  const { all, except, only } = selection;
  if (all) return { ...selection, except: changed(except, line, !wanted) };
  return { ...selection, only: changed(only, line, wanted) };
}

/** Say what a doubtful line is about: an id, `new`, or null for nothing. */
export function choose(selection: Selection, line: number, wanted: string | null): Selection {
  const choices = new Map(selection.choices);
  if (wanted === null) choices.delete(line);
  else choices.set(line, wanted);
  return { ...selection, choices };
}

/** Tell whether a line is to be taken over without a choice. */
export function isReady(line: LineView): boolean {
  return READY.includes(line.status) && line.outcome === null;
}

/** Tell whether a ready line is wanted. */
export function isWanted(selection: Selection, line: number): boolean {
  return selection.all ? !selection.except.has(line) : selection.only.has(line);
}

/** Count the lines of a report that need no choice, whether they are taken over already or not. */
export function readyCount({ counts }: ImportView): number {
  return READY.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** Count what is wanted, given how many lines are ready in all. */
export function countOf(selection: Selection, ready: number): number {
  const { all, except, only, choices } = selection;
  return (all ? Math.max(0, ready - except.size) : only.size) + choices.size;
}

/**
 * Give the lines to ask for by name, or null where the server is to take all that are ready.
 *
 * `readyLines` reads their numbers, which takes a while with a long report.
 */
export async function linesOf(selection: Selection, readyLines: () => Promise<readonly number[]>): Promise<readonly number[] | null> {
  const { all, except, only } = selection;
  if (all && except.size === 0) return null;
  return all ? (await readyLines()).filter((each) => !except.has(each)) : [...only];
}

function changed(held: ReadonlySet<number>, line: number, inside: boolean): ReadonlySet<number> {
  const next = new Set(held);
  if (inside) next.add(line);
  else next.delete(line);
  return next;
}
