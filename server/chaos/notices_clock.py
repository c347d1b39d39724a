"""A clock that runs faster than ours, the same in every process, so that pauses pass in seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from server.clock import system_clock

SPEED = 60.0
"""A lease of two minutes lasts two seconds."""


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fast clock's hands were (`shown`) when ours showed `at`; both aware."""

    at: datetime
    shown: datetime
    speed: float = SPEED


@dataclass(frozen=True, slots=True, kw_only=True)
class FastClock:
    """Shows the fast time, wrong by `skew`."""

    hands: Hands
    skew: timedelta = timedelta(0)
    ours: Callable[[], datetime] = system_clock

    def __call__(self) -> datetime:
        """Give the aware time it shows."""
        return self.hands.shown + (self.ours() - self.hands.at) * self.hands.speed + self.skew
