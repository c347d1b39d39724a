/** One client's appearance in a group, signed by it: RFC 9420, sections 7.2 and 7.3. */

import { Capabilities } from "./capabilities.ts";
import type { Reader } from "./codec.ts";
import { replace, Writer } from "./codec.ts";
import { Credential } from "./credential.ts";
import type { Extension } from "./extensions.ts";
import { readExtensions, readRequired } from "./extensions.ts";
import type { LifetimePolicy } from "./lifetime.ts";
import { Lifetime } from "./lifetime.ts";
import { Refused } from "./refused.ts";
import { LeafNodeSource, ProtocolVersion } from "./registry.ts";
import type { Suite } from "./suite.ts";

/**
 * Ours take some 600 bytes. A member who could blow its leaf up would make every later
 * GroupInfo too large to be sent, and so keep everybody else from committing.
 */
export const MAX_LEAF = 1 << 13;

const LABEL = "LeafNodeTBS";

/** A leaf breaks a rule of RFC 9420, section 7.3. */
export class InvalidLeaf extends Refused {}

type Fields = {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  readonly lifetime?: Lifetime | null;
  readonly parentHash?: Uint8Array | null;
  readonly extensions?: readonly Extension[];
  readonly signature?: Uint8Array;
};

/** A leaf; `lifetime` is there for key packages only, `parentHash` for commits only. */
export class LeafNode {
  declare readonly encryptionKey: Uint8Array;
  declare readonly signatureKey: Uint8Array;
  declare readonly credential: Credential;
  declare readonly capabilities: Capabilities;
  declare readonly source: LeafNodeSource;
  readonly lifetime: Lifetime | null = null;
  readonly parentHash: Uint8Array | null = null;
  readonly extensions: readonly Extension[] = [];
  readonly signature: Uint8Array = new Uint8Array();
  // The bytes before the signature, once known: they are hashed, verified and sent often.
  #content: Uint8Array | null = null;

  constructor(given: Fields) {
    Object.assign(this, given);
  }

  /** Return the wire form without the signature. */
  content(): Uint8Array {
    this.#content ??= this.#encodeContent();
    return this.#content;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): LeafNode {
    const start = reader.position;
    const [encryptionKey, signatureKey] = [reader.opaque(), reader.opaque()];
    const [credential, capabilities] = [Credential.read(reader), Capabilities.read(reader)];
    const source = reader.enum8(LeafNodeSource);
    const lifetime = source === LeafNodeSource.KEY_PACKAGE ? Lifetime.read(reader) : null;
    const parentHash = source === LeafNodeSource.COMMIT ? reader.opaque() : null;
    const extensions = readExtensions(reader);
    const content = reader.since(start);
    const leaf = new LeafNode({
      encryptionKey,
      signatureKey,
      credential,
      capabilities,
      source,
      lifetime,
      parentHash,
      extensions,
      signature: reader.opaque(),
    });
    leaf.#content = content;
    return leaf;
  }

  #encodeContent(): Uint8Array {
    const writer = new Writer().opaque(this.encryptionKey).opaque(this.signatureKey);
    writer.put(this.credential).put(this.capabilities).uint8(this.source);
    if (this.lifetime !== null) {
      writer.put(this.lifetime);
    }
    if (this.parentHash !== null) {
      writer.opaque(this.parentHash);
    }
    return writer.vector(this.extensions).bytes();
  }
}

/** Where a leaf stands: part of what its signature covers, unless it is a key package's. */
export type LeafPlace = { readonly groupId: Uint8Array; readonly leaf: number };

/** Return the leaf with its owner's signature; a key package's leaf has no place yet. */
export async function signLeaf(
  suite: Suite,
  leaf: LeafNode,
  key: Uint8Array,
  place: LeafPlace | null,
): Promise<LeafNode> {
  const signature = await suite.signWithLabel(key, LABEL, signed(leaf, place));
  return replace(leaf, { signature });
}

/**
 * Accept the signature of a leaf.
 *
 * Throws BadSignature: its owner did not sign it, or not for this place. InvalidLeaf: it
 * came with a commit or an update, and no place is given.
 */
export async function verifyLeaf(
  suite: Suite,
  leaf: LeafNode,
  place: LeafPlace | null,
): Promise<void> {
  await suite.verifyWithLabel(leaf.signatureKey, LABEL, signed(leaf, place), leaf.signature);
}

/**
 * Accept a leaf by itself: all of section 7.3 but its source and its uniqueness.
 *
 * That all members support each other's credential types needs no look at the others:
 * the reader knows basic credentials only, and each leaf must list its own type.
 *
 * Throws InvalidLeaf: it breaks a rule. BadSignature: its owner did not sign it. BadKey:
 * nobody could seal to its encryption key. Expired: its key package is used outside its
 * lifetime. LivesTooLong: its key package claims more time than is granted.
 */
export async function checkLeaf(
  suite: Suite,
  leaf: LeafNode,
  place: LeafPlace | null,
  asked: {
    readonly groupExtensions: readonly Extension[];
    readonly lifetimes: LifetimePolicy | null;
  },
): Promise<void> {
  if (leaf.content().length > MAX_LEAF) {
    throw new InvalidLeaf("it is larger than any of ours");
  }
  checkCapabilities(suite, leaf, asked.groupExtensions);
  suite.checkPublicKey(leaf.encryptionKey);
  if (leaf.lifetime !== null) {
    asked.lifetimes?.check(leaf.lifetime);
  }
  await verifyLeaf(suite, leaf, place);
}

/**
 * Accept what a leaf says its client can do, in a group with these extensions.
 *
 * Throws InvalidLeaf: it does not list what it uses, or lacks what the group asks for.
 */
export function checkCapabilities(suite: Suite, leaf: LeafNode, group: readonly Extension[]): void {
  const can = leaf.capabilities;
  if (!can.versions.includes(ProtocolVersion.MLS10) || !can.cipherSuites.includes(suite.id)) {
    throw new InvalidLeaf("it does not list the group's version and suite");
  }
  if (!can.credentials.includes(leaf.credential.type)) {
    throw new InvalidLeaf("it does not list its own type of credential");
  }
  if (![...leaf.extensions, ...group].every((each) => can.supportExtension(each.type))) {
    throw new InvalidLeaf("it does not list an extension in use");
  }
  if (!can.satisfy(readRequired(group))) {
    throw new InvalidLeaf("it lacks what the group requires");
  }
}

function signed(leaf: LeafNode, place: LeafPlace | null): Uint8Array {
  if (leaf.source === LeafNodeSource.KEY_PACKAGE) {
    return leaf.content();
  }
  if (place === null) {
    throw new InvalidLeaf("a leaf of a group outside of any group");
  }
  return new Writer().raw(leaf.content()).opaque(place.groupId).uint32(place.leaf).bytes();
}
