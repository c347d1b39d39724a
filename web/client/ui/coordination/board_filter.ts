/** Which children the board shows: kept in the address, so that a view can be sent to a colleague. */

import { FINDINGS, type FindingCode } from "./board_served.ts";

/** What is null does not matter; `age` is in completed years. */
export type BoardFilter = {
  readonly finding: FindingCode | null;
  readonly department: string | null;
  readonly structure: string | null;
  readonly physician: string | null;
  readonly age: string | null;
};

export const NO_FILTER: BoardFilter = { finding: null, department: null, structure: null, physician: null, age: null };

const ROOT = "/coordination/board";
/** The server's own rules of what it takes: what is none of these is left out, not refused. */
const SHAPES: Readonly<Record<keyof BoardFilter, RegExp>> = {
  finding: new RegExp(`^(?:${FINDINGS.join("|")})$`, "u"),
  department: /^[0-9A-Za-z]{2,3}$/u,
  structure: /^[a-z0-9]{26}$/u,
  physician: /^[a-z0-9]{26}$/u,
  age: /^(?:\d|[1-9]\d|1[01]\d|120)$/u,
};
const NAMES = Object.keys(SHAPES) as readonly (keyof BoardFilter)[];

/** Read a filter from an address; what makes no sense there is as if it were not said. */
export function filterIn(query: URLSearchParams): BoardFilter {
  const read = (name: keyof BoardFilter): string | null => {
    const said = query.get(name) ?? "";
    return SHAPES[name].test(said) ? said : null;
  };
  return Object.fromEntries(NAMES.map((name) => [name, read(name)])) as BoardFilter;
}

/** Tell whether anything is filtered, besides by what is found. */
export function isNarrowed(filter: BoardFilter): boolean {
  return NAMES.some((name) => name !== "finding" && filter[name] !== null);
}

/** Where a page of the board is asked for. */
export function boardPath(filter: BoardFilter, page: { readonly after: string; readonly limit: number }): string {
  return `${ROOT}?${asked(filter, { limit: String(page.limit), after: page.after })}`;
}

/** Where the totals are asked for: of all that is found, so that one can go from one to another. */
export function totalsPath(filter: BoardFilter): string {
  const query = asked({ ...filter, finding: null });
  return query === "" ? `${ROOT}/totals` : `${ROOT}/totals?${query}`;
}

/** Where the same children are as a table for a spreadsheet. */
export function csvPath(filter: BoardFilter): string {
  const query = asked(filter);
  return `/api/v1${ROOT}/csv${query === "" ? "" : `?${query}`}`;
}

function asked(filter: BoardFilter, more: Readonly<Record<string, string>> = {}): string {
  const said = NAMES.flatMap((name) => (filter[name] === null ? [] : [[name, filter[name]] as [string, string]]));
  return new URLSearchParams([...said, ...Object.entries(more)]).toString();
}
