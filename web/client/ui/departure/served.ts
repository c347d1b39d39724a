/** Departures, as the server tells them, and what one would leave behind. */

import type { AppointmentId, CircleId, ProfessionalId } from "../../core/ids.ts";
import type { Answers, PathwayForm } from "../documents/served.ts";
import type { Day, Label, Stamp } from "../served.ts";

export type RelayState = "asked" | "accepted" | "refused";

/** For whom the form is not, the words are empty: only that there is one, and its day. */
export type DepartureView = {
  readonly id: string;
  readonly circle: CircleId | null;
  readonly reason: string;
  readonly on: Day;
  readonly by: ProfessionalId;
  readonly at: Stamp;
  readonly structure: string | null;
  readonly contact: string;
  readonly relay: RelayState | null;
  readonly steps: readonly { readonly state: RelayState; readonly on: Day; readonly by: ProfessionalId }[];
  readonly stands: boolean;
  readonly taken_back: { readonly by: ProfessionalId; readonly at: Stamp; readonly reason: string } | null;
};

/** Ids of what a departure on a day would leave behind; forfaits refuse it unless closed with it. */
export type LooseEnds = {
  readonly forfaits: readonly string[];
  readonly prescriptions: readonly string[];
  readonly drafts: readonly string[];
  readonly meetings: readonly string[];
  readonly appointments: readonly AppointmentId[];
};

export type DeparturesView = { readonly items: readonly DepartureView[]; readonly loose_ends: LooseEnds };

/** An exit of the pathway: `relay` where somebody takes over, `form` its own form if it has one. */
export type Exit = {
  readonly code: string;
  readonly label: Label;
  readonly relay: boolean;
  readonly form: string | null;
};

export type Farewell = {
  readonly reason: string;
  readonly on: Day;
  readonly structure: string | null;
  readonly contact: string;
  readonly relay: RelayState | null;
  readonly relay_on: Day | null;
  readonly answers: Answers;
  readonly close_forfaits: boolean;
  readonly cancel_appointments: readonly AppointmentId[];
};

export type Structure = { readonly id: string; readonly name: string };

/** The pathway, with what it says of exits. */
export type Pathway = Omit<PathwayForm, "exits"> & {
  readonly exits: readonly Exit[];
  readonly parameters: Readonly<Record<string, { readonly value: number | null }>>;
};
