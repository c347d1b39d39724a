/** A form's definition and a document, as the server tells them. */

import type { ChildId, CircleId, DocumentId, ProfessionalId } from "../../core/ids.ts";
import type { Day, Label, Stamp } from "../served.ts";

export type Single = boolean | number | string;
/** One row of a section that repeats; a section within it may have rows once more. */
export type Row = { readonly [code: string]: Answer };
/** One value, several, or the rows of a section that repeats. */
export type Answer = Single | readonly Single[] | readonly Row[];
export type Answers = Row;
/** Where an answer stands: a field's code, after the section's code and the row's place in it. */
export type Path = readonly (string | number)[];

export type Condition = {
  readonly operator: "all" | "any" | "not" | "is" | "has" | "known" | "below" | "up_to" | "from" | "above";
  readonly fact: string;
  readonly bound: number | string;
  readonly expected: Single;
  readonly parts: readonly Condition[];
};

export type FieldType =
  | "flag"
  | "whole"
  | "decimal"
  | "date"
  | "time"
  | "moment"
  | "choice"
  | "choices"
  | "line"
  | "text"
  | "address"
  | "professional"
  | "structure"
  | "reference"
  | "file"
  | "note";

export type Choice = {
  readonly code: string;
  readonly label: Label;
  readonly score: number | null;
  readonly exclusive: boolean;
};

/** How often something may stand; without `most` there is no end. */
export type Rows = { readonly least: number; readonly most: number | null };

export type Computation = {
  readonly operation: "sum" | "mean" | "difference" | "quotient" | "months";
  readonly terms: readonly (string | number)[];
};

export type FormField = {
  readonly code: string;
  readonly label: Label;
  readonly type: FieldType;
  readonly required: boolean;
  readonly unit: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly decimals: number | null;
  readonly choices: readonly Choice[];
  /** One's own words may stand for a choice. */
  readonly other: boolean;
  /** The answer is a list. */
  readonly several: Rows | null;
  readonly when: Condition | null;
  readonly help: Label | null;
  readonly most: number | null;
  readonly not_before: string | null;
  readonly not_after: string | null;
  readonly compute: Computation | null;
  readonly read_only: boolean;
  readonly hidden: boolean;
};

export type FormSection = {
  readonly code: string;
  readonly label: Label;
  readonly fields: readonly FormField[];
  readonly when: Condition | null;
  readonly help: Label | null;
  readonly repeats: Rows | null;
  readonly required: boolean;
  readonly scale: { readonly name: string; readonly licence: string } | null;
  readonly within: string | null;
  readonly hidden: boolean;
};

/** What keeps a filled form: a document, or a record that is written elsewhere. */
export type FormRecord =
  | "document"
  | "convention"
  | "training"
  | "circle"
  | "inclusion"
  | "referral"
  | "prescription"
  | "forfait"
  | "meeting"
  | "session"
  | "departure";

export type FormDefinition = {
  readonly code: string;
  readonly version: string;
  readonly label: Label;
  readonly stage: string;
  readonly visit: string | null;
  readonly visits: readonly string[];
  readonly record: FormRecord;
  readonly many: boolean;
  readonly help: Label | null;
  readonly formerly: readonly string[];
  readonly fillers: readonly string[];
  readonly readers: readonly string[];
  /** Does it leave with the child, and may it go to the family? */
  readonly relay: boolean;
  readonly sections: readonly FormSection[];
};

export type PathwayForm = {
  readonly stages: readonly { readonly code: string; readonly label: Label }[];
  readonly visits: readonly {
    readonly code: string;
    readonly label: Label;
    readonly form: string | null;
  }[];
  readonly disciplines: readonly { readonly code: string; readonly label: Label }[];
  readonly exits: readonly { readonly code: string; readonly label: Label }[];
  readonly forms: Readonly<Record<string, FormDefinition>>;
};

export type DocumentState = "draft" | "signed" | "amended" | "entered-in-error";

export type Version = {
  readonly number: number;
  readonly answers: Answers;
  readonly author: ProfessionalId;
  readonly saved_at: Stamp;
  readonly signed_at: Stamp | null;
  readonly reason: string | null;
};

export type DocumentView = {
  readonly id: DocumentId;
  readonly child: ChildId;
  readonly circle: CircleId | null;
  readonly form: string;
  readonly form_version: string;
  readonly visit: string | null;
  readonly author: ProfessionalId;
  readonly state: DocumentState;
  readonly edition: number;
  readonly versions: readonly Version[];
  readonly strike: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
};

/** The first answer of a field, and where it is from. */
export type FirstAnswer = {
  readonly code: string;
  readonly answer: Answer;
  readonly origin: "register" | "document" | "visit" | "author" | "form";
  readonly document: DocumentId | null;
  readonly form: string | null;
  readonly source: string | null;
  readonly on: Day | null;
};
