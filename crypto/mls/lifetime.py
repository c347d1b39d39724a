"""How long a key package may be used: RFC 9420, section 7.2, and protocol R12."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.mls.codec import Reader, Writer
from crypto.mls.refused import Refused

LONGEST: Final = timedelta(days=90)
"""The longest lifetime that Ronde accepts."""

_SLOW_CLOCK = timedelta(hours=1)


class Expired(Refused):
    """A key package is used before or after its time."""


class LivesTooLong(Refused):
    """A key package claims more time than the application grants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Both ends in whole seconds since 1970, UTC; both included."""

    not_before: int
    not_after: int

    @staticmethod
    def starting(now: datetime, length: timedelta = LONGEST) -> "Lifetime":
        """Count a lifetime from an hour ago, for those whose clock is slow."""
        start = int((now - _SLOW_CLOCK).timestamp())
        return Lifetime(not_before=start, not_after=start + int(length.total_seconds()))

    def write(self, writer: Writer) -> None:
        """Append the wire form."""
        writer.uint64(self.not_before).uint64(self.not_after)

    @staticmethod
    def read(reader: Reader) -> "Lifetime":
        """Take the wire form."""
        return Lifetime(not_before=reader.uint64(), not_after=reader.uint64())


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimePolicy:
    """What is asked of the lifetime in a leaf.

    `now` is the moment the leaf is used: for a message from the log, the moment the log
    took it, so that a client which catches up after months judges like everybody else;
    without it the length alone is judged. With `expires` false, what is over is accepted:
    a member who was silent since its key package expired is still a member, and must not
    keep newcomers from joining.
    """

    now: datetime | None
    longest: timedelta = LONGEST
    expires: bool = True

    def check(self, lifetime: Lifetime) -> None:
        """Accept a lifetime.

        Raises:
            LivesTooLong: It is longer than the policy's longest.
            Expired: The moment of use is not within it.
        """
        length = lifetime.not_after - lifetime.not_before
        if not 0 <= length <= int(self.longest.total_seconds()):
            raise LivesTooLong
        if self.now is None:
            return
        moment = int(self.now.timestamp())
        if moment < lifetime.not_before or (self.expires and moment > lifetime.not_after):
            raise Expired
