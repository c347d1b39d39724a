/**
 * The seven changes that RFC 9420, section 12.1 lets one propose.
 *
 * All are parsed, so that what is out of Ronde's profile is refused for what it is.
 * Each class writes its own content; `writeProposal` puts the type before it.
 */
import type { Reader, Writer } from "./codec.ts";
import { readExtensions } from "./extensions.ts";
import type { Extension } from "./extensions.ts";
import { KeyPackage } from "./key_package.ts";
import { LeafNode } from "./leaf_node.ts";
import { readPskId } from "./psk.ts";
import type { PreSharedKeyId } from "./psk.ts";
import { ProposalType, ProtocolVersion } from "./registry.ts";

/** Let a client in. */
export class Add {
  readonly type = ProposalType.ADD;
  declare readonly keyPackage: KeyPackage;

  constructor(given: Pick<Add, "keyPackage">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.put(this.keyPackage);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): Add {
    return new Add({ keyPackage: KeyPackage.read(reader) });
  }
}

/** Replace the sender's own leaf. */
export class Update {
  readonly type = ProposalType.UPDATE;
  declare readonly leafNode: LeafNode;

  constructor(given: Pick<Update, "leafNode">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.put(this.leafNode);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): Update {
    return new Update({ leafNode: LeafNode.read(reader) });
  }
}

/** Take a member out, named by leaf. */
export class Remove {
  readonly type = ProposalType.REMOVE;
  declare readonly removed: number;

  constructor(given: Pick<Remove, "removed">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.uint32(this.removed);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): Remove {
    return new Remove({ removed: reader.uint32() });
  }
}

/** Mix a pre-shared key into the next epoch: PreSharedKey of section 12.1.4. */
export class InjectPsk {
  readonly type = ProposalType.PSK;
  declare readonly psk: PreSharedKeyId;

  constructor(given: Pick<InjectPsk, "psk">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.put(this.psk);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): InjectPsk {
    return new InjectPsk({ psk: readPskId(reader) });
  }
}

/** Close the group and begin another with these parameters. */
export class ReInit {
  readonly type = ProposalType.REINIT;
  declare readonly groupId: Uint8Array;
  declare readonly version: number;
  declare readonly cipherSuite: number;
  declare readonly extensions: readonly Extension[];

  constructor(given: Pick<ReInit, "groupId" | "version" | "cipherSuite" | "extensions">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.opaque(this.groupId).uint16(this.version).uint16(this.cipherSuite);
    writer.vector(this.extensions);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): ReInit {
    return new ReInit({
      groupId: reader.opaque(),
      version: reader.enum16(ProtocolVersion),
      cipherSuite: reader.uint16(),
      extensions: readExtensions(reader),
    });
  }
}

/** Give the group the secret of a joiner who adds itself. */
export class ExternalInit {
  readonly type = ProposalType.EXTERNAL_INIT;
  declare readonly kemOutput: Uint8Array;

  constructor(given: Pick<ExternalInit, "kemOutput">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.opaque(this.kemOutput);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): ExternalInit {
    return new ExternalInit({ kemOutput: reader.opaque() });
  }
}

/** Replace the extensions of the group context. */
export class GroupContextExtensions {
  readonly type = ProposalType.GROUP_CONTEXT_EXTENSIONS;
  declare readonly extensions: readonly Extension[];

  constructor(given: Pick<GroupContextExtensions, "extensions">) {
    Object.assign(this, given);
  }

  /** Appends the content. */
  write(writer: Writer): void {
    writer.vector(this.extensions);
  }

  /** Takes the content. */
  static read(this: void, reader: Reader): GroupContextExtensions {
    return new GroupContextExtensions({ extensions: readExtensions(reader) });
  }
}

export type Proposal =
  | Add
  | Update
  | Remove
  | InjectPsk
  | ReInit
  | ExternalInit
  | GroupContextExtensions;

/** Appends a proposal: its type, then its content. */
export function writeProposal(writer: Writer, proposal: Proposal): void {
  writer.uint16(proposal.type).put(proposal);
}

/**
 * Takes a proposal.
 *
 * @throws Malformed: Of a type that RFC 9420 does not define: no member here supports any.
 */
export function readProposal(reader: Reader): Proposal {
  switch (reader.enum16(ProposalType)) {
    case ProposalType.ADD:
      return Add.read(reader);
    case ProposalType.UPDATE:
      return Update.read(reader);
    case ProposalType.REMOVE:
      return Remove.read(reader);
    case ProposalType.PSK:
      return InjectPsk.read(reader);
    case ProposalType.REINIT:
      return ReInit.read(reader);
    case ProposalType.EXTERNAL_INIT:
      return ExternalInit.read(reader);
    case ProposalType.GROUP_CONTEXT_EXTENSIONS:
      return GroupContextExtensions.read(reader);
  }
}
