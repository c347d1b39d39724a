"""The pause button for all that leaves: who pressed it, since when, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from care_circle.mending import Proposing
from crypto.ids import ProfessionalId

MAX_REASON = 200


class BadPauseReason(ValueError):
    """Why sending is paused is printable, not empty and at most 200 characters."""


class UnconfirmedResumption(Proposing):
    """Who lets sending go on is told first what will leave at once, and what no longer can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Whether anything may leave; while it may not, who said so, when and why."""

    paused: bool = False
    by: ProfessionalId | None = None
    since: datetime | None = None
    reason: str = field(default="", repr=False)


class SendingSwitch(Protocol):
    """The one switch of the house."""

    async def sending(self) -> Sending:
        """Tell how it stands."""
        ...

    async def change(self, decide: Callable[[Sending], Sending]) -> Sending:
        """Turn it; durable when it is answered."""
        ...


def pause(held: Sending, *, by: ProfessionalId, reason: str, now: datetime) -> Sending:
    """Let nothing leave any more; paused already, it stays so since then, for the new reason.

    Raises:
        BadPauseReason: There is no reason, or it is too long or not printable.
    """
    said = reason.strip()
    if not 0 < len(said) <= MAX_REASON or not said.isprintable():
        raise BadPauseReason
    since = held.since if held.paused and held.since is not None else now
    return Sending(paused=True, by=by, since=since, reason=said)


def resume(_: Sending) -> Sending:
    """Let all leave again."""
    return Sending()
