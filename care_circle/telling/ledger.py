"""What left, what waits, what failed: the notices of all appointments and errands, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from care_circle.appointment import Appointment
from notifications import hours
from notifications.errand import Errand
from notifications.notice import Medium, Notice, Rule, State, failed

UNDER_WAY = frozenset({State.PLANNED, State.CLAIMED, State.SENDING})
"""What is still to leave, or leaving: listed whatever its day."""

Record = Appointment | Errand
"""What carries notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One notice, and the record it lives in."""

    record: Record
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which notices are wanted: from a day of a `zone` on, in a state, by a medium.

    `in_need`: those alone that somebody must see to, whatever their day. Without a state, what
    was planned for later than today is left out.
    """

    since: date
    state: State | None = None
    in_need: bool = False
    medium: Medium | None = None
    zone: tzinfo = UTC

    def fits(self, notice: Notice, record: Record) -> bool:
        """Tell whether a notice of a record is wanted."""
        if not is_listed(notice) or self.medium not in (None, notice.medium):
            return False
        if self.in_need:
            return notice in failed(record.notices)
        if self.state in UNDER_WAY:
            return notice.state is self.state
        return self.state in (None, notice.state) and day_of(notice, self.zone) >= self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many notices there are: by state from a day on, and how many need a person."""

    since: date
    states: Mapping[State, int]
    in_need: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What a pause holds back: what would leave now, and what it is too late for already."""

    waiting: int
    ran_out: int


class Ledger(Protocol):
    """The notices of all records, found without opening those that are not wanted."""

    async def page(
        self, wanted: Narrowing, *, today: date, after: str, limit: int
    ) -> tuple[tuple[Entry, ...], str | None]:
        """Page through notices; also gives the cursor of what follows, if anything does.

        They come by day of the zone that is wanted.
        What is planned comes in the order in which it will leave, all else the newest first.
        """
        ...

    async def counts(self, *, since: date, today: date, zone: tzinfo = UTC) -> Counts:
        """Count notices by the days of a zone, opening none.

        Sent and taken back count from a day up to today, and so does what failed; what is
        still to leave counts whenever that is.
        """
        ...

    async def backlog(self, now: datetime) -> Backlog:
        """Count what would have left by now, and what can leave no more."""
        ...


def is_listed(notice: Notice) -> bool:
    """Tell whether a notice belongs in the list: a digest does only where its address failed."""
    return notice.rule is not Rule.DIGEST or notice.state is State.DEAD


def moment_of(notice: Notice) -> datetime:
    """Give when a notice was first sent, or else when it is, or was, to leave (UTC)."""
    return hours.from_ms(notice.not_before if notice.first_try is None else notice.first_try)


def day_of(notice: Notice, zone: tzinfo = UTC) -> date:
    """Give the day of a zone under which a notice is listed."""
    return moment_of(notice).astimezone(zone).date()
