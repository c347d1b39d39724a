/**
 * The circle's signed, hash-chained membership log: R2 of the protocol.
 *
 * The server keeps the chain and may withhold or replay it, but cannot write it: each
 * statement names its circle, its place and the hash of the one before, and is signed
 * by a device of a coordinator whom the chain itself made one. Whoever holds the chain
 * knows the roster, and a client without a valid chain refuses to go on.
 */

import type { Moment } from "./canonical.ts";
import { decodeOr, isSignedBy, SIGNATURE_LENGTH } from "./canonical.ts";
import { BadCertificate } from "./identity.ts";
import type { Device } from "./identity.ts";
import type { CircleId, ProfessionalId } from "./ids.ts";
import { equal } from "./mls/suite.ts";
import { HistoryGrant, LABEL, NO_PREVIOUS, Statement, statementHash } from "./statement.ts";

/** The role whose holders may write the chain. */
export const COORDINATOR = "coordinator";
export const MAX_STATEMENTS = 10_000;

/** Why a chain is refused. */
export type ChainFault =
  | "empty"
  | "malformed"
  | "wrong_circle"
  | "wrong_index"
  | "broken_link"
  | "backwards"
  | "wrong_signer"
  | "forged"
  | "already_active"
  | "not_active"
  | "last_coordinator";

/** A membership chain that no honest coordinator and server can have made. */
export class BadChain extends Error {
  readonly fault: ChainFault;

  constructor(fault: ChainFault) {
    super(fault);
    this.fault = fault;
  }
}

/** The professional is not an active member of the circle. */
export class NotOnRoster extends Error {}

/** One active member of a circle: since which statement, under which identity key. */
export type Seat = {
  readonly professional: ProfessionalId;
  readonly identityKey: Uint8Array;
  readonly role: string;
  readonly history: HistoryGrant;
  readonly sinceIndex: number;
  readonly since: Moment;
};

type RosterFields = Pick<Roster, "circle"> &
  Partial<Pick<Roster, "active" | "statements" | "heads">>;

/**
 * What a verified chain says: who is in the circle now, and who ever was.
 *
 * `head` is the hash of the last statement; with the length it names the chain.
 */
export class Roster {
  readonly circle: CircleId;
  readonly active: ReadonlyMap<ProfessionalId, Seat>;
  readonly statements: readonly Statement[];
  readonly heads: readonly Uint8Array[];

  constructor(given: RosterFields) {
    this.circle = given.circle;
    this.active = given.active ?? new Map<ProfessionalId, Seat>();
    this.statements = given.statements ?? [];
    this.heads = given.heads ?? [];
  }

  /** Hash of the last statement; 32 zero bytes before the first. */
  get head(): Uint8Array {
    return this.heads.at(-1) ?? NO_PREVIOUS;
  }

  /** Active members who may write the chain. */
  get coordinators(): ReadonlySet<ProfessionalId> {
    const seats = [...this.active.values()].filter((seat) => seat.role === COORDINATOR);
    return new Set(seats.map((seat) => seat.professional));
  }

  /** Return an active member's seat; throws NotOnRoster if the professional is not active. */
  seat(professional: ProfessionalId): Seat {
    const seat = this.active.get(professional);
    if (seat === undefined) throw new NotOnRoster();
    return seat;
  }

  /** List the identity keys under which the professional was ever added. */
  everHeld(professional: ProfessionalId): readonly Uint8Array[] {
    return this.statements
      .filter((one) => one.action === "add" && one.professional === professional)
      .map((one) => one.identityKey);
  }

  /** Tell whether the professional was a coordinator by the first `length` statements. */
  coordinated(professional: ProfessionalId, length: number): boolean {
    const seen = this.statements.slice(0, length);
    const last = seen.findLast((one) => one.professional === professional);
    return last?.action === "add" && last.role === COORDINATOR;
  }

  /** Tell whether the chain ever removed the professional. */
  everRemoved(professional: ProfessionalId): boolean {
    return this.statements.some(
      (one) => one.action === "remove" && one.professional === professional,
    );
  }
}

type Signing = { readonly signer: Device; readonly now: Moment };
type Said = Pick<Statement, "action" | "professional" | "role" | "identityKey" | "history">;

/** Sign a circle's first statement: the coordinator adds herself. */
export function found(
  circle: CircleId,
  identityKey: Uint8Array,
  signing: Signing,
): Promise<Statement> {
  return signed(new Roster({ circle }), signing, {
    action: "add",
    professional: signing.signer.professional,
    role: COORDINATOR,
    identityKey,
    history: new HistoryGrant(),
  });
}

/**
 * Sign the statement that adds a professional.
 *
 * Throws BadChain: the chain could not take it: active already, or the signer may not.
 */
export async function admit(
  roster: Roster,
  professional: ProfessionalId,
  { signer, now, ...given }: Pick<Said, "role" | "identityKey" | "history"> & Signing,
): Promise<Statement> {
  const said = { action: "add", professional, ...given } as const;
  const statement = await signed(roster, { signer, now }, said);
  await append(roster, statement.encode());
  return statement;
}

/**
 * Sign the statement that removes a professional.
 *
 * Throws NotOnRoster: there is nobody to remove. BadChain: the chain could not take it:
 * the last coordinator, or the signer may not.
 */
