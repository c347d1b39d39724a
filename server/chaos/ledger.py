"""What `ronde chaos` knows from outside: every intent, every ack, every delivery; and its audit.

Verdicts come from comparing this ledger with what is stored, never from the system itself.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from channels.model import Item
from crypto.session.log import Kind

EXPECTED_REFUSALS: Final = frozenset({"stale_epoch"})
"""Codes an honest client may meet under this load: a commit was faster."""


class Promise(StrEnum):
    """What must hold however often the server is killed."""

    KEPT = "kept"
    UNCHANGED = "unchanged"
    NO_GAP = "no_gap"
    ONCE = "once"
    NO_PHANTOM = "no_phantom"
    ONE_COMMIT = "one_commit"
    DELIVERED = "delivered"
    IN_ORDER = "in_order"
    SAME_ANSWER = "same_answer"
    ANSWERED = "answered"
    API_AGREES = "api_agrees"
    HEALTHY = "healthy"


class Intent(NamedTuple):
    """Something a client wants in a channel's log."""

    channel: str
    digest: str


class Ack(NamedTuple):
    """Where the server says it stands, since when, and the life in which it said so first."""

    seq: int
    at: int
    life: int


class Line(NamedTuple):
    """One place of a log, as anybody sees it; `mid` is the sender's device and the entry's id."""

    seq: int
    mid: str
    digest: str
    kind: str
    epoch: int


class Violation(NamedTuple):
    """A promise broken, and where."""

    promise: Promise
    where: str


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Written by the clients as things happen.

    `life` counts the server's lives from 0, `born` is when this one began, in milliseconds
    UTC. `saved` counts requests whose ack died with the server although they were stored.
    """

    life: int = 0
    born: int = 0
    resent: int = 0
    saved: int = 0
    repeated: int = 0
    intents: dict[str, Intent] = field(default_factory=dict)
    acks: dict[str, Ack] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    feeds: dict[tuple[str, str], list[Line]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def intend(self, mid: str, intent: Intent) -> None:
        """Note what is about to be sent for the first time."""
        self.intents[mid] = intent

    def begin_life(self, now: int) -> None:
        """Note that the server was killed, and when."""
        self.life, self.born = self.life + 1, now

    def acknowledge(self, mid: str, seq: int, *, at: int) -> None:
        """Note an ack and the instant it names; a second one must say the same."""
        self.saved += mid not in self.acks and at < self.born
        held = self.acks.setdefault(mid, Ack(seq, at, self.life))
        if (held.seq, held.at) != (seq, at):
            self.blame(Promise.SAME_ANSWER, mid)

    def refuse(self, mid: str, code: str) -> None:
        """Note that the server said no for good, and that nothing may have been stored."""
        self.refusals[mid] = code
        if code not in EXPECTED_REFUSALS:
            self.blame(Promise.ANSWERED, f"{mid} {code}")

    def deliver(self, client: str, channel: str, line: Line) -> None:
        """Note what a client took in as the next place of its log."""
        self.feeds.setdefault((client, channel), []).append(line)

    def blame(self, promise: Promise, where: str) -> None:
        """Note a broken promise seen while it happened."""
        self.violations.append(Violation(promise, where))

    @property
    def deliveries(self) -> int:
        """How many places of logs were taken in, by all clients together."""
        return sum(map(len, self.feeds.values()))


def digest_of(kind: Kind | str, epoch: int, body: bytes) -> str:
    """Fingerprint what must stay the same of an entry."""
    return hashlib.sha256(f"{kind}|{epoch}|".encode() + body).hexdigest()


def line_of(item: Item) -> Line:
    """Read an item of the store as a line."""
    digest = digest_of(item.kind, item.epoch, item.body)
    return Line(item.seq, f"{item.sender}:{item.id}", digest, str(item.kind), item.epoch)


def audit(
    ledger: Ledger,
    stored: Mapping[str, Sequence[Line]],
    *,
    seeded: Iterable[str],
    sees: Mapping[str, Sequence[str]],
) -> list[Violation]:
    """Compare the ledger with the logs as stored, by channel.

    `seeded` are the mids that stood there before; `sees` names the clients of each channel.
    """
    found = [Violation(*each) for each in ledger.violations]
    found += _of_acks(ledger, stored)
    known = {*seeded, *ledger.intents}
    for channel, lines in stored.items():
        found += _of_log(channel, lines)
        found += [Violation(Promise.NO_PHANTOM, one.mid) for one in lines if one.mid not in known]
        found += _of_feeds(ledger, channel, lines, sees.get(channel, ()))
    return found


def agree(stored: Sequence[Line], told: Sequence[Line], *, where: str) -> list[Violation]:
    """Compare a log as stored with the same log as the API reads it."""
    return [] if list(stored) == list(told) else [Violation(Promise.API_AGREES, where)]


def _of_acks(ledger: Ledger, stored: Mapping[str, Sequence[Line]]) -> Iterator[Violation]:
    places = {(channel, one.mid): one for channel, lines in stored.items() for one in lines}
    for mid, intent in ledger.intents.items():
        line, ack = places.get((intent.channel, mid)), ledger.acks.get(mid)
        if ack is None and mid not in ledger.refusals:
            yield Violation(Promise.ANSWERED, mid)
        if mid in ledger.refusals and line is not None:
            yield Violation(Promise.NO_PHANTOM, f"{mid} refused and stored")
        if ack is not None and line is None:
            yield Violation(Promise.KEPT, f"{mid} acknowledged as {ack.seq} in life {ack.life}")
        if line is not None and line.digest != intent.digest:
            yield Violation(Promise.UNCHANGED, f"{mid} bytes")
        if line is not None and ack is not None and line.seq != ack.seq:
            yield Violation(Promise.UNCHANGED, f"{mid} acknowledged as {ack.seq}, is {line.seq}")


def _of_log(channel: str, lines: Sequence[Line]) -> Iterator[Violation]:
    if [one.seq for one in lines] != list(range(1, len(lines) + 1)):
        yield Violation(Promise.NO_GAP, channel)
    times = Counter(one.mid for one in lines)
    yield from (Violation(Promise.ONCE, mid) for mid, count in times.items() if count > 1)
    epoch = 0
    for one in lines:
        if one.epoch != epoch:
            yield Violation(Promise.ONE_COMMIT, f"{channel} {one.seq}")
        epoch += one.kind == Kind.COMMIT


def _of_feeds(
    ledger: Ledger, channel: str, lines: Sequence[Line], clients: Sequence[str]
) -> Iterator[Violation]:
    for client in clients:
        if ledger.feeds.get((client, channel), []) != list(lines):
            yield Violation(Promise.DELIVERED, f"{client} in {channel}")
