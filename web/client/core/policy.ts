/**
 * What a client asks of every change to a group before its state moves: R2, R11, R13.
 *
 * A leaf is somebody's only if its credential carries a certificate by an identity key
 * that the circle's chain put on the roster. The chain that judges is the newest we hold,
 * the commit may be old: so a change is allowed if the chain *ever* justified it, and who
 * is off the roster by now keeps everybody from posting until removed.
 */

import type { Moment } from "./canonical.ts";
import type { Tenure, Vouched } from "./history.ts";
import type { CertificateFault, DeviceCertificate } from "./identity.ts";
import { BadCertificate, certificateOf } from "./identity.ts";
import type { DeviceId, ProfessionalId } from "./ids.ts";
import type { Roster } from "./membership.ts";
import { COORDINATOR } from "./membership.ts";
import type { Allow, Change, Member, PublicState } from "./mls/public_state.ts";
import { Refused } from "./mls/refused.ts";
import { equal } from "./mls/suite.ts";

/** Why a change to a group is not allowed. */
export type PolicyFault = "ghost" | "twice" | "exchanged" | "removal" | "external";

/** A change that no member of the circle had the right to make. */
export class NotAllowed extends Refused {
  readonly fault: PolicyFault;

  constructor(fault: PolicyFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Return the check that a certificate is of somebody who is or was in the circle. */
export function vouching(roster: Roster): Vouched {
  return async (certificate, at) => {
    const moment = at ?? certificate.notAfter;
    let fault: CertificateFault = "forged";
    for (const key of roster.everHeld(certificate.professional)) {
      const found = await faultOf(certificate, key, moment);
      if (found === null) return;
      fault = found;
    }
    throw new BadCertificate(fault);
  };
}

/** Judge a commit that the log took at a moment, whoever made it. */
export function allowCommit(roster: Roster, at: Moment): Allow {
  return async (change, state) => {
    for (const member of change.added) {
      await certified(roster, member, at);
    }
    for (const member of change.updated) {
      await checkSameDevice(roster, state.member(member.leaf), member, at);
    }
    checkOnce(state, change);
    await checkRemovals(roster, change);
  };
}

/** Judge a group we are about to join, by Welcome or from outside: everybody in it. */
export function allowJoining(roster: Roster): Allow {
  return async (change, state) => {
    const everybody = [...state.members, ...change.added];
    const present = new Map(everybody.map((member) => [member.leaf, member]));
    const gone = new Set(change.removed.map((member) => member.leaf));
    const come = new Set(change.added.map((member) => member.leaf));
    for (const [leaf, member] of present) {
      if (!gone.has(leaf) || come.has(leaf)) {
        await certified(roster, member, null);
      }
    }
    if (change.external) {
      checkOnce(state, change);
      await checkRemovals(roster, change);
    } else {
      // Everybody stands in `added`: nobody is there beside them.
      checkDistinct(change.added);
    }
  };
}

/** Tell whether a certificate is of an active member's present identity key. */
export async function isActive(roster: Roster, certificate: DeviceCertificate): Promise<boolean> {
  const seat = roster.active.get(certificate.professional);
  if (seat === undefined) return false;
  return (await faultOf(certificate, seat.identityKey, certificate.notAfter)) === null;
}

/** List the devices in a group whose professional is off the roster: R13. */
export async function strangers(
  roster: Roster,
  tenures: Iterable<Tenure>,
): Promise<readonly DeviceId[]> {
  const off: DeviceId[] = [];
  for (const { certificate } of tenures) {
    if (!(await isActive(roster, certificate))) {
      off.push(certificate.device);
    }
  }
  return off;
}

/** What speaks against a certificate at a moment, or null. */
async function faultOf(
  certificate: DeviceCertificate,
  identityKey: Uint8Array,
  moment: Moment,
): Promise<CertificateFault | null> {
  try {
    await certificate.verify(identityKey, moment);
    return null;
  } catch (error) {
    if (error instanceof BadCertificate) return error.fault;
    throw error;
  }
}

async function certified(
  roster: Roster,
  member: Member,
  at: Moment | null,
): Promise<DeviceCertificate> {
  const certificate = named(member);
  try {
    await vouching(roster)(certificate, at);
  } catch (error) {
    throw error instanceof BadCertificate ? new NotAllowed("ghost") : error;
  }
  if (!equal(certificate.signatureKey, member.signatureKey)) throw new NotAllowed("ghost");
  return certificate;
}

async function checkSameDevice(
  roster: Roster,
  before: Member,
  after: Member,
  at: Moment,
): Promise<void> {
  // A renewed certificate is welcome; another device in the same leaf is not. Who is in
  // stays in when its certificate is over, but none comes in its place that is over too.
  const moment = equal(after.identity, before.identity) ? null : at;
  const old = await certified(roster, before, null);
  const now = await certified(roster, after, moment);
  if (old.professional !== now.professional || old.device !== now.device) {
    throw new NotAllowed("exchanged");
  }
}

function checkOnce(state: PublicState, change: Change): void {
  const gone = new Set(change.removed.map((member) => member.leaf));
  const staying = state.members.filter((member) => !gone.has(member.leaf));
  checkDistinct([...staying, ...change.added]);
}

function checkDistinct(members: readonly Member[]): void {
  const devices = new Set(members.map((member) => certificateOf(member.identity).device));
  if (devices.size !== members.length) throw new NotAllowed("twice");
}

async function checkRemovals(roster: Roster, change: Change): Promise<void> {
  const committer = (await certified(roster, change.committer, null)).professional;
  const owners = change.removed.map(ownerOf);
  if (change.external && (owners.length > 1 || owners.some((owner) => owner !== committer))) {
    throw new NotAllowed("external");
  }
  if (everCoordinated(roster, committer)) return;
  if (!owners.every((owner) => owner === committer || mayGo(roster, owner))) {
    throw new NotAllowed("removal");
  }
}

function ownerOf(member: Member): ProfessionalId | null {
  try {
    return certificateOf(member.identity).professional;
  } catch (error) {
    if (error instanceof BadCertificate) return null;
    throw error;
  }
}

function named(member: Member): DeviceCertificate {
  try {
    return certificateOf(member.identity);
  } catch (error) {
    throw error instanceof BadCertificate ? new NotAllowed("ghost") : error;
  }
}

function mayGo(roster: Roster, owner: ProfessionalId | null): boolean {
  return owner === null || roster.everHeld(owner).length === 0 || roster.everRemoved(owner);
}

function everCoordinated(roster: Roster, professional: ProfessionalId): boolean {
  return roster.statements.some(
    (one) =>
      one.action === "add" && one.role === COORDINATOR && one.professional === professional,
  );
}
