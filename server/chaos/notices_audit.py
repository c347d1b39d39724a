"""What the families received against what the notices say: the audit of `ronde chaos --notices`.

The providers' ledger is the truth, and the servers never see it.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from notifications.delivery import UNDELIVERED
from notifications.notice import ALARMING, Medium, Notice, State
from server.chaos.notices_doors import MAIL

_UNSETTLED = frozenset({State.PLANNED, State.CLAIMED, State.SENDING})


class Promise(StrEnum):
    """What must hold however often the servers are killed, whatever the providers do."""

    ONCE = "once"
    NOT_FORGOTTEN = "not_forgotten"
    TRUE = "true"
    ENDED = "ended"
    LISTED = "listed"
    ALERTED = "alerted"


class Violation(NamedTuple):
    """A promise broken, and by which notice."""

    promise: Promise
    notice: str


@dataclass(slots=True)
class Received:
    """What was taken, by notice: texts by every provider, and mails of one Message-ID each."""

    texts: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    lost: set[str] = field(default_factory=set)

    @staticmethod
    def read(path: Path) -> "Received":
        """Read the providers' ledger."""
        received = Received()
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            if "lost" in said:
                received.lost.add(said["lost"])
            else:
                (received.mails if said["door"] == MAIL else received.texts)[said["key"]] += 1
        return received

    @property
    def copies(self) -> int:
        """How many mails came a second time, as the same message, which readers drop."""
        return sum(times - 1 for times in self.mails.values())


def audit(
    notices: Iterable[Notice], received: Received, *, listed: Collection[str]
) -> Iterator[Violation]:
    """Find every broken promise; `listed` are the notices that the office is shown."""
    known = set[str]()
    for notice in notices:
        known.add(notice.id)
        taken = received.mails if notice.medium is Medium.EMAIL else received.texts
        yield from _judged(notice, taken[notice.id], received, listed)
    for key in (received.texts.keys() | received.mails.keys()) - known:
        yield Violation(Promise.TRUE, key)


def _judged(
    notice: Notice, taken: int, received: Received, listed: Collection[str]
) -> Iterator[Violation]:
    if taken > 1 and notice.medium is Medium.SMS:
        yield Violation(Promise.ONCE, notice.id)
    if notice.state in _UNSETTLED:
        yield Violation(Promise.ENDED, notice.id)
    if notice.state in ALARMING and notice.id not in listed:
        yield Violation(Promise.LISTED, notice.id)
    if notice.state in ALARMING and not notice.alerted:
        yield Violation(Promise.ALERTED, notice.id)
    lost = notice.state is State.DEAD and notice.answer == UNDELIVERED
    if lost and notice.id not in received.lost:
        yield Violation(Promise.TRUE, notice.id)
    if taken and notice.state not in {State.SENT, State.UNKNOWN} and not lost:
        yield Violation(Promise.TRUE, notice.id)
    if not taken and notice.state not in ALARMING and not _is_needless(notice):
        yield Violation(Promise.NOT_FORGOTTEN, notice.id)


def _is_needless(notice: Notice) -> bool:
    """Tell whether this is a mail instead of a text, for somebody who has no address."""
    return notice.is_backup and notice.state is State.CANCELLED
