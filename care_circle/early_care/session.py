"""One session of early care: when, where, held or missed, and three lines about it (F38)."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care_circle.definition.early_care_terms import Part
from care_circle.definition.form import Answer
from care_circle.early_care.due import Due, Side
from care_circle.mending import Mendable, Mender
from crypto.ids import CareSessionId, ProfessionalId

MAX_LINES = 3
MAX_NOTE = 600
MAX_MINUTES = 480
_PLACE = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


class SessionInTheFuture(ValueError, Mendable):
    """A session is claimed once it has begun."""

    mended_by = Mender.PROFESSIONAL


class BadSession(ValueError, Mendable):
    """Minutes outside 1 to 480 or of a missed one, a long note, or a place that is no code."""

    mended_by = Mender.PROFESSIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a paramedic says of a session: `at` is wall time, `place` a code of the form's.

    One that was missed took no minutes.
    """

    on: date
    at: time
    part: Part
    done: bool
    place: str
    minutes: int | None = None
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it was claimed; one that is missed is owed nothing."""

    id: CareSessionId
    professional: ProfessionalId
    held: Held
    claimed_at: datetime
    due: Due

    @property
    def stands(self) -> bool:
        """Whether it has not been taken back."""
        return self.due.taken_back is None

    @property
    def counts(self) -> bool:
        """Whether it uses up the quota: held, and not taken back."""
        return self.held.done and self.stands

    @property
    def owed(self) -> Side | None:
        """What the next statement has to say of it: nothing of one that was missed."""
        return self.due.owed() if self.held.done else None

    def settled(self, due: Due) -> "Session":
        """Give the same session with its amount where it stands now."""
        return replace(self, due=due)


def answers_of(held: Held) -> dict[str, Answer | None]:
    """Give what is said of a session by the codes of the pathway's form for it."""
    return {
        "on": held.on.isoformat(),
        "at": held.at.isoformat(timespec="minutes"),
        "part": held.part.value,
        "state": "done" if held.done else "missed",
        "place": held.place,
        "minutes": held.minutes,
        "note": held.note or None,
    }


def without_words(session: Session) -> Session:
    """Give a session without its note and without the words about taking it back."""
    taken = session.due.taken_back
    due = replace(session.due, taken_back=None if taken is None else replace(taken, words=""))
    return replace(session, held=replace(session.held, note=""), due=due)


def overlap(one: Held, other: Held) -> bool:
    """Tell whether two sessions share a minute."""
    first, second = sorted((one, other), key=_begin)
    return _begin(first) + timedelta(minutes=first.minutes or 1) > _begin(second)


def require_sayable(held: Held, *, now: datetime, zone: ZoneInfo) -> None:
    """Insist that what is said of a session can be true.

    Raises:
        BadSession: Minutes, note or place are out of bounds.
        SessionInTheFuture: It has not begun yet where the network works.
    """
    lines = held.note.splitlines()
    if (held.minutes is None) is held.done or not _PLACE.fullmatch(held.place):
        raise BadSession
    if held.minutes is not None and not 1 <= held.minutes <= MAX_MINUTES:
        raise BadSession
    if len(lines) > MAX_LINES or len(held.note) > MAX_NOTE:
        raise BadSession
    if held.at.tzinfo is not None:
        raise BadSession
    if _begin(held) > now.astimezone(zone).replace(tzinfo=None):
        raise SessionInTheFuture


def _begin(held: Held) -> datetime:
    return datetime.combine(held.on, held.at)
