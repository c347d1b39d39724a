"""Whether somebody may be told by a medium today, asked at the moment of sending.

The answer is an address, which is used and never kept, or one stable word why not.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class WhyNot(StrEnum):
    """Why somebody is not told now; the outbox keeps the word as a notice's answer."""

    OPTED_OUT = "opted_out"
    UNCONFIRMED = "unconfirmed"
    NOT_THEIRS = "not_theirs"
    NO_AUTHORITY = "no_authority"
    FORBIDDEN = "forbidden"
    NO_ADDRESS = "no_address"
    GONE = "gone"
    NOTHING_NEW = "nothing_new"


FIRST_WORDS = frozenset({"booked", "changed", "cancelled", "greeting"})
"""The rules that leave to a medium nobody confirmed yet: they carry the link where one does."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody can be told now: an e-mail address, or a number in international form."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotNow:
    """Somebody is not told now; only `unconfirmed` may become a yes by waiting."""

    code: WhyNot


Reached = Reach | NotNow
