/**
 * The past, handed to a newcomer: R9.
 *
 * MLS gives a new member nothing of what was said before. A member who was there seals
 * the content keys of the epochs that the circle's policy grants to the long-lived key in
 * the newcomer's certificate. With them go the certificates of those who held the leaves
 * then, so that every old entry is believed for its author's signature; the giver is
 * believed for nothing but the keys.
 */

import type { Moment } from "./canonical.ts";
import {
  decodeOr,
  isSignedBy,
  readId,
  readSuite,
  SIGNATURE_LENGTH,
  writeText,
} from "./canonical.ts";
import type { Device } from "./identity.ts";
import { BadCertificate, DeviceCertificate } from "./identity.ts";
import type { ChannelId, DeviceId } from "./ids.ts";
import type { Reader } from "./mls/codec.ts";
import { encode, Malformed, Writer } from "./mls/codec.ts";
import { BadTag, HpkeCiphertext, SUITE_1 } from "./mls/suite.ts";
import type { EpochKey, Tenure } from "./past.ts";
import { MAX_EPOCHS, Past } from "./past.ts";

export { EpochKey, MAX_EPOCHS, Past, Tenure } from "./past.ts";

const LABEL = "ronde history v1";
/** What the log takes in one item. */
export const MAX_BUNDLE = 1 << 16;
const MAX_PAST = 60_000;
const EMPTY = new Uint8Array();

/** Why a history bundle is refused. */
export type HistoryFault = "malformed" | "not_for_us" | "forged" | "unreadable";

/** A bundle that is not for this device, or that no member gave. */
export class BadHistory extends Error {
  readonly fault: HistoryFault;

  constructor(fault: HistoryFault) {
    super(fault);
    this.fault = fault;
  }
}

type BundleFields = Pick<
  HistoryBundle,
  "channel" | "recipient" | "giver" | "last" | "sealed" | "signature"
>;

/**
 * A past sealed to one device, and signed by the device that gives it.
 *
 * The recipient is in clear so that the others need not try; the giver's certificate
 * too, for the record. `last` tells all that the giver owes nothing more: until then
 * another must give if this one is removed.
 */
export class HistoryBundle {
  declare readonly channel: ChannelId;
  declare readonly recipient: DeviceId;
  declare readonly giver: DeviceCertificate;
  declare readonly last: boolean;
  declare readonly sealed: HpkeCiphertext;
  declare readonly signature: Uint8Array;

  constructor(given: BundleFields) {
    Object.assign(this, given);
  }

  /** Append the wire form: what is signed, then the signature. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form; says nothing about the signature. */
  static read(this: void, reader: Reader): HistoryBundle {
    readSuite(reader, SUITE_1.id);
    return new HistoryBundle({
      channel: readId(reader),
      recipient: readId(reader),
      giver: DeviceCertificate.read(reader),
      last: readFlag(reader),
      sealed: HpkeCiphertext.read(reader),
      signature: reader.fixed(SIGNATURE_LENGTH),
    });
  }

  /** Return the bytes that the giver's leaf key signs. */
  content(): Uint8Array {
    return new Writer().raw(this.context()).put(this.sealed).bytes();
  }

  /** Return the bytes that the sealing is bound to: channel, recipient, giver, last. */
  context(): Uint8Array {
    const writer = new Writer().uint16(SUITE_1.id);
    writeText(writer, this.channel);
    writeText(writer, this.recipient);
    return writer.put(this.giver).uint8(Number(this.last)).bytes();
  }

  /** Return the bytes that a `history` item carries. */
  encode(): Uint8Array {
    return encode(this);
  }

  /** Read a bundle without opening it; throws BadHistory if it is none, or too large. */
  static decode(this: void, data: Uint8Array): HistoryBundle {
    if (data.length > MAX_BUNDLE) throw malformed();
    return decodeOr(malformed, HistoryBundle.read, data);
  }
}

/**
 * Accepts a certificate that the circle's chain vouches for at a moment, or throws
 * BadCertificate; without a moment its term does not matter.
 */
export type Vouched = (certificate: DeviceCertificate, at: Moment | null) => Promise<void>;

