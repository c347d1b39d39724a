/** New keys along a path, and who gets to know them: RFC 9420, sections 7.4 to 7.6. */
import { Malformed, Writer, nameOf, replace } from "./codec.ts";
import type { Reader } from "./codec.ts";
import { signLeaf } from "./leaf_node.ts";
import type { LeafNode, LeafPlace } from "./leaf_node.ts";
import { ParentNode } from "./ratchet_tree.ts";
import type { RatchetTree } from "./ratchet_tree.ts";
import { Refused } from "./refused.ts";
import { LeafNodeSource } from "./registry.ts";
import { BadTag, Secret, equal, standsTwice } from "./suite.ts";
import type { KeyPair, Suite } from "./suite.ts";
import { parentHash } from "./tree_hash.ts";
import * as treeMath from "./tree_math.ts";
import { UpdatePath, UpdatePathNode } from "./update_path.ts";

const LABEL = "UpdatePathNode";
const PRIVATE_KEY_LENGTH = 32;

type Secrets = ReadonlyMap<number, Secret>;

/** An update path does not fit the tree, or its keys do not fit their secrets. */
export class InvalidPath extends Refused {}

/** The private keys one member holds: its leaf's and those above it, by place. */
export class TreeKeys {
  declare readonly leaf: number;
  declare readonly private: Secrets;

  constructor(given: Pick<TreeKeys, "leaf" | "private">) {
    Object.assign(this, given);
  }

  /** Forgets the keys of nodes that a tree no longer has. */
  within(tree: RatchetTree): TreeKeys {
    return this.#kept((place) => tree.node(place) !== null);
  }

  /** Forgets the keys at some places. */
  without(places: readonly number[]): TreeKeys {
    return this.#kept((place) => !places.includes(place));
  }

  /** Replaces or adds keys. */
  withKeys(added: Secrets): TreeKeys {
    return new TreeKeys({ leaf: this.leaf, private: new Map([...this.private, ...added]) });
  }

  /**
   * Tells whether we can open all that is sealed to the nodes above our leaf.
   *
   * A parent that does not list us as unmerged is taken to be known to us: section 4.2.
   */
  suffice(tree: RatchetTree): boolean {
    const above = treeMath.directPath(treeMath.leafNode(this.leaf), tree.width);
    return above.every((place) => {
      const node = tree.parentNode(place);
      return node === null || node.unmergedLeaves.includes(this.leaf) || this.private.has(place);
    });
  }

  /** Tells whether these are private halves of keys in the tree, the leaf's among them. */
  async fit(suite: Suite, tree: RatchetTree): Promise<boolean> {
    if (tree.leaf(this.leaf) === null) return false;
    if (!this.private.has(treeMath.leafNode(this.leaf))) return false;
    const fitting = Array.from(this.private, async ([place, key]) => {
      const there = keyAt(tree, place);
      return there !== null && equal(await suite.encryptionPublic(key), there);
    });
    return (await Promise.all(fitting)).every(Boolean);
  }

  /** Appends a form for the owner's own vault; it is not part of RFC 9420. */
  write(writer: Writer): void {
    const inner = new Writer();
    const rising = [...this.private].sort(([one], [other]) => one - other);
    for (const [place, key] of rising) inner.uint32(place).opaque(key);
    writer.uint32(this.leaf).opaque(inner.bytes());
  }

  /**
   * Takes the form that `write` made.
   *
   * @throws Malformed: The places do not rise.
   */
  static read(this: void, reader: Reader): TreeKeys {
    const leaf = reader.uint32();
    const keys = reader.vector(readKey);
    if (keys.some(([place], at) => at > 0 && (keys[at - 1]?.[0] ?? place) >= place)) {
      throw new Malformed("keys out of order");
    }
    return new TreeKeys({ leaf, private: new Map(keys) });
  }

  #kept(keep: (place: number) => boolean): TreeKeys {
    const kept = [...this.private].filter(([place]) => keep(place));
    return new TreeKeys({ leaf: this.leaf, private: new Map(kept) });
  }
}

/** A path its maker has laid but not yet sealed; `secrets` are path secrets by place. */
export type NewPath = {
  readonly tree: RatchetTree;
  readonly keys: TreeKeys;
  readonly secrets: Secrets;
  readonly commitSecret: Secret;
};

/** What a member learns from a path: the commit secret, and its keys from now on. */
export type OpenedPath = {
  readonly keys: TreeKeys;
  readonly commitSecret: Secret;
};

/**
 * Puts new keys above a leaf; returns the tree and the parent hash the leaf must carry.
 *
 * Parent hashes are computed from the root down, so that each covers all keys above.
 *
 * @throws InvalidPath: There are more or fewer keys than nodes in the filtered path.
 */
