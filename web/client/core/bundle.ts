/**
 * What opens or advances a channel's group, stored by the server as one thing.
 *
 * A commit, the Welcome for those it adds and the GroupInfo of the epoch it makes are
 * accepted together or not at all (R5): a newcomer never sees a commit whose Welcome got
 * lost, and the delivery service can always rebuild its public tree.
 */

import { Blob, decodeOr, HASH_LENGTH, readSuite } from "./canonical.ts";
import type { Reader, Writer } from "./mls/codec.ts";
import { encode } from "./mls/codec.ts";
import { standsTwice, SUITE_1 } from "./mls/suite.ts";

/** A tree of 100 devices is some 70 kB, and stands in the Welcome and in the GroupInfo. */
export const MAX_BUNDLE = 1 << 20;
export const MAX_KEY_PACKAGES = 200;

/** The bytes are no bundle, or one larger than any group of ours needs. */
export class BadBundle extends Error {}

type BundleFields = Pick<Bundle, "groupInfo"> &
  Partial<Pick<Bundle, "commit" | "welcome" | "keyPackages">>;

/**
 * A commit with all that goes with it; without a commit, the creation of a group.
 *
 * `commit`, `welcome` and `groupInfo` are encoded MLSMessages (RFC 9420, section 6);
 * `keyPackages` are the 32-byte references (section 5.2) of those the commit adds.
 */
export class Bundle {
  readonly groupInfo: Uint8Array;
  readonly commit: Uint8Array | null;
  readonly welcome: Uint8Array | null;
  readonly keyPackages: readonly Uint8Array[];

  constructor(given: BundleFields) {
    this.groupInfo = given.groupInfo;
    this.commit = given.commit ?? null;
    this.welcome = given.welcome ?? null;
    this.keyPackages = given.keyPackages ?? [];
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(SUITE_1.id);
    for (const message of [this.commit, this.welcome]) {
      writer.optional(message && new Blob(message));
    }
    writer.opaque(this.groupInfo);
    writer.vector(this.keyPackages.map((reference) => new Blob(reference)));
  }

  /** Take the wire form; the messages inside are not looked at. */
  static read(this: void, reader: Reader): Bundle {
    readSuite(reader, SUITE_1.id);
    return new Bundle({
      commit: reader.optional(Blob.read)?.data ?? null,
      welcome: reader.optional(Blob.read)?.data ?? null,
      groupInfo: reader.opaque(),
      keyPackages: reader.vector((inner) => inner.fixed(HASH_LENGTH)),
    });
  }

  /**
   * Return the bytes that a `create` or `commit` item carries.
   *
   * Throws BadBundle: it is larger than the server would take, or adds too many at once.
   */
  encode(): Uint8Array {
    const data = encode(this);
    if (data.length > MAX_BUNDLE || this.keyPackages.length > MAX_KEY_PACKAGES) {
      throw new BadBundle("a bundle that is too large");
    }
    return data;
  }

  /**
   * Read a bundle: a Welcome exactly where key packages are used, both under a commit.
   *
   * Throws BadBundle: it is not one, or too large.
   */
  static decode(this: void, data: Uint8Array): Bundle {
    if (data.length > MAX_BUNDLE) throw new BadBundle("a bundle that is too large");
    const bundle = decodeOr(() => new BadBundle("no bundle"), Bundle.read, data);
    const used = bundle.keyPackages;
    if (used.length > MAX_KEY_PACKAGES || standsTwice(used)) {
      throw new BadBundle("key packages without number");
    }
    const welcomes = bundle.welcome !== null;
    if (welcomes !== used.length > 0 || (welcomes && bundle.commit === null)) {
      throw new BadBundle("a welcome without newcomers");
    }
    return bundle;
  }
}
