/** What the server tells of a year: one figure for each of the pathway's indicators. */

import type { Label } from "../served.ts";

/** S is seen in a source, A assumed, ~ by analogy. */
export type Mark = "S" | "A" | "~";

/** Values are in days, or in meetings for each child; percentages are from 0 to 100. */
export type Figure = {
  readonly code: string;
  readonly label: Label;
  readonly mark: Mark;
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly percent: number | null;
  readonly baseline: number | null;
  readonly few: boolean;
  readonly median: number | null;
  readonly lower_quartile: number | null;
  readonly upper_quartile: number | null;
  readonly mean: number | null;
  readonly parts: readonly { readonly key: string; readonly count: number }[];
};

export type Report = { readonly year: string; readonly figures: readonly Figure[] };

type Coded = { readonly code: string; readonly label: Label };
type Rule = { readonly id: string; readonly label: Label };

/** What of the pathway gives the parts of a figure their names. */
export type ReportPathway = {
  readonly indicators: readonly { readonly code: string; readonly note: string | null; readonly measure: { readonly word: string; readonly by: string | null; readonly form: string | null } }[];
  readonly inclusion: { readonly criteria: readonly Rule[] };
  readonly exits: readonly Coded[];
  readonly disciplines: readonly Coded[];
  readonly forms: Readonly<Record<string, { readonly sections: readonly { readonly fields: readonly Coded[] }[] }>>;
};
