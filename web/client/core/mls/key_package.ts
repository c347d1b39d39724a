/** What a client leaves behind so that others can add it while it is away: RFC 9420, section 10. */

import { ours } from "./capabilities.ts";
import type { Reader } from "./codec.ts";
import { encode, replace, Writer } from "./codec.ts";
import type { Credential } from "./credential.ts";
import type { Extension } from "./extensions.ts";
import { readExtensions } from "./extensions.ts";
import { checkLeaf, LeafNode, signLeaf } from "./leaf_node.ts";
import type { Lifetime, LifetimePolicy } from "./lifetime.ts";
import { Refused } from "./refused.ts";
import { LeafNodeSource, ProtocolVersion } from "./registry.ts";
import type { KeyPair, Suite } from "./suite.ts";
import { equal, Secret, suiteOf } from "./suite.ts";

const LABEL = "KeyPackageTBS";
const PRIVATE_KEY_LENGTH = 32;
const REFERENCE_LABEL = "MLS 1.0 KeyPackage Reference";

/** A key package breaks a rule of RFC 9420, section 10.1. */
export class InvalidKeyPackage extends Refused {}

type Fields = {
  readonly cipherSuite: number;
  readonly initKey: Uint8Array;
  readonly leafNode: LeafNode;
  readonly extensions?: readonly Extension[];
  readonly signature?: Uint8Array;
};

/** A signed leaf with the key that the Welcome will be sealed to. */
export class KeyPackage {
  declare readonly cipherSuite: number;
  declare readonly initKey: Uint8Array;
  declare readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[] = [];
  readonly signature: Uint8Array = new Uint8Array();
  // The bytes before the signature, once known.
  #content: Uint8Array | null = null;

  constructor(given: Fields) {
    Object.assign(this, given);
  }

  /** Return the wire form without the signature. */
  content(): Uint8Array {
    this.#content ??= new Writer()
      .uint16(ProtocolVersion.MLS10)
      .uint16(this.cipherSuite)
      .opaque(this.initKey)
      .put(this.leafNode)
      .vector(this.extensions)
      .bytes();
    return this.#content;
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.raw(this.content()).opaque(this.signature);
  }

  /** Take the wire form. Throws Malformed: it is none, or of a version that does not exist. */
  static read(this: void, reader: Reader): KeyPackage {
    reader.enum16(ProtocolVersion);
    return new KeyPackage({
      cipherSuite: reader.uint16(),
      initKey: reader.opaque(),
      leafNode: LeafNode.read(reader),
      extensions: readExtensions(reader),
      signature: reader.opaque(),
    });
  }

  /** Return the hash that Welcomes name it by: section 5.2. */
  reference(): Uint8Array {
    return suiteOf(this.cipherSuite).refHash(REFERENCE_LABEL, encode(this));
  }
}

type SecretFields = {
  readonly keyPackage: KeyPackage;
  readonly initKey: Secret;
  readonly encryptionKey: Secret;
  readonly signatureKey: Secret;
};

/** A key package with the three private keys its maker keeps. */
export class KeyPackageSecrets {
  declare readonly keyPackage: KeyPackage;
  declare readonly initKey: Secret;
  declare readonly encryptionKey: Secret;
  declare readonly signatureKey: Secret;

  constructor(given: SecretFields) {
    Object.assign(this, given);
  }

  /** Append a form for the maker's own vault; it is not part of RFC 9420. */
  write(writer: Writer): void {
    writer.put(this.keyPackage).opaque(this.initKey);
    writer.opaque(this.encryptionKey).opaque(this.signatureKey);
  }

  /** Take the form that `write` made. */
  static read(this: void, reader: Reader): KeyPackageSecrets {
    return new KeyPackageSecrets({
      keyPackage: KeyPackage.read(reader),
      initKey: new Secret(reader.fixed(PRIVATE_KEY_LENGTH)),
      encryptionKey: new Secret(reader.fixed(PRIVATE_KEY_LENGTH)),
      signatureKey: new Secret(reader.fixed(PRIVATE_KEY_LENGTH)),
    });
  }
}

/** Make a key package for one use, with fresh encryption and init keys. */
export async function newKeyPackage(
  suite: Suite,
  credential: Credential,
  signatureKey: KeyPair,
  lifetime: Lifetime,
): Promise<KeyPackageSecrets> {
  const [encryption, init] = [await suite.generateKeyPair(), await suite.generateKeyPair()];
  const leaf = new LeafNode({
    encryptionKey: encryption.public,
    signatureKey: signatureKey.public,
    credential,
    capabilities: ours(suite.id),
    source: LeafNodeSource.KEY_PACKAGE,
    lifetime,
  });
  const leafNode = await signLeaf(suite, leaf, signatureKey.private, null);
  const unsigned = new KeyPackage({ cipherSuite: suite.id, initKey: init.public, leafNode });
  return new KeyPackageSecrets({
    keyPackage: await signKeyPackage(unsigned, signatureKey.private),
    initKey: init.private,
    encryptionKey: encryption.private,
    signatureKey: signatureKey.private,
  });
}

/** Return the key package with its owner's signature. */
export async function signKeyPackage(given: KeyPackage, key: Uint8Array): Promise<KeyPackage> {
  const suite = suiteOf(given.cipherSuite);
  const signature = await suite.signWithLabel(key, LABEL, given.content());
  return replace(given, { signature });
}

/**
 * Accept a key package for a group of that suite: section 10.1.
 *
 * Throws InvalidKeyPackage: another suite, a leaf from elsewhere, one key in two places.
 * BadSignature: its owner did not sign it or its leaf. Refused: its leaf is not valid; see
 * `checkLeaf`.
 */
export async function checkKeyPackage(
  suite: Suite,
  given: KeyPackage,
  asked: {
    readonly groupExtensions?: readonly Extension[];
    readonly lifetimes: LifetimePolicy | null;
  },
): Promise<void> {
  const leaf = given.leafNode;
  if (given.cipherSuite !== suite.id) {
    throw new InvalidKeyPackage("it is for another suite");
  }
  if (leaf.source !== LeafNodeSource.KEY_PACKAGE) {
    throw new InvalidKeyPackage("its leaf was made for something else");
  }
  if (equal(given.initKey, leaf.encryptionKey)) {
    throw new InvalidKeyPackage("its init key is its encryption key");
  }
  if (!given.extensions.every((each) => leaf.capabilities.supportExtension(each.type))) {
    throw new InvalidKeyPackage("it does not list an extension it carries");
  }
  suite.checkPublicKey(given.initKey);
  const { groupExtensions = [], lifetimes } = asked;
  await checkLeaf(suite, leaf, null, { groupExtensions, lifetimes });
  await suite.verifyWithLabel(leaf.signatureKey, LABEL, given.content(), given.signature);
}
