/** Hashes over the tree: RFC 9420, sections 7.8 and 7.9. */

import { replace, Writer } from "./codec.ts";
import type { ParentNode, RatchetTree } from "./ratchet_tree.ts";
import { NodeType } from "./registry.ts";
import type { Suite } from "./suite.ts";
import * as treeMath from "./tree_math.ts";

/** Hash the whole tree: what the group context carries. */
export function rootHash(suite: Suite, tree: RatchetTree): Uint8Array {
  return treeHash(suite, tree, treeMath.root(tree.width));
}

/** Hash the subtree at a place; each hash is computed once in a tree's life. */
export function treeHash(suite: Suite, tree: RatchetTree, place: number): Uint8Array {
  const known = tree.hashes[place] ?? compute(suite, tree, place, []);
  tree.hashes[place] = known;
  return known;
}

/**
 * Hash a parent as its child on one side names it; `other` is the child on the other side.
 *
 * The sibling is hashed as it was when the parent got its key: without the leaves that
 * came later, which are those the parent lists as unmerged (section 7.9).
 */
export function parentHash(
  suite: Suite,
  tree: RatchetTree,
  node: ParentNode,
  other: number,
): Uint8Array {
  const sibling = hashWithout(suite, tree, other, node.unmergedLeaves);
  const writer = new Writer().opaque(node.encryptionKey).opaque(node.parentHash).opaque(sibling);
  return suite.hash(writer.bytes());
}

/**
 * Hash a subtree without some of its leaves; where there are none, the usual hash serves.
 *
 * `late` rises, and each node looks only at those below it, which its parent cut out for
 * it: a tree made to be slow is hashed as fast as any other.
 */
function hashWithout(
  suite: Suite,
  tree: RatchetTree,
  place: number,
  late: readonly number[],
): Uint8Array {
  const { start, stop } = treeMath.leavesBelow(place);
  const here = late.slice(firstFrom(late, start), firstFrom(late, stop));
  return here.length > 0 ? compute(suite, tree, place, here) : treeHash(suite, tree, place);
}

function compute(
  suite: Suite,
  tree: RatchetTree,
  place: number,
  late: readonly number[],
): Uint8Array {
  const writer = new Writer();
  if (treeMath.isLeaf(place)) {
    const leaf = place / 2;
    writer.uint8(NodeType.LEAF).uint32(leaf).optional(late.length > 0 ? null : tree.leaf(leaf));
  } else {
    writer.uint8(NodeType.PARENT).optional(without(tree.parentNode(place), late));
    for (const child of [treeMath.left(place), treeMath.right(place)]) {
      writer.opaque(hashWithout(suite, tree, child, late));
    }
  }
  return suite.hash(writer.bytes());
}

function without(node: ParentNode | null, late: readonly number[]): ParentNode | null {
  if (node === null || late.length === 0) {
    return node;
  }
  const gone = new Set(late);
  const unmergedLeaves = node.unmergedLeaves.filter((leaf) => !gone.has(leaf));
  return replace(node, { unmergedLeaves });
}

/** Find the first of rising numbers that is not below a bound. */
function firstFrom(rising: readonly number[], bound: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    [low, high] = (rising[middle] ?? bound) < bound ? [middle + 1, high] : [low, middle];
  }
  return low;
}
