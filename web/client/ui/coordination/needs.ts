/** What waits for the office now, each with the address of the act that mends it. Pure. */

import type { ProfessionalId } from "../../core/ids.ts";
import type { ChildHeader } from "../served.ts";
import type { Colleague } from "./served.ts";
import { endsSoon } from "./words.ts";

/** Who must be compared with face to face; oneself, with no key attested, comes first. */
export function unverified(colleagues: readonly Colleague[], me: ProfessionalId | undefined): readonly Colleague[] {
  const waiting = colleagues.filter((each) => each.devices > 0 && !each.attested && each.account !== "closed");
  return [...waiting].sort((one, other) => Number(other.id === me) - Number(one.id === me));
}

/** Who has no account, or never opened theirs. */
export function uninvited(colleagues: readonly Colleague[]): readonly Colleague[] {
  return colleagues.filter((each) => each.account === "none" || each.account === "invited");
}

/** Who has no convention in force, or one that ends soon. */
export function unsigned(colleagues: readonly Colleague[], now = Date.now()): readonly Colleague[] {
  return colleagues.filter((each) => {
    const { convention } = each;
    if (each.account === "closed") return false;
    return convention === "none" || convention === "pending" || convention === "ended" || endsSoon(each, now);
  });
}

export function toInclude(children: readonly ChildHeader[]): readonly ChildHeader[] {
  return children.filter((each) => each.included_on === null && each.stage !== "exit");
}

export function withoutCircle(children: readonly ChildHeader[]): readonly ChildHeader[] {
  return children.filter((each) => each.included_on !== null && each.circle === null && each.stage !== "exit");
}

export function withoutPhysician(children: readonly ChildHeader[]): readonly ChildHeader[] {
  return children.filter((each) => each.referring_physician === null && each.stage !== "exit");
}
