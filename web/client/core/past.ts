/**
 * What a device knows of a channel's past: the keys of epochs, and who held the leaves then.
 *
 * `history.ts` hands it to newcomers.
 */

import { KEY_LENGTH } from "./aes256.ts";
import type { Moment } from "./canonical.ts";
import { countOf, readCount, readMoment, writeCount, writeMoment } from "./canonical.ts";
import type { Member } from "./entry.ts";
import { DeviceCertificate } from "./identity.ts";
import type { Reader, Writer } from "./mls/codec.ts";
import { Malformed } from "./mls/codec.ts";
import { Secret } from "./mls/suite.ts";

/** The most epochs in one bundle; more go in several. */
export const MAX_EPOCHS = 512;
// Stands for "still there" where a last epoch is written.
const OPEN_END = 2n ** 64n - 1n;
/** The content key of an epoch (32 bytes) and when the epoch began (the server's clock). */
export class EpochKey {
  readonly epoch: number;
  readonly key: Secret;
  readonly began: Moment;

  constructor(given: Pick<EpochKey, "epoch" | "key" | "began">) {
    this.epoch = given.epoch;
    this.key = given.key;
    this.began = given.began;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writeCount(writer, this.epoch);
    writer.opaque(this.key);
    writeMoment(writer, this.began);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): EpochKey {
    return new EpochKey({
      epoch: readCount(reader),
      key: new Secret(reader.fixed(KEY_LENGTH)),
      began: readMoment(reader),
    });
  }
}

/** Which device held a leaf, from its first epoch to its last (null: it still does). */
export class Tenure {
  readonly leaf: number;
  readonly first: number;
  readonly last: number | null;
  readonly certificate: DeviceCertificate;

  constructor(given: Pick<Tenure, "leaf" | "first" | "last" | "certificate">) {
    this.leaf = given.leaf;
    this.first = given.first;
    this.last = given.last;
    this.certificate = given.certificate;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint32(this.leaf);
    writeCount(writer, this.first);
    writer.uint64(this.last === null ? OPEN_END : BigInt(this.last));
    writer.put(this.certificate);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Tenure {
    const [leaf, first, end] = [reader.uint32(), readCount(reader), reader.uint64()];
    const last = end === OPEN_END ? null : countOf(end);
    if (last !== null && last < first) throw new Malformed("a tenure that ends before it begins");
    return new Tenure({ leaf, first, last, certificate: DeviceCertificate.read(reader) });
  }

  /** Tell whether the device held the leaf at that epoch. */
  spans(epoch: number): boolean {
    return this.first <= epoch && (this.last === null || epoch <= this.last);
  }

  /** Return the holder, as a reader of entries wants to know it. */
  member(): Member {
    const { professional, device, signatureKey } = this.certificate;
    return { leaf: this.leaf, professional, device, signatureKey };
  }
}

/** What the giver hands over: keys of epochs, and who was there in them. */
export class Past {
  readonly epochs: readonly EpochKey[];
  readonly tenures: readonly Tenure[];

  constructor(given: Pick<Past, "epochs" | "tenures">) {
    this.epochs = given.epochs;
    this.tenures = given.tenures;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.vector(this.epochs).vector(this.tenures);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): Past {
    const past = new Past({
      epochs: reader.vector(EpochKey.read),
      tenures: reader.vector(Tenure.read),
    });
    const numbers = past.epochs.map((known) => known.epoch);
    const ordered = numbers.every((epoch, at) => at === 0 || epoch > (numbers[at - 1] ?? epoch));
    if (numbers.length > MAX_EPOCHS || !ordered) throw new Malformed("epochs out of order");
    return past;
  }
}
