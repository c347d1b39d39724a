"""How often somebody may try: token buckets in memory, one for each name.

One process answers for one network; a restart forgives, and the Argon2 gate still holds.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_REMEMBERED = 20_000


class TooManyRequests(Exception):
    """The allowance is used up; `retry_after` is when the next try is worth it, in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many tries in so many seconds, refilled evenly."""

    tries: int
    seconds: int


@dataclass(frozen=True, slots=True)
class _Bucket:
    left: float
    at: datetime


class RateLimit:
    """An allowance for each of many names; forgets the longest unused beyond its bound."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def spend(self, name: str, *, now: datetime) -> None:
        """Use one try of a name.

        Raises:
            TooManyRequests: None is left.
        """
        left = self._left(name, now)
        if left < 1:
            missing = (1 - left) * self._allowance.seconds / self._allowance.tries
            raise TooManyRequests(max(1, math.ceil(missing)))
        self._buckets[name] = _Bucket(left - 1, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)

    def give_back(self, name: str, *, now: datetime) -> None:
        """Give one try back: it was no guess, and whole wards share an address."""
        left = min(float(self._allowance.tries), self._left(name, now) + 1)
        self._buckets[name] = _Bucket(left, now)

    def forgive(self, name: str) -> None:
        """Give a name its whole allowance back, because it proved who it is."""
        self._buckets.pop(name, None)

    def _left(self, name: str, now: datetime) -> float:
        bucket = self._buckets.get(name)
        if bucket is None:
            return float(self._allowance.tries)
        passed = max(0.0, (now - bucket.at).total_seconds())
        refilled = passed * self._allowance.tries / self._allowance.seconds
        return min(float(self._allowance.tries), bucket.left + refilled)


def neighbourhood(address: str | None) -> str:
    """Name the network an address belongs to: its /24, or its /56 for IPv6."""
    try:
        known: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return "unknown"
    prefix = 24 if isinstance(known, IPv4Address) else 56
    return str(ip_network(f"{known}/{prefix}", strict=False))
