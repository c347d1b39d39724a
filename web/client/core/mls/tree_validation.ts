/** Whether a tree from outside is one that members made: RFC 9420, sections 7.9.2 and 12.4.3.1. */
import type { Extension } from "./extensions.ts";
import { LeafNode, checkLeaf } from "./leaf_node.ts";
import type { LifetimePolicy } from "./lifetime.ts";
import type { Node, ParentNode, RatchetTree } from "./ratchet_tree.ts";
import { Refused } from "./refused.ts";
import { LeafNodeSource } from "./registry.ts";
import { equal, standsTwice } from "./suite.ts";
import type { Suite } from "./suite.ts";
import { parentHash } from "./tree_hash.ts";
import * as treeMath from "./tree_math.ts";

/** A ratchet tree breaks a rule that holds for every tree members make. */
export class InvalidTree extends Refused {}

/**
 * Accepts a whole tree, as a joiner must: leaves, keys, unmerged leaves, parent hashes.
 *
 * @throws InvalidTree: The nodes do not fit together.
 * @throws BadKey: Nobody could seal to one of the keys.
 * @throws Refused: A leaf is not valid; see `checkLeaf`.
 */
export async function checkTree(
  suite: Suite,
  tree: RatchetTree,
  given: {
    readonly groupId: Uint8Array;
    readonly groupExtensions: readonly Extension[];
    readonly lifetimes: LifetimePolicy | null;
  },
): Promise<void> {
  checkUnique(tree);
  checkUnmerged(tree);
  checkParentHashes(suite, tree);
  for (const [, parent] of tree.parents()) suite.checkPublicKey(parent.encryptionKey);
  const { groupId, groupExtensions, lifetimes } = given;
  await Promise.all(
    Array.from(tree.members(), ([leaf, node]) =>
      checkLeaf(suite, node, { groupId, leaf }, { groupExtensions, lifetimes }),
    ),
  );
}

/**
 * Accepts a tree in which no key stands twice.
 *
 * @throws InvalidTree: Two nodes share an encryption key, or two leaves a signature key.
 */
export function checkUnique(tree: RatchetTree): void {
  if (standsTwice(tree.encryptionKeys())) throw new InvalidTree("an encryption key in two places");
  const signature = Array.from(tree.members(), ([, node]) => node.signatureKey);
  if (standsTwice(signature)) throw new InvalidTree("a signature key in two places");
}

/**
 * Accepts a tree whose unmerged leaves are members, listed all the way up.
 *
 * @throws InvalidTree: One is blank, stands elsewhere, or a node between does not list it.
 */
export function checkUnmerged(tree: RatchetTree): void {
  const unmerged = new Map(
    Array.from(tree.parents(), ([place, node]) => [place, new Set(node.unmergedLeaves)]),
  );
  for (const [place, leaves] of unmerged) {
    for (const leaf of leaves) {
      if (!treeMath.covers(place, leaf) || tree.leaf(leaf) === null) {
        throw new InvalidTree("an unmerged leaf that is none");
      }
      checkBetween(tree, place, leaf, unmerged);
    }
  }
}

/**
 * Accepts a tree in which every parent key was put there by a member below it.
 *
 * @throws InvalidTree: A parent is not named by exactly one node below.
 */
export function checkParentHashes(suite: Suite, tree: RatchetTree): void {
  for (const [place, node] of tree.parents()) {
    const left = treeMath.left(place);
    const right = treeMath.right(place);
    if (isNamed(suite, tree, node, left, right) === isNamed(suite, tree, node, right, left)) {
      throw new InvalidTree("a parent whose key no member vouches for");
    }
  }
}

function checkBetween(
  tree: RatchetTree,
  place: number,
  leaf: number,
  unmerged: ReadonlyMap<number, ReadonlySet<number>>,
): void {
  for (const lower of treeMath.directPath(2 * leaf, tree.width)) {
    if (lower === place) return;
    if (unmerged.get(lower)?.has(leaf) === false) {
      throw new InvalidTree("a node between does not list an unmerged leaf");
    }
  }
}

/**
 * Tells whether a node below `child` carries the parent hash of `node`: section 7.9.2.
 *
 * That node is the one left of the child's resolution when the leaves unmerged at the
 * parent are taken away: the section asks for equality of the two sets, so it is alone.
 */
function isNamed(
  suite: Suite,
  tree: RatchetTree,
  node: ParentNode,
  child: number,
  other: number,
): boolean {
  const late = new Set(
    node.unmergedLeaves.filter((leaf) => treeMath.covers(child, leaf)).map((leaf) => 2 * leaf),
  );
  const resolution = tree.resolution(child);
  const [below, ...others] = resolution.filter((place) => !late.has(place));
  if (below === undefined || others.length > 0) return false;
  if (resolution.length !== late.size + 1) return false;
  const named = namedBy(tree.node(below));
  return named !== null && equal(named, parentHash(suite, tree, node, other));
}

function namedBy(node: Node | null): Uint8Array | null {
  if (node instanceof LeafNode) {
    return node.source === LeafNodeSource.COMMIT ? node.parentHash : null;
  }
  return node === null ? null : node.parentHash;
}
