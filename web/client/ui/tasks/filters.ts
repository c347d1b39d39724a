/** Which tasks are shown: kept in the address, so that a view can be sent to a colleague. */

import type { CircleId, ProfessionalId } from "../../core/ids.ts";
import type { TaskCard } from "../served.ts";

const VIEWS = ["board", "list"] as const;
const WHOS = ["me", "all", "nobody"] as const;
const STATES = ["open", "late", "ended", "any"] as const;

export type Filters = {
  readonly view: (typeof VIEWS)[number];
  readonly who: (typeof WHOS)[number];
  readonly state: (typeof STATES)[number];
  readonly circle: CircleId | null;
};

const ENDED = new Set(["completed", "cancelled"]);

/** Read filters from an address; what it does not say is `usual`. */
export function filtersIn(query: URLSearchParams, usual: Filters): Filters {
  return {
    view: oneOf(VIEWS, query.get("view")) ?? usual.view,
    who: oneOf(WHOS, query.get("who")) ?? usual.who,
    state: oneOf(STATES, query.get("state")) ?? usual.state,
    circle: (query.get("circle") as CircleId | null) ?? usual.circle,
  };
}

/** Write filters for an address; what is usual is left out. */
export function queryOf(filters: Filters, usual: Filters): Readonly<Record<string, string | null>> {
  const said = <K extends keyof Filters>(name: K): string | null =>
    filters[name] === usual[name] ? null : filters[name];
  return { view: said("view"), who: said("who"), state: said("state"), circle: said("circle") };
}

/** Tell whether a card passes. `today` is YYYY-MM-DD. */
export function passes(card: TaskCard, filters: Filters, me: ProfessionalId, today: string): boolean {
  return (
    byPerson(card, filters.who, me) &&
    byState(card, filters.state, today) &&
    (filters.circle === null || card.circle === filters.circle)
  );
}

/** The most pressing first: by due day, those without one last, then the newest. */
export function pressing(one: TaskCard, other: TaskCard): number {
  return (one.due ?? "9999").localeCompare(other.due ?? "9999") || other.changed_at.localeCompare(one.changed_at);
}

function byPerson(card: TaskCard, who: Filters["who"], me: ProfessionalId): boolean {
  if (who === "all") return true;
  return who === "me" ? card.assignees.includes(me) || card.author === me : card.assignees.length === 0;
}

function byState(card: TaskCard, state: Filters["state"], today: string): boolean {
  const ended = ENDED.has(card.state);
  if (state === "any") return true;
  if (state === "late") return !ended && card.due !== null && card.due < today;
  return ended === (state === "ended");
}

function oneOf<T extends string>(all: readonly T[], said: string | null): T | null {
  return all.find((each) => each === said) ?? null;
}
