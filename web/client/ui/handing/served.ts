/** What is handed to families, as the server tells it. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { Stamp } from "../served.ts";

export type SecondItem = "birth_date" | "code";

export type HandingState = {
  readonly id: string;
  readonly by: ProfessionalId;
  readonly at: Stamp;
  readonly until: Stamp;
  readonly item: SecondItem;
  readonly opened_at: Stamp | null;
  readonly withdrawn_at: Stamp | null;
};

/** What handing over would do today; `days` is null where it does not go to the family. */
export type Outlook = {
  readonly recipients: readonly {
    readonly given_name: string;
    readonly family_name: string;
    readonly relation: string;
    readonly media: readonly ("email" | "sms")[];
  }[];
  readonly item: SecondItem;
  readonly days: number | null;
  readonly handings: readonly HandingState[];
};

/** What was handed over; the code is told this once. */
export type Handed = { readonly id: string; readonly until: Stamp; readonly item: SecondItem; readonly code: string | null };
