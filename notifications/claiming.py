"""Taking a notice in hand: which provider has it, whether it still holds, the moment it leaves.

Pure rules on one notice. What is due is claimed for the length of a lease, asked again, and
then begun, put off or ended; what an answer does to it afterwards is `delivery.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from notifications import delivery, hours
from notifications.delivery import (
    Ambiguous,
    Capabilities,
    NotClaimed,
    asks_first,
    end,
    may_repeat,
    wait_until,
)
from notifications.notice import ALARMING, Notice, State, next_hour
from notifications.reach import WhyNot

LEASE = timedelta(minutes=2)
# Whether somebody has confirmed their address meanwhile is asked this often.
UNCONFIRMED_PAUSE = timedelta(hours=1)


def choose(notice: Notice, names: tuple[str, ...]) -> str | None:
    """Name the provider that an attempt takes, of those there are in their order.

    A notice in doubt, or on its way, stays with whoever may have it: None if that one is
    gone. One that was certainly not taken goes to the next in line.
    """
    if notice.doubtful or notice.state is State.SENDING:
        had = notice.provider or next(iter(names), None)
        return had if had in names else None
    if notice.attempts and notice.provider in names:
        return names[(names.index(notice.provider) + 1) % len(names)]
    return next(iter(names), None)


def is_due(notice: Notice, now: datetime) -> bool:
    """Tell whether a worker must look at a notice now."""
    return notice.next_at is not None and notice.next_at <= hours.to_ms(now)


def claim(
    notice: Notice, capabilities: Capabilities, *, now: datetime, chance: Callable[[], float]
) -> Notice:
    """Take a notice in hand for the length of a lease, or settle what needs no sending.

    What is not due stays as it is. One found `sending` after its lease was left there
    by a crash. An alert that was not raised yet is leased like a send.
    """
    if not is_due(notice, now):
        return notice
    if notice.state is State.SENDING:
        left = Ambiguous("interrupted")
        return delivery.record(
            notice, left, attempt=notice.attempts, capabilities=capabilities, now=now, chance=chance
        )
    leased = hours.to_ms(now + LEASE)
    if notice.state in ALARMING:
        return replace(notice, next_at=leased)
    claimed = replace(notice, state=State.CLAIMED, next_at=leased)
    if asks_first(notice, capabilities):
        return claimed  # A question disturbs nobody, at any hour.
    return _put_off(notice, capabilities, hours.to_ms(now)) or claimed


def start(
    notice: Notice,
    capabilities: Capabilities,
    *,
    now: datetime,
    provider: str,
    link: str,
    reached: str | None = None,
) -> Notice:
    """Write down that the first byte is about to leave, if the notice still holds.

    The answer is `sending` only if it may be sent now; else it was put off or ended.
    `link` is the fingerprint of the token that goes out with it, `reached` that of the
    address, `provider` whose `capabilities` these are.

    Raises:
        NotClaimed: It was withdrawn, or another worker has it.
    """
    if notice.state is not State.CLAIMED:
        raise NotClaimed
    at = hours.to_ms(now)
    return _put_off(notice, capabilities, at) or replace(
        notice,
        state=State.SENDING,
        attempts=notice.attempts + 1,
        first_try=at if notice.first_try is None else notice.first_try,
        next_at=hours.to_ms(now + LEASE),
        provider=provider,
        link=link,
        reached=reached,
    )


def put_aside(notice: Notice, why: WhyNot, *, now: datetime) -> Notice:
    """Act on the answer that somebody is not told now: wait for a yes, or call it off.

    Raises:
        NotClaimed: The notice is not in the hands of the caller any more.
    """
    if why is not WhyNot.UNCONFIRMED:
        return call_off(notice, why.value, now=now)
    if notice.state is not State.CLAIMED:
        raise NotClaimed
    at = hours.to_ms(now)
    again = hours.next_decent(hours.to_ms(now + UNCONFIRMED_PAUSE), notice.zone)
    return wait_until(replace(notice, answer=why.value), again, at)


def call_off(notice: Notice, code: str, *, now: datetime) -> Notice:
    """Take back what was not sent: the contact objected, or is gone.

    Raises:
        NotClaimed: The notice is not in the hands of the caller any more.
    """
    if notice.state is not State.CLAIMED:
        raise NotClaimed
    return end(replace(notice, answer=code), State.CANCELLED, hours.to_ms(now))


def give_up(notice: Notice, code: str, *, now: datetime) -> Notice:
    """End a notice that cannot even be put into words.

    Raises:
        NotClaimed: The notice is not in the hands of the caller any more.
    """
    if notice.state is not State.CLAIMED:
        raise NotClaimed
    return end(replace(notice, answer=code), State.DEAD, hours.to_ms(now))


def _put_off(notice: Notice, capabilities: Capabilities, at: int) -> Notice | None:
    """Give what becomes of a notice that must not be sent at this instant, if so."""
    if at >= notice.expires:
        return end(replace(notice, answer="too_late"), State.EXPIRED, at)
    if notice.doubtful and not may_repeat(notice, capabilities, at):
        return end(notice, State.UNKNOWN, at)
    decent = next_hour(max(at, notice.not_before), notice.rule, notice.zone)
    return wait_until(notice, decent, at) if decent > at else None
