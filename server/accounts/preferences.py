"""What somebody chose: the language of the pages, and when to be told that something waits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from crypto.ids import ErrandId, ProfessionalId
from notifications import hours

_DAY = timedelta(days=1)
_WEEK = 7


class Language(StrEnum):
    """The languages the pages are written in."""

    FRENCH = "fr"
    ENGLISH = "en"


class Digest(StrEnum):
    """How often an e-mail may sum up how much waits."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's choices, with those nobody has made yet.

    Between `quiet_from` and `quiet_to`, wall times of the network's zone, and on the
    `quiet_days` (0 is Monday), nothing rings; equal times mean that there are no quiet hours.
    `urgent`: what a colleague marked as urgent may ring all the same; `urgent_email`: it comes
    by e-mail too. `digest_at` is a wall time, `digest_day` the day of a weekly digest.
    `next_digest` is when one is due, `last_digest` when one was last sent, `digest_errand` it.
    """

    professional: ProfessionalId
    language: Language = Language.FRENCH
    digest: Digest = Digest.OFF
    urgent: bool = True
    quiet_from: time = time(20)
    quiet_to: time = time(8)
    push: bool = True
    digest_at: time = time(7, 30)
    digest_day: int = 0
    quiet_days: tuple[int, ...] = ()
    urgent_email: bool = False
    next_digest: datetime | None = None
    last_digest: datetime | None = None
    digest_errand: ErrandId | None = None

    def is_quiet(self, at: datetime) -> bool:
        """Tell whether a time on the network's clocks is a quiet one; hours may span midnight."""
        if at.weekday() in self.quiet_days:
            return True
        clock = at.time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= clock < self.quiet_to
        return clock >= self.quiet_from or clock < self.quiet_to


def with_next_digest(choices: Preferences, after: datetime, zone: ZoneInfo) -> Preferences:
    """Say when the next digest is due after an instant, if there is to be one."""
    return replace(choices, next_digest=_next_digest(choices, after, zone))


def _next_digest(choices: Preferences, after: datetime, zone: ZoneInfo) -> datetime | None:
    if choices.digest is Digest.OFF:
        return None
    today = after.astimezone(zone).date()
    for ahead in range(_WEEK + 1):
        day = today + ahead * _DAY
        at = _at(day, choices.digest_at, zone)
        if at > after and _is_day_of(choices, day):
            return at
    return None


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return hours.from_ms(hours.instant(datetime.combine(day, clock), zone.key))


def _is_day_of(choices: Preferences, day: date) -> bool:
    return choices.digest is Digest.DAILY or day.weekday() == choices.digest_day


class PreferenceStore(Protocol):
    """Preferences by professional."""

    async def find(self, professional: ProfessionalId) -> Preferences:
        """Give somebody's choices, or those nobody has made yet."""
        ...

    async def change(
        self, professional: ProfessionalId, decide: Callable[[Preferences], Preferences]
    ) -> Preferences:
        """Make of somebody's choices what a pure decision makes of them, in one atom."""
        ...

    async def digests_due(
        self, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Preferences, ...]:
        """Take those whose digest is due, for oneself until a moment."""
        ...
