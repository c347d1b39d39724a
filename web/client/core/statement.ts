/**
 * One line of a circle's membership log, as it is signed and as it travels: R2.
 *
 * What a line may say is here; whether it may follow the lines before it is
 * `membership.ts`'s.
 */

import type { Moment } from "./canonical.ts";
import {
  HASH_LENGTH,
  KEY_LENGTH,
  readId,
  readMoment,
  readText,
  SIGNATURE_LENGTH,
  writeMoment,
  writeText,
} from "./canonical.ts";
import { DeviceCertificate } from "./identity.ts";
import type { CircleId, DeviceId, ProfessionalId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { encode, Malformed, Writer } from "./mls/codec.ts";
import { SUITE_1 } from "./mls/suite.ts";

export const LABEL = "ronde membership v1";
export const NO_PREVIOUS = new Uint8Array(HASH_LENGTH);
export const MAX_ROLE = 64;

// What stands for each on the wire is its place here.
const ACTIONS = ["add", "remove"] as const;
const POLICIES = ["all", "since", "joining"] as const;

/** What a statement does to the roster. */
export type Action = (typeof ACTIONS)[number];

/** How far back a newcomer may read: R9. */
export type HistoryPolicy = (typeof POLICIES)[number];

/** What a newcomer is given of the past; `since` is a moment under "since", else null. */
export class HistoryGrant {
  readonly policy: HistoryPolicy;
  readonly since: Moment | null;

  constructor(policy: HistoryPolicy = "all", since: Moment | null = null) {
    if ((policy === "since") !== (since !== null)) {
      throw new RangeError("a date belongs to the policy that needs one, and to no other");
    }
    this.policy = policy;
    this.since = since;
  }

  /** Append the wire form: a code, then the moment where there is one. */
  write(writer: Writer): void {
    writer.uint8(POLICIES.indexOf(this.policy));
    if (this.since !== null) {
      writeMoment(writer, this.since);
    }
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): HistoryGrant {
    const policy = coded(POLICIES, reader);
    return new HistoryGrant(policy, policy === "since" ? readMoment(reader) : null);
  }

  /**
   * Tell whether an epoch that began then may be handed over.
   *
   * Under "since" an epoch that straddles the date is withheld whole: its key opens
   * what came before the date as well.
   */
  covers(began: Moment): boolean {
    return this.policy === "all" || (this.since !== null && began >= this.since);
  }
}

type StatementFields = Omit<Statement, "write" | "content" | "encode">;

/** One signed line of a circle's membership log. */
export class Statement {
  declare readonly circle: CircleId;
  declare readonly index: number;
  declare readonly previous: Uint8Array;
  declare readonly action: Action;
  declare readonly professional: ProfessionalId;
  declare readonly role: string;
  declare readonly identityKey: Uint8Array;
  declare readonly history: HistoryGrant;
  declare readonly at: Moment;
  declare readonly signer: ProfessionalId;
  declare readonly signerDevice: DeviceId;
  declare readonly signerCertificate: DeviceCertificate;
  declare readonly signature: Uint8Array;

  constructor(given: StatementFields) {
    Object.assign(this, given);
  }

  /** Append the wire form: what is signed, then the signature. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form; says nothing about signature or place. */
  static read(this: void, reader: Reader): Statement {
    return new Statement({
      circle: readId(reader),
      index: reader.uint32(),
      previous: reader.fixed(HASH_LENGTH),
      action: coded(ACTIONS, reader),
      professional: readId(reader),
      role: readText(reader, { limit: MAX_ROLE }),
      identityKey: reader.fixed(KEY_LENGTH),
      history: HistoryGrant.read(reader),
      at: readMoment(reader),
      signer: readId(reader),
      signerDevice: readId(reader),
      signerCertificate: DeviceCertificate.read(reader),
      signature: reader.fixed(SIGNATURE_LENGTH),
    });
  }

  /** Return the bytes that the signer's device signs. */
  content(): Uint8Array {
    const writer = new Writer();
    writeText(writer, this.circle);
    writer.uint32(this.index).opaque(this.previous);
    writer.uint8(ACTIONS.indexOf(this.action));
    writeText(writer, this.professional);
    writeText(writer, this.role);
    writer.opaque(this.identityKey).put(this.history);
    writeMoment(writer, this.at);
    writeText(writer, this.signer);
    writeText(writer, this.signerDevice);
    return writer.put(this.signerCertificate).bytes();
  }

  /** Return the bytes that go into the chain. */
  encode(): Uint8Array {
    return encode(this);
  }
}

/** Hash a statement, signature included: 32 bytes. */
export function statementHash(encoded: Uint8Array): Uint8Array {
  return SUITE_1.refHash("ronde membership hash v1", encoded);
}

function coded<T>(known: readonly T[], reader: Reader): T {
  const meant = known[reader.uint8()];
  if (meant === undefined) throw new Malformed("a code that stands for nothing");
  return meant;
}
