"""What an answer does to a notice: it got out, once, or ends in a state that somebody sees.

Pure rules on one notice that `claiming.py` has begun. It is `sending` in the store before its
first byte leaves, so whoever finds it there later knows that it may have arrived. What happens
then depends on the medium: with a key the provider drops a second copy, so we try again with
the same key; without one we never try again and say `unknown`.
Where there are several providers, a doubt stays with the one that may have the message;
only after a certain "not taken" is the next in line tried.
Clocks may disagree by an hour: a lease taken too early costs a doubt, never a second message.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notifications import hours
from notifications.notice import ALARMING, WITHDRAWN, Notice, State, next_hour

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)
# A provider is asked what became of a message only after it had time to take it.
LOOK_UP_PAUSE = timedelta(minutes=5)
ATTEMPTS = 20
UNDELIVERED = "undelivered"


class NotClaimed(Exception):
    """The notice is not, or no longer, in the hands of a worker that wants to send it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider promises about repeats, and about what becomes of a message.

    `key_window`: how long it remembers an idempotency key and drops a second message
    under it; None when it knows no keys. `lookup`: it can say by our key what it took.
    `receipts`: it says later whether a message arrived.
    """

    key_window: timedelta | None
    lookup: bool
    receipts: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it; `ref` is its name for it."""

    ref: str


@dataclass(frozen=True, slots=True)
class Retry:
    """The provider certainly does not have it and may take it later."""

    code: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nobody can tell whether the provider has it."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take it."""

    code: str


class ReceiptState(StrEnum):
    """What a provider says later of a message it took."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a provider says of a message after the answer; `code` is its word, made ours."""

    state: ReceiptState
    at: datetime
    code: str | None = None


Result = Accepted | Retry | Ambiguous | Refused

NO_PROMISE = Capabilities(key_window=None, lookup=False)
"""What is promised by a provider that is not, or no longer, there."""


def record(
    notice: Notice,
    result: Result,
    *,
    attempt: int,
    capabilities: Capabilities,
    now: datetime,
    chance: Callable[[], float],
    providers: int = 1,
) -> Notice:
    """Keep what became of an attempt; `chance` gives a number in [0, 1) for the jitter.

    Of several `providers` the next is tried at once, and a pause is made when all had it.

    An answer that comes after its attempt was given up counts only if it says that the
    message was taken: that is a fact, whatever was decided meanwhile.
    """
    if isinstance(result, Accepted):
        return _sent(notice, result.ref)
    if notice.state is not State.SENDING or notice.attempts != attempt:
        return notice
    at = hours.to_ms(now)
    noted = replace(notice, answer=result.code)
    match result:
        case Refused():
            return end(noted, State.DEAD, at)
        case Retry(after=after):
            pause = _pause(noted, after, chance, providers)
            return _try_again(noted, capabilities, at, pause=pause)
        case Ambiguous():
            doubtful = replace(noted, doubtful=True)
            wait = LOOK_UP_PAUSE if asks_first(doubtful, capabilities) else None
            return _try_again(doubtful, capabilities, at, pause=_pause(noted, wait, chance, 1))


def settle_doubt(notice: Notice, found: Result, *, now: datetime) -> Notice:
    """Act on what the provider says became of the last attempt.

    Only a yes settles it. A provider that does not have it yet may still be taking it,
    so a no is left to a person: without a key nothing is sent a second time.

    Raises:
        NotClaimed: The notice is not in the hands of the caller any more.
    """
    if notice.state is not State.CLAIMED:
        raise NotClaimed
    if isinstance(found, Accepted):
        return _sent(notice, found.ref)
    return end(replace(notice, answer=found.code), State.UNKNOWN, hours.to_ms(now))


