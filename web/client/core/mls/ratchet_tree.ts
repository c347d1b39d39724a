/**
 * The public side of the tree of keys: RFC 9420, sections 4, 7.1, 7.7 and 12.4.3.3.
 *
 * A tree never changes: each operation copies the array of nodes, which is a list of
 * references, and forgets the hashes above what it touched.
 */
import { Malformed, Writer, replace } from "./codec.ts";
import type { Reader } from "./codec.ts";
import { LeafNode } from "./leaf_node.ts";
import { Refused } from "./refused.ts";
import { NodeType } from "./registry.ts";
import * as treeMath from "./tree_math.ts";

/** Far above any circle: a tree wider than this is refused before it is built. */
export const MAX_LEAVES = 1 << 12;

/** A place in the tree was named where nobody stands. */
export class NoSuchLeaf extends Refused {}

type ParentFields = {
  readonly encryptionKey: Uint8Array;
  readonly parentHash: Uint8Array;
  readonly unmergedLeaves?: readonly number[];
};

/** A key that the members below know, but for the unmerged leaves. */
export class ParentNode {
  declare readonly encryptionKey: Uint8Array;
  declare readonly parentHash: Uint8Array;
  readonly unmergedLeaves: readonly number[] = [];

  constructor(given: ParentFields) {
    Object.assign(this, given);
  }

  /** Appends the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.encryptionKey).opaque(this.parentHash).uint32s(this.unmergedLeaves);
  }

  /**
   * Takes the wire form.
   *
   * @throws Malformed: The unmerged leaves do not rise (section 7.1).
   */
  static read(this: void, reader: Reader): ParentNode {
    const node = new ParentNode({
      encryptionKey: reader.opaque(),
      parentHash: reader.opaque(),
      unmergedLeaves: reader.uint32s(),
    });
    const leaves = node.unmergedLeaves;
    if (leaves.some((leaf, at) => at > 0 && (leaves[at - 1] ?? leaf) >= leaf)) {
      throw new Malformed("unmerged leaves out of order");
    }
    return node;
  }
}

export type Node = LeafNode | ParentNode;

/** A node of a path with its child on the copath, both by place. */
export type PathStep = readonly [place: number, other: number];

/** An immutable tree; nodes are named by their place, leaves by their number. */
export class RatchetTree {
  readonly #nodes: readonly (Node | null)[];
  // What `treeHash` computed, by place; filled as it goes, never wrong.
  readonly #hashes: (Uint8Array | null)[];

  constructor(
    nodes: readonly (Node | null)[],
    hashes: readonly (Uint8Array | null)[] = nodes.map(() => null),
  ) {
    this.#nodes = [...nodes];
    this.#hashes = [...hashes];
  }

  /** Makes a tree of one member. */
  static of(leaf: LeafNode): RatchetTree {
    return new RatchetTree([leaf]);
  }