export function layPath(
  suite: Suite,
  tree: RatchetTree,
  leaf: number,
  publicKeys: readonly Uint8Array[],
): [tree: RatchetTree, above: Uint8Array] {
  const steps = tree.filteredPath(leaf);
  if (steps.length !== publicKeys.length) throw new InvalidPath("a path of the wrong length");
  let above: Uint8Array = new Uint8Array();
  const parents = new Map<number, ParentNode>();
  for (const [encryptionKey, [place, other]] of paired(publicKeys, steps).reverse()) {
    const node = new ParentNode({ encryptionKey, parentHash: above });
    parents.set(place, node);
    above = parentHash(suite, tree, node, other);
  }
  return [tree.setPath(leaf, tree.leaf(leaf), parents), above];
}

/**
 * Makes fresh keys for a leaf and its filtered path, and signs the new leaf.
 *
 * `draft` gives the leaf its signature key, credential and capabilities.
 */
export async function newPath(
  suite: Suite,
  tree: RatchetTree,
  place: LeafPlace,
  draft: LeafNode,
  signatureKey: Secret,
): Promise<NewPath> {
  const path = tree.filteredPath(place.leaf).map(([node]) => node);
  const { secrets, last } = pathSecrets(suite, path, suite.randomSecret());
  const pairs = await nodePairs(suite, secrets);
  const own = await suite.generateKeyPair();
  const keys = pairs.map(([, pair]) => pair.public);
  const [laid, above] = layPath(suite, tree, place.leaf, keys);
  const unsigned = replace(draft, {
    encryptionKey: own.public,
    source: LeafNodeSource.COMMIT,
    lifetime: null,
    parentHash: above,
  });
  const signed = await signLeaf(suite, unsigned, signatureKey, place);
  const held = pairs.map(([node, pair]): [number, Secret] => [node, pair.private]);
  return {
    tree: laid.replaceLeaf(place.leaf, signed),
    keys: new TreeKeys({
      leaf: place.leaf,
      private: new Map([[2 * place.leaf, own.private], ...held]),
    }),
    secrets,
    commitSecret: last,
  };
}

/**
 * Seals each path secret to those who are to know it: section 7.5.
 *
 * `context` is the encoded provisional group context; newcomers, by leaf, are left out
 * because the Welcome tells them.
 */
export async function sealPath(
  suite: Suite,
  path: NewPath,
  context: Uint8Array,
  newcomers: ReadonlySet<number>,
): Promise<UpdatePath> {
  const { tree, keys } = path;
  const nodes = tree.filteredPath(keys.leaf).map(async ([place, other]) => {
    const secret = path.secrets.get(place);
    if (secret === undefined) throw new InvalidPath("a path without a secret");
    const sealed = recipients(tree, other, newcomers).map((each) =>
      suite.sealWithLabel(publicKey(tree, each), LABEL, context, secret),
    );
    const encryptedPathSecret = await Promise.all(sealed);
    return new UpdatePathNode({ encryptionKey: publicKey(tree, place), encryptedPathSecret });
  });
  return new UpdatePath({ leafNode: tree.member(keys.leaf), nodes: await Promise.all(nodes) });
}

/**
 * Puts a committer's path into the tree after its proposals: sections 7.5 and 12.4.2.
 *
 * All that can be checked without a private key is checked here, but for the leaf itself.
 *
 * @throws InvalidPath: Wrong length, wrong number of ciphertexts, a key used before, or a
 *   parent hash that the leaf does not carry.
 * @throws BadTag: Nobody could open one of the ciphertexts.
 * @throws BadKey: Nobody could seal to one of the keys.
 */
export function mergePath(
  suite: Suite,
  tree: RatchetTree,
  leaf: number,
  path: UpdatePath,
  newcomers: ReadonlySet<number>,
): RatchetTree {
  const keys = path.nodes.map((node) => node.encryptionKey);
  checkFresh(suite, tree, [path.leafNode.encryptionKey, ...keys]);
  const [laid, above] = layPath(suite, tree, leaf, keys);
  for (const [node, [, other]] of paired(path.nodes, tree.filteredPath(leaf))) {
    checkSealed(suite, node, recipients(tree, other, newcomers).length);
  }
  if (path.leafNode.source !== LeafNodeSource.COMMIT) {
    throw new InvalidPath("a leaf that was not made for this commit");
  }
  if (path.leafNode.parentHash === null || !equal(path.leafNode.parentHash, above)) {
    throw new InvalidPath("a leaf that does not vouch for the keys above it");
  }
  return laid.replaceLeaf(leaf, path.leafNode);
}

/**
 * Learns one's part of a path already merged into `tree`.
 *
 * @throws InvalidPath: A key does not come from its secret, or none was sealed to us.
 * @throws BadTag: What was sealed to us cannot be opened.
 */
