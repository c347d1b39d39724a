/** What the server tells of imports: sources, runs, and what each line of a file means. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Label, Stamp } from "../served.ts";

export type Sort = "structure" | "professional" | "child";
export type ImportState = "reading" | "ready" | "applying" | "over";
export const STATUSES = ["new", "update", "duplicate", "conflict", "refused", "same"] as const;
export type LineStatus = (typeof STATUSES)[number];
export type Result = "created" | "linked" | "updated" | "same" | "changed_since" | "taken" | "failed" | "unforeseen";
export type Why = "edited_here" | "qualified" | "guarded";

export type SourceView = {
  readonly id: string;
  readonly label: Label;
  readonly format: string;
  readonly sheets: readonly {
    readonly sort: Sort;
    readonly columns: readonly { readonly field: string; readonly names: readonly string[]; readonly needed: boolean }[];
  }[];
};

/** `wanted` and `done` count the lines of the last time that something was taken over. */
export type Application = {
  readonly at: Stamp;
  readonly wanted: number;
  readonly done: number;
  readonly results: Readonly<Partial<Record<Result, number>>>;
  readonly stopping: boolean;
  readonly ended_at: Stamp | null;
};

export type ImportView = {
  readonly id: string;
  readonly source: string;
  readonly sorts: readonly Sort[];
  readonly by: ProfessionalId;
  readonly at: Stamp;
  readonly kept_until: Stamp;
  readonly state: ImportState;
  readonly lines: number;
  readonly counts: Readonly<Partial<Record<LineStatus, number>>>;
  readonly digest: string;
  readonly ignored_columns: readonly string[];
  readonly application: Application | null;
};

export type Told = { readonly field: string; readonly column: string; readonly sentence: Label };

/** A field that differs; `why` says why it stays as it is here, null where it is taken over. */
export type Difference = {
  readonly field: string;
  readonly column: string;
  readonly ours: string;
  readonly theirs: string;
  readonly why: Why | null;
};

/** `number` counts lines of the report from 1; `line` is where it stands in the file. */
export type LineView = {
  readonly number: number;
  readonly line: number;
  readonly sort: Sort;
  readonly status: LineStatus;
  readonly target: string | null;
  readonly values: readonly { readonly field: string; readonly column: string; readonly value: string }[];
  readonly differences: readonly Difference[];
  readonly candidates: readonly string[];
  readonly problems: readonly Told[];
  readonly notes: readonly Told[];
  readonly wanted: string | null;
  readonly outcome: { readonly result: Result; readonly target: string | null } | null;
};

/** What is wanted of a report: null takes every line that needs no choice. */
export type Wanted = {
  readonly digest: string;
  readonly lines: readonly number[] | null;
  readonly choices: readonly { readonly line: number; readonly wanted: string }[];
};
