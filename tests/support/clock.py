"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class StandingClock:
    """Callable like the server's clock."""

    def __init__(self, at: datetime = START) -> None:
        self.now = at

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Go forward by hours, minutes, seconds, as timedelta names them."""
        self.now += timedelta(**by)
