"""How fast a provider is asked, and when it is left alone for a while.

One bucket and one fuse for each provider, in memory: a restart forgets them, which costs at
most a few refused requests. Time here is the monotonic clock's, since a machine's clock jumps.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Ambiguous, Capabilities, Refused, Result, Retry
from notifications.senders import Text, Texter

LONGEST_WAIT_S = 8.0
"""Longer than this nobody waits for a turn: an attempt must be over within its time."""

_MOST_TURNS = 1000
FAILURES = 5
FIRST_REST_S = 30.0
LONGEST_REST_S = 600.0

Monotonic = Callable[[], float]


class Bucket:
    """Lets so many through in a second, evenly, and not in one burst after a pause."""

    def __init__(self, rate: float, clock: Monotonic) -> None:
        self._apart = 1 / rate
        self._clock = clock
        self._next = -math.inf

    def take(self, *, at_most: float) -> float | None:
        """Book a turn and say in how many seconds it is; None if that were too long to wait."""
        now = self._clock()
        turn = max(now, self._next)
        if turn - now > at_most:
            return None
        self._next = turn + self._apart
        return turn - now

    def hold(self, seconds: float) -> None:
        """Let nobody through for so long: the provider said that it is too much."""
        self._next = max(self._next, self._clock() + seconds)

    def wait(self) -> float:
        """Say in how many seconds there may be a turn."""
        return max(0.0, self._next - self._clock())


class Fuse:
    """Blows when a provider fails again and again; lets one through now and then to see."""

    def __init__(self, clock: Monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._rest = FIRST_REST_S
        self._until = -math.inf
        self._is_probing = False

    @property
    def is_blown(self) -> bool:
        """Tell whether the provider has failed and not been found well since."""
        return self._failures >= FAILURES

    def resting(self) -> float:
        """Say for how many seconds nobody should ask; 0 lets one through as a probe."""
        if not self.is_blown:
            return 0.0
        left = self._until - self._clock()
        if left <= 0:
            # Whoever is let through now is the probe; the others wait for what it finds.
            self._is_probing = True
            self._until = self._clock() + FIRST_REST_S
            return 0.0
        return left

    def went(self, *, well: bool) -> None:
        """Note how asking went. Those under way when it blew say nothing new by failing too."""
        if well:
            self._failures, self._rest, self._is_probing = 0, FIRST_REST_S, False
            return
        self._failures += 1
        if self._failures == FAILURES or self._is_probing:
            self._until = self._clock() + self._rest
            self._rest = min(self._rest * 2, LONGEST_REST_S)
            self._is_probing = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PacedTexter(Texter):
    """A texter that asks no faster than its provider likes, and rests while that is down.

    What it holds back certainly did not leave, so the next provider in line may take it.
    """

    texter: Texter
    rate: float
    clock: Monotonic
    _bucket: Bucket = field(init=False, repr=False)
    _fuse: Fuse = field(init=False, repr=False)
    _turns: set[NoticeId] = field(init=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_bucket", Bucket(self.rate, self.clock))
        object.__setattr__(self, "_fuse", Fuse(self.clock))

    @property
    @override
    def name(self) -> str:
        return self.texter.name

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self.texter.capabilities

    @override
    async def turn(self, key: NoticeId) -> None:
        """Wait for a turn and keep it for this key; one that is never used is forgotten."""
        if self._fuse.is_blown:
            return  # Whether to probe is decided when it is about to leave.
        wait = self._bucket.take(at_most=LONGEST_WAIT_S)
        if wait is None:
            return
        if len(self._turns) >= _MOST_TURNS:
            self._turns.clear()
        self._turns.add(key)
        if wait:
            await asyncio.sleep(wait)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        if (left := self._fuse.resting()) > 0:
            return Retry(f"{self.name}_resting", _seconds(left))
        had = key in self._turns
        self._turns.discard(key)
        wait = 0.0 if had else self._bucket.take(at_most=LONGEST_WAIT_S)
        if wait is None:
            return Retry(f"{self.name}_busy", _seconds(self._bucket.wait()))
        if wait:
            await asyncio.sleep(wait)
        result = await self.texter.send(text, to=to, key=key)
        self._learn(result)
        return result

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return await self.texter.look_up(key)

    def _learn(self, result: Result) -> None:
        """A provider that takes, or refuses one addressee, is well; a crowd is no failure."""
        match result:
            case Accepted() | Refused():
                self._fuse.went(well=True)
            case Retry(after=after) if after is not None:
                self._fuse.went(well=True)
                self._bucket.hold(after.total_seconds())
            case Retry() | Ambiguous():
                self._fuse.went(well=False)


def _seconds(left: float) -> timedelta:
    return timedelta(seconds=math.ceil(left))
