"""What somebody of the family said of a medium, by which way and when: the proof of it.

A log that only grows (NOT-3). It is sealed with the contact under the child's key, is shown to
the office alone, and goes when the child's file is erased, never before.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crypto.ids import NoticeId, ProfessionalId
from notifications.notice import Medium


class Deed(StrEnum):
    """What became of a medium."""

    CONFIRMED = "confirmed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    DISOWNED = "disowned"
    READDRESSED = "readdressed"


class Way(StrEnum):
    """How it was said: by a notice's link, an SMS, a mailbox's button, the office, an import."""

    LINK = "link"
    REPLY = "reply"
    ONE_CLICK = "one_click"
    OFFICE = "office"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How and when something was said; `by` is the office's person, `notice` whose link it was."""

    way: Way
    at: datetime
    by: ProfessionalId | None = None
    notice: NoticeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One line of the log; `address` is the one it was said of."""

    medium: Medium
    deed: Deed
    saying: Saying
    address: str | None = field(default=None, repr=False)