  /** Number of leaves, blank ones included: a power of two. */
  get width(): number {
    return (this.#nodes.length + 1) / 2;
  }

  /** The tree hashes known so far, by place; `treeHash` fills them in. */
  get hashes(): (Uint8Array | null)[] {
    return this.#hashes;
  }

  /** What stands at a place: nothing if it is blank. */
  node(place: number): Node | null {
    return this.#nodes[place] ?? null;
  }

  /** The parent node at a place: nothing if it is blank or a leaf's. */
  parentNode(place: number): ParentNode | null {
    const node = this.#nodes[place];
    return node instanceof ParentNode ? node : null;
  }

  /** A member's leaf: nothing if it is blank or outside the tree. */
  leaf(leaf: number): LeafNode | null {
    const node = this.#nodes[2 * leaf];
    return node instanceof LeafNode ? node : null;
  }

  /**
   * A member's leaf.
   *
   * @throws NoSuchLeaf: Nobody stands there.
   */
  member(leaf: number): LeafNode {
    const node = this.leaf(leaf);
    if (node === null) throw new NoSuchLeaf();
    return node;
  }

  /** The members from left to right, each with its number. */
  *members(): Generator<[leaf: number, node: LeafNode]> {
    for (const [place, node] of this.#nodes.entries()) {
      if (node instanceof LeafNode) yield [place / 2, node];
    }
  }

  /** The parents that are not blank, each with its place. */
  *parents(): Generator<[place: number, node: ParentNode]> {
    for (const [place, node] of this.#nodes.entries()) {
      if (node instanceof ParentNode) yield [place, node];
    }
  }

  /** The encryption keys of all nodes. */
  encryptionKeys(): Uint8Array[] {
    return this.#nodes.flatMap((node) => (node === null ? [] : [node.encryptionKey]));
  }

  /** Number of the leftmost blank leaf; the width if there is none. */
  firstBlank(): number {
    const place = this.#nodes.findIndex((node, at) => node === null && treeMath.isLeaf(at));
    return place < 0 ? this.width : place / 2;
  }

  /** Places of the fewest nodes that together hold all members below: section 4.1.1. */
  resolution(place: number): number[] {
    const node = this.#nodes[place] ?? null;
    if (node instanceof ParentNode) return [place, ...node.unmergedLeaves.map((leaf) => 2 * leaf)];
    if (node !== null) return [place];
    if (treeMath.isLeaf(place)) return [];
    const left = this.resolution(treeMath.left(place));
    return left.concat(this.resolution(treeMath.right(place)));
  }

  /**
   * Direct path of a leaf without nodes that would add nothing: section 4.1.2.
   *
   * Each node comes with its child on the copath, whose resolution is not empty.
   */
  filteredPath(leaf: number): PathStep[] {
    const place = treeMath.leafNode(leaf);
    const copath = treeMath.copath(place, this.width);
    return treeMath.directPath(place, this.width).flatMap((node, at): PathStep[] => {
      const other = copath[at];
      return other === undefined || this.resolution(other).length === 0 ? [] : [[node, other]];
    });
  }

  /** Puts a newcomer at the leftmost blank leaf: section 12.1.1. */
  add(leafNode: LeafNode): [tree: RatchetTree, leaf: number] {
    const leaf = this.firstBlank();
    return [this.roomFor(leaf).insert(leaf, leafNode), leaf];
  }

  /** Puts a newcomer at a blank leaf, unmerged in every parent above it. */
  insert(leaf: number, leafNode: LeafNode): RatchetTree {
    const nodes = [...this.#nodes];
    for (const place of treeMath.directPath(2 * leaf, this.width)) {
      const node = nodes[place];
      if (node instanceof ParentNode) {
        const unmergedLeaves = [...node.unmergedLeaves, leaf].sort((one, other) => one - other);
        nodes[place] = replace(node, { unmergedLeaves });
      }
    }
    nodes[2 * leaf] = leafNode;
    return this.#changed(nodes, leaf);
  }

  /** Returns a tree wide enough for a leaf at the first blank: section 7.7. */
  roomFor(leaf: number): RatchetTree {
    return leaf < this.width ? this : this.#extended();
  }

  /**
   * Replaces a member's leaf and blanks what stood above: section 12.1.2.
   *
   * @throws NoSuchLeaf: Nobody stands there.
   */
  update(leaf: number, leafNode: LeafNode): RatchetTree {
    this.member(leaf);
    return this.setPath(leaf, leafNode, new Map());
  }

  /**
   * Takes a member out, blanks what stood above, and truncates: section 12.1.3.
   *
   * @throws NoSuchLeaf: Nobody stands there.
   */
  remove(leaf: number): RatchetTree {
    this.member(leaf);
    return this.setPath(leaf, null, new Map()).truncated();
  }

  /** Halves the width as long as nobody stands in the right half: section 7.7. */
  truncated(): RatchetTree {
    const last = this.#nodes.findLastIndex((node, at) => node !== null && treeMath.isLeaf(at));
    let width = 1;
    while (width <= last / 2) width *= 2;
    const count = treeMath.nodeCount(width);
    return new RatchetTree(this.#nodes.slice(0, count), this.#hashes.slice(0, count));
  }

  /** Blanks a leaf's direct path, then puts in the leaf and the parents given, by place. */
  setPath(
    leaf: number,
    leafNode: LeafNode | null,
    parents: ReadonlyMap<number, ParentNode>,
  ): RatchetTree {
    const nodes = [...this.#nodes];
    nodes[2 * leaf] = leafNode;
    for (const place of treeMath.directPath(2 * leaf, this.width)) {
      nodes[place] = parents.get(place) ?? null;
    }
    return this.#changed(nodes, leaf);
  }

  /** Puts in a leaf and leaves what stands above it. */
  replaceLeaf(leaf: number, leafNode: LeafNode): RatchetTree {
    return this.#changed(this.#nodes.with(2 * leaf, leafNode), leaf);
  }

  /** Appends the `ratchet_tree` extension's content, without blanks at the end. */
  write(writer: Writer): void {
    const inner = new Writer();
    const last = this.#nodes.findLastIndex((node) => node !== null);
    for (const node of this.#nodes.slice(0, last + 1)) writeNode(inner, node);
    writer.opaque(inner.bytes());
  }

  /**
   * Takes the `ratchet_tree` extension's content.
   *
   * @throws Malformed: Nodes at the wrong places, a blank at the end, or too many.
   */
  static read(this: void, reader: Reader): RatchetTree {
    const nodes = reader.vector(readNode);
    if ((nodes.at(-1) ?? null) === null || nodes.length > treeMath.nodeCount(MAX_LEAVES)) {
      throw new Malformed("a tree that ends in a blank, or not soon enough");
    }
    for (const [place, node] of nodes.entries()) {
      if (node !== null && node instanceof LeafNode !== treeMath.isLeaf(place)) {
        throw new Malformed("a node at the wrong place");
      }
    }
    let width = 1;
    while (treeMath.nodeCount(width) < nodes.length) width *= 2;
    const count = treeMath.nodeCount(width);
    return new RatchetTree(Array.from({ length: count }, (_, place) => nodes[place] ?? null));
  }

  /** Keeps the hashes but those of a leaf and of the nodes above it. */
  #changed(nodes: readonly (Node | null)[], leaf: number): RatchetTree {
    const hashes = [...this.#hashes];
    hashes[2 * leaf] = null;
    for (const place of treeMath.directPath(2 * leaf, this.width)) hashes[place] = null;
    return new RatchetTree(nodes, hashes);
  }

  /** Doubles the width: the old tree becomes the left half under a blank root. */
  #extended(): RatchetTree {
    const blanks: readonly null[] = Array.from({ length: this.#nodes.length + 1 }, () => null);
    return new RatchetTree([...this.#nodes, ...blanks], [...this.#hashes, ...blanks]);
  }
}

function writeNode(writer: Writer, node: Node | null): void {
  if (node === null) {
    writer.uint8(0);
    return;
  }
  const kind = node instanceof LeafNode ? NodeType.LEAF : NodeType.PARENT;
  writer.uint8(1).uint8(kind).put(node);
}

function readNode(reader: Reader): Node | null {
  return reader.optional(readPresent);
}

function readPresent(reader: Reader): Node {
  const kind = reader.enum8(NodeType);
  return kind === NodeType.LEAF ? LeafNode.read(reader) : ParentNode.read(reader);
}
