/** The message that begins an epoch: RFC 9420, section 12.4. */
import { Writer } from "./codec.ts";
import type { Reader } from "./codec.ts";
import { readProposal, writeProposal } from "./proposal.ts";
import type { Proposal } from "./proposal.ts";
import { ProposalOrRefType } from "./registry.ts";
import { UpdatePath } from "./update_path.ts";

/** A proposal sent before, named by its hash: section 5.2. */
export class ProposalRef {
  declare readonly reference: Uint8Array;

  constructor(given: Pick<ProposalRef, "reference">) {
    Object.assign(this, given);
  }
}

/** Proposals, by value or by reference, and the committer's new path. */
export class Commit {
  declare readonly proposals: readonly (Proposal | ProposalRef)[];
  declare readonly path: UpdatePath | null;

  constructor(given: Pick<Commit, "proposals" | "path">) {
    Object.assign(this, given);
  }

  /** Appends the wire form. */
  write(writer: Writer): void {
    const inner = new Writer();
    for (const proposal of this.proposals) writeEither(inner, proposal);
    writer.opaque(inner.bytes()).optional(this.path);
  }

  /** Takes the wire form. */
  static read(this: void, reader: Reader): Commit {
    const proposals = reader.vector(readEither);
    return new Commit({ proposals, path: reader.optional(UpdatePath.read) });
  }
}

function writeEither(writer: Writer, proposal: Proposal | ProposalRef): void {
  if (proposal instanceof ProposalRef) {
    writer.uint8(ProposalOrRefType.REFERENCE).opaque(proposal.reference);
  } else {
    writer.uint8(ProposalOrRefType.PROPOSAL);
    writeProposal(writer, proposal);
  }
}

function readEither(reader: Reader): Proposal | ProposalRef {
  if (reader.enum8(ProposalOrRefType) === ProposalOrRefType.REFERENCE) {
    return new ProposalRef({ reference: reader.opaque() });
  }
  return readProposal(reader);
}
