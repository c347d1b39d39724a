/** A form's definition and a document, as the server tells them. */

import type { ChildId, CircleId, DocumentId, ProfessionalId } from "../../core/ids.ts";
import type { Label, Stamp } from "../served.ts";

export type Answer = boolean | number | string;
export type Answers = Readonly<Record<string, Answer>>;

export type Condition = {
  readonly operator: "all" | "any" | "not" | "is" | "below" | "up_to" | "from" | "above";
  readonly fact: string;
  readonly bound: number;
  readonly expected: boolean | string;
  readonly parts: readonly Condition[];
};

export type FormField = {
  readonly code: string;
  readonly label: Label;
  readonly type: "flag" | "whole" | "decimal" | "date" | "choice" | "text";
  readonly required: boolean;
  readonly unit: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly choices: readonly { readonly code: string; readonly label: Label }[];
  readonly when: Condition | null;
};

export type FormSection = {
  readonly code: string;
  readonly label: Label;
  readonly fields: readonly FormField[];
};

export type FormDefinition = {
  readonly code: string;
  readonly version: string;
  readonly label: Label;
  readonly visit: string | null;
  readonly fillers: readonly string[];
  readonly readers: readonly string[];
  readonly sections: readonly FormSection[];
};

export type PathwayForm = {
  readonly visits: readonly {
    readonly code: string;
    readonly label: Label;
    readonly form: string | null;
  }[];
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
  readonly circle: CircleId;
  readonly form: string;
  readonly form_version: string;
  readonly visit: string | null;
  readonly author: ProfessionalId;
  readonly state: DocumentState;
  readonly edition: number;
  readonly versions: readonly Version[];
  readonly strike: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
};
