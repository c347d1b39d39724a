/**
 * What a session holds and seldom needs, as it was written: its groups, its key packages.
 *
 * To read and to write, a group is asked for its epoch, our leaf and what members compare;
 * that much is read out of the written form. All else (the tree, the private keys, and the
 * code for them) is opened when the group changes, and judged then. Nobody but this device
 * writes that form, inside its own sealed store.
 */

import type { Encodable, Writer } from "../mls/codec.ts";
import { concat, encode, Malformed, ownReader } from "../mls/codec.ts";
import type { Group } from "../mls/group.ts";
import { GroupContext } from "../mls/group_context.ts";
import type { KeyPackageSecrets } from "../mls/key_package.ts";
import { Secret, suiteOf } from "../mls/suite.ts";

const GROUP_FORM = 1;
const EMPTY = new Uint8Array();

/** A group as `Group.encode` wrote it. */
export class GroupAtRest {
  readonly #data: Uint8Array;
  readonly #context: GroupContext;
  readonly #epochSecret: Secret;
  #awake: Promise<Group> | null = null;
  /** Where we stand in the tree. */
  readonly leaf: number;

  /** Reads what `Group.encode` wrote; throws Malformed where it is something else. */
  constructor(data: Uint8Array) {
    const reader = ownReader(data);
    if (reader.uint8() !== GROUP_FORM) {
      throw new Malformed("a group written in another form");
    }
    this.#data = data;
    this.#context = GroupContext.read(reader);
    // The tree and the confirmation tag; then our leaf, our keys, the secret, the signing key.
    reader.opaque();
    reader.opaque();
    this.leaf = reader.uint32();
    reader.opaque();
    this.#epochSecret = new Secret(reader.opaque());
    reader.opaque();
    reader.end();
  }

  /** Lays a group to rest; it wakes as it is. */
  static of(group: Group): GroupAtRest {
    const resting = new GroupAtRest(group.encode());
    resting.#awake = Promise.resolve(group);
    return resting;
  }

  /** Number of commits since the group began. */
  get epoch(): bigint {
    return this.#context.epoch;
  }

  /** 32 bytes that fix all commits so far; not secret, for comparing with others (R11). */
  get confirmedTranscriptHash(): Uint8Array {
    return this.#context.confirmedTranscriptHash;
  }

  /** 32 bytes that two members share if and only if they see the same group. */
  get authenticator(): Secret {
    const suite = suiteOf(this.#context.cipherSuite);
    return suite.deriveSecret(this.#epochSecret, "authentication");
  }

  /** Returns the bytes for our own vault: they hold secrets. */
  encode(): Uint8Array {
    return this.#data;
  }

  /**
   * Opens the whole of it.
   *
   * @throws Malformed: Its parts do not belong together.
   * @throws Unconfirmed: Its secrets are not those of its epoch.
   */
  awake(): Promise<Group> {
    this.#awake ??= import("./changing.ts").then(({ Group }) => Group.decode(this.#data));
    return this.#awake;
  }
}

/** A device's key packages with their private keys, as they were written one after another. */
export class PackagesAtRest implements Encodable {
  readonly #data: Uint8Array;

  constructor(data: Uint8Array = EMPTY) {
    this.#data = data;
  }

  /** Lays key packages to rest. */
  static of(packages: readonly KeyPackageSecrets[]): PackagesAtRest {
    return new PackagesAtRest(concat(...packages.map(encode)));
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.#data);
  }

  /** Opens them, oldest first; throws Malformed where they are something else. */
  async awake(): Promise<readonly KeyPackageSecrets[]> {
    const { KeyPackageSecrets } = await import("./changing.ts");
    const reader = ownReader(this.#data);
    const packages: KeyPackageSecrets[] = [];
    while (reader.position < this.#data.length) {
      packages.push(KeyPackageSecrets.read(reader));
    }
    return packages;
  }
}
