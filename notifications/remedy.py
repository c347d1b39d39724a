"""What a person can do about a notice that failed, in one stable word."""

from enum import StrEnum

from notifications.notice import Notice, State
from notifications.reach import WhyNot


class Remedy(StrEnum):
    """What to do: call the family, mend the address, have it confirmed, or see to the house."""

    CALL = "call"
    MEND = "mend"
    CONFIRM = "confirm"
    HOUSE = "house"


# Nothing is wrong with the family's address: whoever runs the house must see to it.
_OF_THE_HOUSE = frozenset({"not_configured", "cannot_render", "sender_failed"})


def remedy_for(notice: Notice) -> Remedy:
    """Say what helps; where it is too late, or nobody knows, only a call does."""
    if notice.answer in _OF_THE_HOUSE:
        return Remedy.HOUSE
    if notice.answer == WhyNot.UNCONFIRMED:
        return Remedy.CONFIRM
    return Remedy.MEND if notice.state is State.DEAD else Remedy.CALL
