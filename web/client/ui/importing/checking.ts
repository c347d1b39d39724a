/** Looking at a file before it is sent: what the server would refuse whole is said here, at once. */

import type { SourceView } from "./served.ts";

/** The server's own bounds (care_circle/importing/csv_table.py): it refuses what is beyond them. */
export const MOST_BYTES = 5 * 1024 * 1024;
export const MOST_LINES = 20_000;

export type FileFault = "empty" | "too_large" | "workbook" | "encoding" | "headings" | "too_many_lines" | "not_a_bundle";

const BEGINNING = 65_536;
const NEWLINE = 10;
const SEPARATORS = [";", ",", "\t"] as const;
/** A ZIP (every modern workbook is one), an old workbook, a PDF. */
const NO_TABLES = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
  [0x25, 0x50, 0x44, 0x46],
] as const;
const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/** Say why a file of so many bytes need not even be read. */
export function sizeFault(bytes: number): FileFault | null {
  if (bytes === 0) return "empty";
  return bytes > MOST_BYTES ? "too_large" : null;
}

/** Say why a file cannot be one of this source, or null where the server is to look. */
export function faultOf(data: Uint8Array, source: SourceView): FileFault | null {
  const size = sizeFault(data.length);
  if (size !== null) return size;
  if (NO_TABLES.some((sign) => beginsWith(data, sign))) return "workbook";
  if (UTF_16.some((sign) => beginsWith(data, sign))) return "encoding";
  const beginning = textOf(data.subarray(0, BEGINNING));
  if (source.format !== "csv") return beginning.trimStart().startsWith("{") ? null : "not_a_bundle";
  if (data.reduce((lines, byte) => lines + Number(byte === NEWLINE), 0) > MOST_LINES + 1) return "too_many_lines";
  return knowsHeadings(beginning, source) ? null : "headings";
}

/** Tell whether one heading of the first line at least is one of the source's. */
function knowsHeadings(text: string, source: SourceView): boolean {
  const [first = ""] = text.split(/\r\n|\r|\n/u, 1);
  const known = new Set(source.sheets.flatMap(({ columns }) => columns.flatMap(({ names }) => names.map(folded))));
  return SEPARATORS.some((separator) => first.split(separator).some((heading) => known.has(folded(heading))));
}

/** What a heading says, whatever its accents, capitals, quotes and dashes. */
function folded(heading: string): string {
  return heading
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** Tables come from old programs too: what is no UTF-8 is Windows-1252. */
function textOf(data: Uint8Array): string {
  const utf8 = new TextDecoder().decode(data);
  // A letter cut at the end of what was read is no sign of another encoding.
  return utf8.slice(0, -1).includes("\ufffd") ? new TextDecoder("windows-1252").decode(data) : utf8;
}

function beginsWith(data: Uint8Array, sign: readonly number[]): boolean {
  return sign.every((byte, at) => data[at] === byte);
}
