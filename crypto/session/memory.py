"""Who said what and who waits for the past: what a channel's members remember of each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from crypto.author import AuthorChain
from crypto.canonical import read_id, write_text
from crypto.entry import Member
from crypto.history import Tenure
from crypto.ids import DeviceId, ProfessionalId
from crypto.mls.codec import Reader, Writer

Author = tuple[ProfessionalId, DeviceId]
"""Whose chain of entries it is. A certificate is its professional's word alone, who could
give a device of theirs the name of another's: so the professional is part of the key."""

Chains = Mapping[Author, AuthorChain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """A newcomer that nobody has handed the past to yet, and whose turn it is.

    All members keep this alike, from the log alone: if the giver is removed first, they
    agree on the next one.
    """

    recipient: DeviceId
    giver: DeviceId
    since: int

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        write_text(writer, self.recipient)
        write_text(writer, self.giver)
        writer.uint64(self.since)

    @staticmethod
    def read(reader: Reader) -> "Awaiting":
        """Take the wire form."""
        return Awaiting(
            recipient=DeviceId(read_id(reader)),
            giver=DeviceId(read_id(reader)),
            since=reader.uint64(),
        )


def holder(tenures: tuple[Tenure, ...], epoch: int, leaf: int) -> Member | None:
    """Find who held a leaf at an epoch."""
    for tenure in reversed(tenures):
        if tenure.leaf == leaf and tenure.spans(epoch):
            return tenure.member()
    return None


def write_chains(writer: Writer, chains: Chains) -> None:
    """Append author chains, sorted by author."""
    writer.vector(_Chain(author, chains[author]) for author in sorted(chains))


def read_chains(reader: Reader) -> Chains:
    """Take what `write_chains` wrote."""
    return {each.author: each.chain for each in reader.vector(_Chain.read)}


@dataclass(frozen=True, slots=True)
class _Chain:
    author: Author
    chain: AuthorChain

    def write(self, writer: Writer) -> None:
        write_text(writer, self.author[0])
        write_text(writer, self.author[1])
        writer.put(self.chain)

    @staticmethod
    def read(reader: Reader) -> "_Chain":
        author = ProfessionalId(read_id(reader)), DeviceId(read_id(reader))
        return _Chain(author, AuthorChain.read(reader))
