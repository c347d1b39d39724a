/** What the members of a group agree on in one epoch: RFC 9420, section 8.1. */

import type { Reader, Writer } from "./codec.ts";
import type { Extension } from "./extensions.ts";
import { readExtensions } from "./extensions.ts";
import { ProtocolVersion } from "./registry.ts";

type Fields = {
  readonly cipherSuite: number;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions?: readonly Extension[];
};

/** The context that signatures and secrets of an epoch are bound to. */
export class GroupContext {
  declare readonly cipherSuite: number;
  declare readonly groupId: Uint8Array;
  declare readonly epoch: bigint;
  declare readonly treeHash: Uint8Array;
  declare readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: readonly Extension[] = [];

  constructor(given: Fields) {
    Object.assign(this, given);
  }

  /** Append the wire form. */
  write(writer: Writer): void {
    writer.uint16(ProtocolVersion.MLS10).uint16(this.cipherSuite);
    writer.opaque(this.groupId).uint64(this.epoch).opaque(this.treeHash);
    writer.opaque(this.confirmedTranscriptHash).vector(this.extensions);
  }

  /** Take the wire form. */
  static read(this: void, reader: Reader): GroupContext {
    reader.enum16(ProtocolVersion);
    return new GroupContext({
      cipherSuite: reader.uint16(),
      groupId: reader.opaque(),
      epoch: reader.uint64(),
      treeHash: reader.opaque(),
      confirmedTranscriptHash: reader.opaque(),
      extensions: readExtensions(reader),
    });
  }
}
