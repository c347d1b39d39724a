"""The message that begins an epoch: RFC 9420, section 12.4."""

from dataclasses import dataclass

from crypto.mls.codec import Reader, Writer
from crypto.mls.proposal import Proposal, read_proposal, write_proposal
from crypto.mls.registry import ProposalOrRefType
from crypto.mls.update_path import UpdatePath


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRef:
    """A proposal sent before, named by its hash: section 5.2."""

    reference: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Proposals, by value or by reference, and the committer's new path."""

    proposals: tuple[Proposal | ProposalRef, ...]
    path: UpdatePath | None

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        inner = Writer()
        for proposal in self.proposals:
            _write_either(inner, proposal)
        writer.opaque(inner.bytes()).optional(self.path)

    @staticmethod
    def read(reader: Reader) -> "Commit":
        """Take the wire form."""
        return Commit(proposals=reader.vector(_read_either), path=reader.optional(UpdatePath.read))


def _write_either(writer: Writer, proposal: Proposal | ProposalRef) -> None:
    if isinstance(proposal, ProposalRef):
        writer.uint8(ProposalOrRefType.REFERENCE).opaque(proposal.reference)
    else:
        writer.uint8(ProposalOrRefType.PROPOSAL)
        write_proposal(writer, proposal)


def _read_either(reader: Reader) -> Proposal | ProposalRef:
    if reader.enum8(ProposalOrRefType) == ProposalOrRefType.REFERENCE:
        return ProposalRef(reference=reader.opaque())
    return read_proposal(reader)
