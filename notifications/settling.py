"""A notice that failed, and that a person has made good: they called, so the alarm is over."""

from dataclasses import replace

from crypto.ids import NoticeId
from notifications.notice import ALARMING, Notice, SeenTo

MAX_NOTE = 1000


class NothingToSettle(Exception):
    """Only what failed, or may have, is seen to by a person."""


class NoteTooLong(ValueError):
    """What is noted of a call is at most 1000 characters."""


def settle(notices: tuple[Notice, ...], wanted: NoticeId, seen_to: SeenTo) -> tuple[Notice, ...]:
    """Note that a person saw to a notice of a record; whoever said so first stays.

    Raises:
        NothingToSettle: It is not there, or did not fail.
        NoteTooLong: The note is too long.
    """
    if len(seen_to.note) > MAX_NOTE:
        raise NoteTooLong
    held = next((each for each in notices if each.id == wanted), None)
    if held is None or held.state not in ALARMING:
        raise NothingToSettle
    return tuple(_settled(each, seen_to) if each.id == wanted else each for each in notices)


def _settled(notice: Notice, seen_to: SeenTo) -> Notice:
    """Leave no alarm to be raised: whoever would hear of it knows."""
    if notice.seen_to is not None:
        return notice
    return replace(notice, seen_to=seen_to, alerted=True, next_at=None)