export async function openPath(
  suite: Suite,
  path: UpdatePath,
  tree: RatchetTree,
  given: {
    readonly sender: number;
    readonly keys: TreeKeys;
    readonly context: Uint8Array;
    readonly newcomers: ReadonlySet<number>;
  },
): Promise<OpenedPath> {
  const { sender, keys, context, newcomers } = given;
  const steps = tree.filteredPath(sender);
  const index = steps.findIndex(([, side]) => treeMath.covers(side, keys.leaf));
  const [node, step] = [path.nodes[index], steps[index]];
  if (node === undefined || step === undefined) throw new InvalidPath("a path that passes us by");
  for (const [sealed, place] of paired(
    node.encryptedPathSecret,
    recipients(tree, step[1], newcomers),
  )) {
    const key = keys.private.get(place);
    if (key !== undefined) {
      const secret = await suite.openWithLabel(key, LABEL, context, sealed);
      const shared = steps.slice(index).map(([above]) => above);
      const [learned, commitSecret] = await climb(suite, tree, shared, secret);
      const overwritten = treeMath.directPath(2 * sender, tree.width);
      return { keys: keys.without(overwritten).withKeys(learned), commitSecret };
    }
  }
  throw new InvalidPath("a path sealed to none of our keys");
}

/**
 * Derives private keys upwards from a path secret: (keys by place, commit secret).
 *
 * @throws InvalidPath: A derived public key is not the one in the tree (section 7.5).
 */
export async function climb(
  suite: Suite,
  tree: RatchetTree,
  places: readonly number[],
  secret: Secret,
): Promise<[keys: Map<number, Secret>, commitSecret: Secret]> {
  const { secrets, last } = pathSecrets(suite, places, secret);
  const keys = new Map<number, Secret>();
  for (const [place, pair] of await nodePairs(suite, secrets)) {
    if (!equal(pair.public, publicKey(tree, place))) {
      throw new InvalidPath("a key that does not come from its secret");
    }
    keys.set(place, pair.private);
  }
  return [keys, last];
}

/** The secret of each place upwards, the first one given, and what follows the last. */
function pathSecrets(
  suite: Suite,
  places: readonly number[],
  first: Secret,
): { readonly secrets: Secrets; readonly last: Secret } {
  let last = first;
  const secrets = new Map<number, Secret>();
  for (const place of places) {
    secrets.set(place, last);
    last = suite.deriveSecret(last, "path");
  }
  return { secrets, last };
}

function nodePairs(
  suite: Suite,
  secrets: Secrets,
): Promise<(readonly [place: number, pair: KeyPair])[]> {
  const pairs = Array.from(secrets, async ([place, secret]) => {
    const pair = await suite.deriveKeyPair(suite.deriveSecret(secret, "node"));
    return [place, pair] as const;
  });
  return Promise.all(pairs);
}

/** Resolution of a copath node without those added by the same commit. */
function recipients(
  tree: RatchetTree,
  place: number,
  newcomers: ReadonlySet<number>,
): readonly number[] {
  const late = (each: number) => treeMath.isLeaf(each) && newcomers.has(each / 2);
  return tree.resolution(place).filter((each) => !late(each));
}

function checkFresh(suite: Suite, tree: RatchetTree, keys: readonly Uint8Array[]): void {
  const used = new Set(tree.encryptionKeys().map(nameOf));
  if (standsTwice(keys) || keys.some((key) => used.has(nameOf(key)))) {
    throw new InvalidPath("a key that was used before");
  }
  for (const key of keys) suite.checkPublicKey(key);
}

/** Refuses what nobody could open, as far as its outside tells. */
function checkSealed(suite: Suite, node: UpdatePathNode, recipientCount: number): void {
  if (node.encryptedPathSecret.length !== recipientCount) {
    throw new InvalidPath("a path secret sealed to too many or too few");
  }
  const length = suite.hashLength + suite.tagLength;
  for (const sealed of node.encryptedPathSecret) {
    if (sealed.ciphertext.length !== length || !suite.isUsableKey(sealed.kemOutput)) {
      throw new BadTag();
    }
  }
}

function keyAt(tree: RatchetTree, place: number): Uint8Array | null {
  return tree.node(place)?.encryptionKey ?? null;
}

function publicKey(tree: RatchetTree, place: number): Uint8Array {
  const key = keyAt(tree, place);
  if (key === null) throw new InvalidPath("a path through a blank node");
  return key;
}

/** Items of two lists of one length, side by side. */
function paired<One, Other>(
  ones: readonly One[],
  others: readonly Other[],
): [one: One, other: Other][] {
  return ones.flatMap((one, at): [One, Other][] => {
    const other = others[at];
    return other === undefined ? [] : [[one, other]];
  });
}

function readKey(reader: Reader): [number, Secret] {
  return [reader.uint32(), new Secret(reader.fixed(PRIVATE_KEY_LENGTH))];
}
