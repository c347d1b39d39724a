"""What a service needs of the world beside its store: time, ids, and a record of what is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from care_circle.access import Action
from crypto.ids import ProfessionalId

Clock = Callable[[], datetime]
NewId = Callable[[], str]
Record = Callable[[ProfessionalId, Action, str, str], Awaitable[None]]
"""Writes one line of the audit log, durably: who was let through, to do what, kind and id.

It is written before the thing is done or shown, so that nothing happens unrecorded; kind
and id name the thing, never what it says. The id is empty for a list.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Clock (aware UTC), maker of ids, audit log, and the zone whose days the network counts."""

    clock: Clock
    new_id: NewId
    record: Record
    zone: ZoneInfo

    def now(self) -> datetime:
        """Give the aware UTC time."""
        return self.clock()

    def today(self) -> date:
        """Give the day it is where the network works: conventions count by such days."""
        return self.clock().astimezone(self.zone).date()
