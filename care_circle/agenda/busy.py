"""Times a professional is taken elsewhere, as an imported calendar says: spans and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from care_circle.agenda.spans import Span, merged
from crypto.ids import ProfessionalId

MOST_SPANS = 5_000


class CalendarFault(StrEnum):
    """What is wrong with a calendar file; `too_fine`: events that repeat each hour or finer."""

    NOT_A_CALENDAR = "not_a_calendar"
    TOO_MANY_EVENTS = "too_many_events"
    TOO_MANY_DATES = "too_many_dates"
    TOO_FINE = "too_fine"


class CalendarRefused(ValueError):
    """A calendar file cannot be taken."""

    def __init__(self, fault: CalendarFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyTimes:
    """What one professional's calendar left: `spans` in order, none touching the next.

    `events` were read, `unread` could not be. It holds until `horizon`.
    """

    id: ProfessionalId
    imported_at: datetime
    horizon: datetime
    events: int
    unread: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCalendar:
    """A calendar as it was read: the spans it takes, how many events, how many unreadable."""

    spans: tuple[Span, ...]
    events: int
    unread: int


def busy_times(
    professional: ProfessionalId, read: ReadCalendar, *, now: datetime, horizon: datetime
) -> BusyTimes:
    """Keep of a calendar when its owner is taken.

    Raises:
        CalendarRefused: That is more than anybody's year.
    """
    spans = merged(read.spans)
    if len(spans) > MOST_SPANS:
        raise CalendarRefused(CalendarFault.TOO_MANY_DATES)
    return BusyTimes(
        id=professional,
        imported_at=now,
        horizon=horizon,
        events=read.events,
        unread=read.unread,
        spans=spans,
    )
