"""The days of the seeded weeks: counted in working days back from the newest one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
LAST_WORD = time(9, 30)
"""Whatever the script puts on its last day comes before this, in Paris."""

_SATURDAY = 5
_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekdays:
    """Working days by number: 0 the newest, -1 the one before it, 1 the next."""

    newest: date

    @staticmethod
    def before(now: datetime) -> "Weekdays":
        """Count from the last working day of which the script's hours have passed."""
        here = now.astimezone(PARIS)
        day = here.date() if here.time() >= LAST_WORD else here.date() - timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day -= timedelta(days=1)
        return Weekdays(newest=day)

    def day(self, number: int) -> date:
        """Give a working day."""
        day, step = self.newest, timedelta(days=1 if number > 0 else -1)
        for _ in range(abs(number)):
            day += step
            while day.weekday() >= _SATURDAY:
                day += step
        return day

    def wall(self, written: str) -> datetime:
        """Give the wall time in Paris of a moment written as « -3 09:15 »."""
        number, _, hour = written.partition(" ")
        return datetime.combine(self.day(int(number)), time.fromisoformat(hour))

    def at(self, written: str) -> datetime:
        """Give the instant of a moment written as « -3 09:15 », aware, in UTC."""
        return self.wall(written).replace(tzinfo=PARIS).astimezone(UTC)

    def name(self, number: int) -> str:
        """Say a working day as people do: « jeudi »."""
        return _NAMES[self.day(number).weekday()]
