/**
 * Whose word this device takes for who somebody is: first sight counts (R1, R2).
 *
 * The coordinators of the circles that a device sees first are its anchors. A circle that is
 * founded under a key of theirs makes its other coordinators known too: they signed for them.
 * A circle that comes later and is founded by nobody they know is as good as made up.
 */

import type { CircleId, ProfessionalId } from "../core/ids.ts";
import { COORDINATOR, type Roster } from "../core/membership.ts";
import { equal } from "../core/mls/suite.ts";
import type { Statement } from "../core/statement.ts";
import { base64Of, bytesOf } from "./forms.ts";
import type { Voucher } from "./ronde.ts";

/** Anchors as they are kept: professionals and their identity keys in base64. */
export type Anchors = readonly (readonly [ProfessionalId, string])[];
type Circles = ReadonlyMap<CircleId, { readonly roster: Roster }>;

/** Who coordinates the circles that a device sees first. */
export function anchorsIn(circles: Circles): Anchors {
  const said = [...circles.values()].flatMap(({ roster }) => coordinatorsOf(roster));
  return said.map(({ professional, identityKey }) => [professional, base64Of(identityKey)]);
}

/** All whom the anchors lead to, over circles that were founded by somebody known. */
export function vouchersFrom(anchors: Anchors, circles: Circles): readonly Voucher[] {
  const known: Voucher[] = anchors.map(([professional, key]) => ({
    professional,
    identityKey: bytesOf(key),
  }));
  const open = new Set([...circles.values()].map(({ roster }) => roster));
  for (let grew = true; grew; ) {
    const founded = [...open].filter(({ statements: [first] }) => isKnown(known, first));
    for (const roster of founded) {
      open.delete(roster);
      known.push(...coordinatorsOf(roster).filter((one) => !isKnown(known, one)));
    }
    grew = founded.length > 0;
  }
  return known;
}

/** Tell whether a key is that of somebody known. */
export function isKnown(known: readonly Voucher[], one: Voucher | undefined): boolean {
  return known.some(
    ({ professional, identityKey }) =>
      professional === one?.professional && equal(identityKey, one.identityKey),
  );
}

function coordinatorsOf({ statements }: Roster): readonly Statement[] {
  return statements.filter(({ action, role }) => action === "add" && role === COORDINATOR);
}
