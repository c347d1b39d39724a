/** How a committer tells the others the new keys above its leaf: RFC 9420, section 7.6. */
import type { Reader, Writer } from "./codec.ts";
import { LeafNode } from "./leaf_node.ts";
import { HpkeCiphertext } from "./suite.ts";

/** A new key, and its path secret sealed to each node of the copath's resolution. */
export class UpdatePathNode {
  declare readonly encryptionKey: Uint8Array;
  declare readonly encryptedPathSecret: readonly HpkeCiphertext[];

  constructor(given: Pick<UpdatePathNode, "encryptionKey" | "encryptedPathSecret">) {
    Object.assign(this, given);
  }

  /** Appends the wire form. */
  write(writer: Writer): void {
    writer.opaque(this.encryptionKey).vector(this.encryptedPathSecret);
  }

  /** Takes the wire form. */
  static read(this: void, reader: Reader): UpdatePathNode {
    return new UpdatePathNode({
      encryptionKey: reader.opaque(),
      encryptedPathSecret: reader.vector(HpkeCiphertext.read),
    });
  }
}

/** The committer's new leaf and the nodes of its filtered direct path, upwards. */
export class UpdatePath {
  declare readonly leafNode: LeafNode;
  declare readonly nodes: readonly UpdatePathNode[];

  constructor(given: Pick<UpdatePath, "leafNode" | "nodes">) {
    Object.assign(this, given);
  }

  /** Appends the wire form. */
  write(writer: Writer): void {
    writer.put(this.leafNode).vector(this.nodes);
  }

  /** Takes the wire form. */
  static read(this: void, reader: Reader): UpdatePath {
    const leafNode = LeafNode.read(reader);
    return new UpdatePath({ leafNode, nodes: reader.vector(UpdatePathNode.read) });
  }
}
