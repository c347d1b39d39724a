"""What a person does about a notice: they called, so the alarm is over, or have it told again."""

from dataclasses import replace
from datetime import datetime, timedelta

from crypto.ids import NoticeId, id_of
from notifications import hours
from notifications.delivery import wait_until
from notifications.notice import ALARMING, Notice, Rule, SeenTo, State, next_hour, untried

MAX_NOTE = 1000
# A notice of no appointment that a person asks for again is worth trying for so long.
AGAIN_HOLDS = timedelta(days=2)


class NothingToResend(Exception):
    """A notice is sent again once it has ended, and while there is still something to tell."""


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


def resend(notice: Notice, by: str, *, now: datetime) -> Notice:
    """Give the notice by which a person has this one told again, under an id of its own.

    The same wish about the same notice is the same new one. `by` is who asks.

    Raises:
        NothingToResend: It has not ended, was taken back, or its appointment has begun.
    """
    ended = notice.state is State.SENT or notice.state in ALARMING
    at = hours.to_ms(now)
    expires = _holds(notice, at)
    if not ended or notice.withdrawn or expires <= at:
        raise NothingToResend
    first, again = notice.again_of or notice.id, notice.again + 1
    not_before = next_hour(at, notice.rule, notice.zone)
    other = NoticeId(id_of(f"{first}:again:{again}"))
    planned = untried(notice, other, medium=notice.medium, not_before=not_before, expires=expires)
    return wait_until(replace(planned, again_of=first, again=again, asked_by=by), not_before, at)


def _holds(notice: Notice, at: int) -> int:
    """Say until when a notice sent again is worth telling: its appointment's beginning."""
    if notice.start is None or notice.rule is Rule.MISSED:
        return at + AGAIN_HOLDS // hours.MILLISECOND
    return hours.instant(notice.start, notice.place_zone)