export async function dismiss(
  roster: Roster,
  professional: ProfessionalId,
  signing: Signing,
): Promise<Statement> {
  const { role, identityKey, history } = roster.seat(professional);
  const said = { action: "remove", professional, role, identityKey, history } as const;
  const statement = await signed(roster, signing, said);
  await append(roster, statement.encode());
  return statement;
}

/**
 * Check a chain from its first statement and return the roster it ends in.
 *
 * `trusted` is the founding coordinator's identity key (32 bytes) where it is known;
 * without it the genesis is taken at its word and the caller pins what it names.
 *
 * Throws BadChain: a statement is not what honest signers would have written there.
 */
export async function verifyChain(
  chain: readonly Uint8Array[],
  circle: CircleId,
  trusted: Uint8Array | null = null,
): Promise<Roster> {
  if (chain.length === 0) throw new BadChain("empty");
  let roster = new Roster({ circle });
  for (const encoded of chain) {
    roster = await append(roster, encoded);
  }
  const founder = roster.statements[0]?.identityKey;
  if (trusted !== null && (founder === undefined || !equal(founder, trusted))) {
    throw new BadChain("wrong_signer");
  }
  return roster;
}

/**
 * Check one more statement against all before it and return the roster it makes.
 *
 * Throws BadChain: it does not follow.
 */
export async function append(roster: Roster, encoded: Uint8Array): Promise<Roster> {
  const statement = decodeOr(() => new BadChain("malformed"), Statement.read, encoded);
  checkPlace(roster, statement);
  await checkSigner(roster, statement);
  return new Roster({
    circle: roster.circle,
    active: seated(roster, statement),
    statements: [...roster.statements, statement],
    heads: [...roster.heads, statementHash(encoded)],
  });
}

/** Tell whether a chain continues the one we know; if not, it was rolled back or forked. */
export function extendsChain(old: readonly Uint8Array[], next: readonly Uint8Array[]): boolean {
  return next.length >= old.length && old.every((one, at) => equal(one, next[at] ?? NO_PREVIOUS));
}

async function signed(roster: Roster, { signer, now }: Signing, said: Said): Promise<Statement> {
  const latest = roster.statements.at(-1)?.at ?? now;
  const fields = {
    ...said,
    circle: roster.circle,
    index: roster.statements.length,
    previous: roster.head,
    at: Math.max(now, latest),
    signer: signer.professional,
    signerDevice: signer.id,
    signerCertificate: signer.certificate,
  };
  const unsigned = new Statement({ ...fields, signature: new Uint8Array(SIGNATURE_LENGTH) });
  return new Statement({ ...fields, signature: await signer.sign(LABEL, unsigned.content()) });
}

function checkPlace(roster: Roster, statement: Statement): void {
  const index = roster.statements.length;
  if (statement.circle !== roster.circle) throw new BadChain("wrong_circle");
  if (statement.index !== index || index >= MAX_STATEMENTS) throw new BadChain("wrong_index");
  if (!equal(statement.previous, roster.head)) throw new BadChain("broken_link");
  const before = roster.statements.at(-1);
  if (before !== undefined && statement.at < before.at) throw new BadChain("backwards");
}

async function checkSigner(roster: Roster, statement: Statement): Promise<void> {
  const certificate = statement.signerCertificate;
  const { professional, device } = certificate;
  if (professional !== statement.signer || device !== statement.signerDevice) {
    throw new BadChain("wrong_signer");
  }
  try {
    await certificate.verify(signingIdentity(roster, statement), statement.at);
  } catch (error) {
    throw error instanceof BadCertificate ? new BadChain("forged") : error;
  }
  const { signatureKey } = certificate;
  if (!(await isSignedBy(signatureKey, LABEL, statement.content(), statement.signature))) {
    throw new BadChain("forged");
  }
}

function signingIdentity(roster: Roster, statement: Statement): Uint8Array {
  if (roster.statements.length === 0) {
    if (statement.signer !== statement.professional || statement.role !== COORDINATOR) {
      throw new BadChain("wrong_signer");
    }
    return statement.identityKey;
  }
  const seat = roster.active.get(statement.signer);
  if (seat?.role !== COORDINATOR) throw new BadChain("wrong_signer");
  return seat.identityKey;
}

function seated(roster: Roster, statement: Statement): ReadonlyMap<ProfessionalId, Seat> {
  const active = new Map(roster.active);
  const { professional, identityKey, role, history } = statement;
  if (statement.action === "remove") {
    checkRemoval(roster, statement);
    active.delete(professional);
    return active;
  }
  if (active.has(professional)) throw new BadChain("already_active");
  const since = { sinceIndex: statement.index, since: statement.at };
  return active.set(professional, { professional, identityKey, role, history, ...since });
}

function checkRemoval(roster: Roster, { professional, identityKey }: Statement): void {
  const seat = roster.active.get(professional);
  if (seat === undefined || !equal(seat.identityKey, identityKey)) throw new BadChain("not_active");
  if (roster.coordinators.size === 1 && roster.coordinators.has(professional)) {
    throw new BadChain("last_coordinator");
  }
}
