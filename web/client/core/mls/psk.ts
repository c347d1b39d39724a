/**
 * Pre-shared keys: their names, and the secret they come to. RFC 9420, section 8.4.
 *
 * Ronde injects none and `Group` refuses commits and Welcomes that do; the parsers must
 * still know them to say so, and the official vectors use them.
 */

import type { Reader } from "./codec.ts";
import { encode, Malformed, Writer } from "./codec.ts";
import type { Suite } from "./suite.ts";
import { Secret } from "./suite.ts";

/** What the secret of an earlier epoch is brought back for. */
export const ResumptionUsage = { APPLICATION: 1, REINIT: 2, BRANCH: 3 } as const;
export type ResumptionUsage = (typeof ResumptionUsage)[keyof typeof ResumptionUsage];

const EXTERNAL = 1;
const RESUMPTION = 2;

/** The name of a key agreed on elsewhere, and the nonce of this one use. */
export class ExternalPskId {
  declare readonly pskId: Uint8Array;
  declare readonly nonce: Uint8Array;

  constructor(given: Pick<ExternalPskId, "pskId" | "nonce">) {
    Object.assign(this, given);
  }

  /** Append the wire form of the PreSharedKeyID. */
  write(writer: Writer): void {
    writer.uint8(EXTERNAL).opaque(this.pskId).opaque(this.nonce);
  }
}

/** The group and epoch whose `resumptionPsk` is meant, and the nonce of this one use. */
export class ResumptionPskId {
  declare readonly usage: ResumptionUsage;
  declare readonly groupId: Uint8Array;
  declare readonly epoch: bigint;
  declare readonly nonce: Uint8Array;

  constructor(given: Pick<ResumptionPskId, "usage" | "groupId" | "epoch" | "nonce">) {
    Object.assign(this, given);
  }

  /** Append the wire form of the PreSharedKeyID. */
  write(writer: Writer): void {
    writer.uint8(RESUMPTION).uint8(this.usage).opaque(this.groupId);
    writer.uint64(this.epoch).opaque(this.nonce);
  }
}

export type PreSharedKeyId = ExternalPskId | ResumptionPskId;

/** A name with the key it stands for. */
export type PreSharedKey = { readonly id: PreSharedKeyId; readonly secret: Secret };

/**
 * Take a PreSharedKeyID.
 *
 * Throws Malformed: the type or the usage is none that RFC 9420 defines.
 */
export function readPskId(reader: Reader): PreSharedKeyId {
  const kind = reader.uint8();
  if (kind === EXTERNAL) {
    return new ExternalPskId({ pskId: reader.opaque(), nonce: reader.opaque() });
  }
  if (kind !== RESUMPTION) {
    throw new Malformed("no such type of pre-shared key");
  }
  return new ResumptionPskId({
    usage: reader.enum8(ResumptionUsage),
    groupId: reader.opaque(),
    epoch: reader.uint64(),
    nonce: reader.opaque(),
  });
}

/** Chain keys into the one secret the key schedule takes; without keys it is all zeros. */
export function pskSecret(suite: Suite, keys: readonly PreSharedKey[]): Secret {
  const zeros = new Secret(suite.hashLength);
  let secret = zeros;
  for (const [index, key] of keys.entries()) {
    const label = new Writer().raw(encode(key.id)).uint16(index).uint16(keys.length).bytes();
    const extracted = suite.extract(zeros, key.secret);
    const step = suite.expandWithLabel(extracted, "derived psk", label, suite.hashLength);
    secret = suite.extract(step, secret);
  }
  return secret;
}