def receive(notice: Notice, receipt: Receipt) -> Notice:
    """Keep what a provider says later; the same again, or what is known better, changes nothing.

    That a message was taken or arrived is a fact, whatever was decided meanwhile. That it
    failed ends the notice `dead`, for a person to hear of, unless it arrived after all.
    """
    if not notice.attempts or notice.delivered_at is not None:
        return notice
    at = hours.to_ms(receipt.at)
    match receipt.state:
        case ReceiptState.ACCEPTED:
            return notice if notice.state is State.SENT else _sent(notice, "")
        case ReceiptState.DELIVERED:
            sent = _sent(replace(notice, answer=None), "")
            return replace(sent, delivered_at=at, answer=receipt.state.value)
        case ReceiptState.FAILED:
            return _undelivered(notice, at)


def _undelivered(notice: Notice, at: int) -> Notice:
    """End what a provider took and could not deliver; a failure of nothing says nothing."""
    under_way = notice.state in {State.SENT, State.UNKNOWN, State.SENDING} or notice.doubtful
    if not under_way or notice.answer == UNDELIVERED:
        return notice
    ended = replace(notice, doubtful=False, answer=UNDELIVERED)
    if notice.withdrawn:
        return replace(ended, state=State.CANCELLED, next_at=None)
    return end(ended, State.DEAD, at)


def was_alerted(notice: Notice) -> Notice:
    """Note that a person was told of a notice that failed, so that it is done with."""
    if notice.state not in ALARMING:
        return notice
    return replace(notice, alerted=True, next_at=None)


def asks_first(notice: Notice, capabilities: Capabilities) -> bool:
    """Tell whether a doubt about the last attempt can be settled by asking the provider."""
    return notice.doubtful and capabilities.key_window is None and capabilities.lookup


def _sent(notice: Notice, ref: str) -> Notice:
    """Keep that a message was taken; that it failed afterwards is known better."""
    if notice.state is State.DEAD and notice.answer == UNDELIVERED:
        return replace(notice, ref=ref)
    return replace(
        notice,
        state=State.SENT,
        next_at=None,
        ref=ref or notice.ref,
        answer="accepted",
        doubtful=False,
    )


def _try_again(notice: Notice, capabilities: Capabilities, at: int, *, pause: int) -> Notice:
    if notice.withdrawn:
        return end(replace(notice, answer=WITHDRAWN), State.CANCELLED, at)
    if notice.attempts >= ATTEMPTS:
        return end(notice, State.DEAD, at)
    if asks_first(notice, capabilities):
        return replace(notice, state=State.PLANNED, next_at=at + pause)
    again = next_hour(at + pause, notice.rule, notice.zone)
    if notice.doubtful and not may_repeat(notice, capabilities, again):
        return end(notice, State.UNKNOWN, at)
    return wait_until(notice, again, at)


def wait_until(notice: Notice, until: int, at: int) -> Notice:
    """Put a notice off until an instant; one that is no longer worth telling then has expired."""
    if until >= notice.expires:
        return end(notice, State.EXPIRED, at)
    return replace(notice, state=State.PLANNED, next_at=until)


def end(notice: Notice, state: State, at: int) -> Notice:
    """End a notice; a doubt outlives every other end, so that nobody takes it for unsent."""
    end = State.UNKNOWN if notice.doubtful else state
    return replace(notice, state=end, next_at=at if end in ALARMING else None, alerted=False)


def may_repeat(notice: Notice, capabilities: Capabilities, at: int) -> bool:
    """Tell whether a second copy would be dropped by the provider.

    Only half the key window counts: the machines' clocks may disagree.
    """
    if capabilities.key_window is None:
        return False
    first = at if notice.first_try is None else notice.first_try
    return at - first < capabilities.key_window // 2 // hours.MILLISECOND


def _pause(
    notice: Notice, least: timedelta | None, chance: Callable[[], float], providers: int
) -> int:
    """Choose a full-jitter pause in ms: up to 30 s, doubling by round, at most 30 min."""
    round_, turn = divmod(max(notice.attempts - 1, 0), max(providers, 1))
    if turn + 1 < providers:
        return 0
    longest = min(FIRST_PAUSE * (1 << round_), LONGEST_PAUSE)
    return max(longest * chance(), least or timedelta(0)) // hours.MILLISECOND