/** Seal a past to the long-lived key in the recipient's certificate, signed by the giver. */
export async function seal(
  past: Past,
  given: { channel: ChannelId; recipient: DeviceCertificate; giver: Device; last?: boolean },
): Promise<HistoryBundle> {
  const { channel, recipient, giver, last = true } = given;
  const place = { channel, recipient: recipient.device, giver: giver.certificate, last };
  const empty = new HpkeCiphertext({ kemOutput: EMPTY, ciphertext: EMPTY });
  const unsigned = { signature: new Uint8Array(SIGNATURE_LENGTH) };
  const context = new HistoryBundle({ ...place, ...unsigned, sealed: empty }).context();
  const sealed = await SUITE_1.sealWithLabel(recipient.hpkeKey, LABEL, context, encode(past));
  const content = new HistoryBundle({ ...place, ...unsigned, sealed }).content();
  return new HistoryBundle({ ...place, sealed, signature: await giver.sign(LABEL, content) });
}

/**
 * Open a bundle for this device; keep only tenures that the circle's chain vouches for.
 *
 * Throws BadHistory: it is for another device or channel, the giver did not sign it or
 * never was in the circle, or a certificate inside is a stranger's.
 */
export async function open(
  bundle: HistoryBundle,
  { channel, device, vouched }: { channel: ChannelId; device: Device; vouched: Vouched },
): Promise<Past> {
  if (bundle.channel !== channel || bundle.recipient !== device.id) {
    throw new BadHistory("not_for_us");
  }
  await checkGiver(bundle, vouched);
  const past = decodeOr(malformed, Past.read, await unsealed(bundle, device));
  for (const tenure of past.tenures) {
    await believed(tenure.certificate, vouched);
  }
  return past;
}

/** Cut a long past into pieces that fit a bundle, each with the tenures its epochs need. */
export function split(epochs: Iterable<EpochKey>, tenures: Iterable<Tenure>): readonly Past[] {
  const known = [...epochs].sort((one, other) => one.epoch - other.epoch);
  const holders = [...tenures];
  const pieces = Array.from({ length: Math.ceil(known.length / MAX_EPOCHS) }, (_, piece) =>
    known.slice(piece * MAX_EPOCHS, (piece + 1) * MAX_EPOCHS),
  );
  return pieces.flatMap((piece) => fitting(piece, holders));
}

function fitting(epochs: readonly EpochKey[], tenures: readonly Tenure[]): readonly Past[] {
  const holders = tenures.filter((one) => overlaps(one, epochs));
  const past = new Past({ epochs, tenures: holders });
  if (epochs.length === 1 || encode(past).length <= MAX_PAST) return [past];
  const half = Math.floor(epochs.length / 2);
  return [...fitting(epochs.slice(0, half), holders), ...fitting(epochs.slice(half), holders)];
}

function overlaps(tenure: Tenure, epochs: readonly EpochKey[]): boolean {
  const [first, last] = [epochs[0]?.epoch ?? 0, epochs.at(-1)?.epoch ?? 0];
  return tenure.first <= last && (tenure.last === null || tenure.last >= first);
}

function readFlag(reader: Reader): boolean {
  const flag = reader.uint8();
  if (flag > 1) throw new Malformed("a flag is 0 or 1");
  return flag === 1;
}

/**
 * Accept a bundle, whomever it is for, as given by the device it names.
 *
 * Throws BadHistory: that device did not sign it, or never was in the circle.
 */
export async function checkGiver(bundle: HistoryBundle, vouched: Vouched): Promise<void> {
  await believed(bundle.giver, vouched);
  const { signatureKey } = bundle.giver;
  if (!(await isSignedBy(signatureKey, LABEL, bundle.content(), bundle.signature))) {
    throw new BadHistory("forged");
  }
}

async function believed(certificate: DeviceCertificate, vouched: Vouched): Promise<void> {
  try {
    await vouched(certificate, null);
  } catch (error) {
    throw error instanceof BadCertificate ? new BadHistory("forged") : error;
  }
}

async function unsealed(bundle: HistoryBundle, device: Device): Promise<Uint8Array> {
  const own = device.hpkeKey.private;
  try {
    return await SUITE_1.openWithLabel(own, LABEL, bundle.context(), bundle.sealed);
  } catch (error) {
    throw error instanceof BadTag ? new BadHistory("unreadable") : error;
  }
}

function malformed(): BadHistory {
  return new BadHistory("malformed");
}
