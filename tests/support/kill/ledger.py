"""What was acknowledged, kept outside the process that is killed, and how it is audited."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from server.storage.engine import Dumped


class Acknowledged(NamedTuple):
    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many acknowledged entries are gone or changed, and what is wrong with the streams."""

    lost: int
    changed: int
    gaps: int
    doubled: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.changed or self.gaps or self.doubled)


def body_of(mid: str) -> bytes:
    """Make the body of an entry from its id: 50 bytes to 20 kB, most of them small."""
    seed = hashlib.sha256(mid.encode()).digest()
    size = 20_000 if seed[0] == 0 else 50 + seed[1] * 8
    return (seed * (size // len(seed) + 1))[:size]


def audit(ledger: Mapping[str, Acknowledged], stored: Iterable[Dumped]) -> Verdict:
    """Compare what was acknowledged with what is stored, and look at the streams' numbers."""
    entries = list(stored)
    found = {item.entry.mid: item for item in entries}
    missing = [mid for mid in ledger if mid not in found]
    changed = [
        mid
        for mid, (stream, seq) in ledger.items()
        if mid in found and not _is(found[mid], stream, seq)
    ]
    numbers: dict[str, list[int]] = {}
    for item in entries:
        numbers.setdefault(item.stream, []).append(item.entry.seq)
    gaps = sum(sorted(seqs) != list(range(1, len(seqs) + 1)) for seqs in numbers.values())
    return Verdict(len(missing), len(changed), gaps, len(entries) - len(found))


def _is(item: Dumped, stream: str, seq: int) -> bool:
    entry = item.entry
    return (item.stream, entry.seq, entry.body) == (stream, seq, body_of(entry.mid))
