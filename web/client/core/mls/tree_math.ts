/**
 * Where things stand in a full binary tree kept in an array: RFC 9420, appendix C.
 *
 * Leaves stand at even places, leaf `n` at place `2 n`; a parent stands between its two
 * subtrees. `leaves` is always the width of the whole tree: a power of two.
 */

/** Number of places in a tree so wide. */
export function nodeCount(leaves: number): number {
  return 2 * leaves - 1;
}

/** Place of a leaf. */
export function leafNode(leaf: number): number {
  return 2 * leaf;
}

/** Tell whether a leaf stands at a place. */
export function isLeaf(node: number): boolean {
  return node % 2 === 0;
}

/** Height of a place above the leaves: the number of one bits at its end. */
export function level(node: number): number {
  return 31 - Math.clz32(~node & (node + 1));
}

/** Place of the root. */
export function root(leaves: number): number {
  return leaves - 1;
}

/** Place of the left child. Throws RangeError: a leaf has no children. */
export function left(node: number): number {
  return node - half(node);
}

/** Place of the right child. Throws RangeError: a leaf has no children. */
export function right(node: number): number {
  return node + half(node);
}

/** Place of the parent. Throws RangeError: the root has none. */
export function parent(node: number, leaves: number): number {
  if (node === root(leaves)) {
    throw new RangeError("the root has no parent");
  }
  const step = 1 << level(node);
  return node & (step << 1) ? node - step : node + step;
}

/** Place of the parent's other child. Throws RangeError: the root has none. */
export function sibling(node: number, leaves: number): number {
  const above = parent(node, leaves);
  return node < above ? right(above) : left(above);
}

/** Places above a place, from its parent up to the root. */
export function directPath(node: number, leaves: number): readonly number[] {
  const path = [];
  for (let place = node; place !== root(leaves); ) {
    place = parent(place, leaves);
    path.push(place);
  }
  return path;
}

/** Siblings of a place and of the places above it, upwards; one per place above. */
export function copath(node: number, leaves: number): readonly number[] {
  const below = [node, ...directPath(node, leaves)].slice(0, -1);
  return below.map((place) => sibling(place, leaves));
}

/** Leaves of the subtree at a place, itself included if it is one: from `start`, before `stop`. */
export function leavesBelow(node: number): { readonly start: number; readonly stop: number } {
  const width = 1 << level(node);
  const start = (node - (width - 1)) / 2;
  return { start, stop: start + width };
}

/** Tell whether a leaf is in the subtree at a place. */
export function covers(node: number, leaf: number): boolean {
  const { start, stop } = leavesBelow(node);
  return start <= leaf && leaf < stop;
}

/** Lowest place above two different leaves. */
export function commonAncestor(one: number, other: number, leaves: number): number {
  const above = directPath(leafNode(one), leaves).find((place) => covers(place, other));
  if (above === undefined) {
    throw new RangeError("no place above both");
  }
  return above;
}

/** Half of the width of a parent, which is how far from it its children stand. */
function half(node: number): number {
  if (isLeaf(node)) {
    throw new RangeError("a leaf has no children");
  }
  return 1 << (level(node) - 1);
}
