from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import (
    NO_PROMISE,
    Accepted,
    Ambiguous,
    Capabilities,
    Refused,
    Result,
    Retry,
)
from notifications.senders import Text, Texter
from server.senders.pacing import (
    FAILURES,
    FIRST_REST_S,
    LONGEST_REST_S,
    Bucket,
    Fuse,
    PacedTexter,
)

KEY = NoticeId("a" * 26)
TEXT = Text(text="RDV")
PHONE = "+33639980012"


@dataclass(slots=True)
class Watch:
    """A monotonic clock that a test turns."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Scripted(Texter):
    """A provider at the edge of the world that answers by script, and then takes everything."""

    answers: list[Result] = field(default_factory=list)
    asked: int = 0

    @property
    @override
    def name(self) -> str:
        return "one"

    @property
    @override
    def capabilities(self) -> Capabilities:
        return NO_PROMISE

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        self.asked += 1
        return self.answers.pop(0) if self.answers else Accepted("ref")

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("no_lookup")


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_turns_are_apart_as_the_rate_says(watch: Watch) -> None:
    bucket = Bucket(4, watch)

    turns = [bucket.take(at_most=10) for _ in range(5)]

    assert turns == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_pause_saves_up_no_burst(watch: Watch) -> None:
    bucket = Bucket(4, watch)
    bucket.take(at_most=10)
    watch.seconds = 100

    assert [bucket.take(at_most=10) for _ in range(3)] == [0.0, 0.25, 0.5]


def test_nobody_waits_longer_than_an_attempt_may_last(watch: Watch) -> None:
    bucket = Bucket(1, watch)
    waiting = [bucket.take(at_most=3) for _ in range(10)]

    assert waiting == [0.0, 1.0, 2.0, 3.0, None, None, None, None, None, None]
    assert bucket.wait() == 4.0


def test_a_fuse_blows_after_failures_in_a_row_and_lets_one_probe_through(watch: Watch) -> None:
    fuse = Fuse(watch)
    for _ in range(FAILURES - 1):
        fuse.went(well=False)
    before = fuse.resting()
    fuse.went(well=False)

    resting = fuse.resting()
    watch.seconds = FIRST_REST_S
    probe, beside = fuse.resting(), fuse.resting()

    assert (before, resting, probe) == (0.0, FIRST_REST_S, 0.0)
    assert beside > 0


def test_a_rest_doubles_up_to_ten_minutes_and_ends_with_the_first_success(watch: Watch) -> None:
    fuse = Fuse(watch)
    rests = []
    for _ in range(FAILURES + 8):
        fuse.went(well=False)
        rests.append(fuse.resting())
        watch.seconds += rests[-1]
        fuse.resting()  # The probe goes through; the next turn of the loop says how it went.
    fuse.went(well=True)

    assert rests[FAILURES - 1 : FAILURES + 2] == [30.0, 60.0, 120.0]
    assert rests[-1] == LONGEST_REST_S
    assert (fuse.is_blown, fuse.resting()) == (False, 0.0)


def test_a_crowd_under_way_when_it_blew_makes_no_rest_longer(watch: Watch) -> None:
    fuse = Fuse(watch)
    for _ in range(FAILURES + 40):
        fuse.went(well=False)

    assert fuse.resting() == FIRST_REST_S


async def test_a_provider_that_is_down_is_left_alone_and_nothing_is_in_doubt(
    watch: Watch,
) -> None:
    provider = Scripted(answers=[Retry("sms_unreachable")] * FAILURES)
    paced = PacedTexter(texter=provider, rate=1000, clock=watch)
    for _ in range(FAILURES):
        await paced.send(TEXT, to=PHONE, key=KEY)
        watch.seconds += 1

    held = await paced.send(TEXT, to=PHONE, key=KEY)
    watch.seconds += FIRST_REST_S
    probed = await paced.send(TEXT, to=PHONE, key=KEY)
    after = await paced.send(TEXT, to=PHONE, key=KEY)

    assert isinstance(held, Retry)
    assert held.code == "one_resting"
    assert held.after is not None
    assert (probed, after) == (Accepted("ref"), Accepted("ref"))
    assert provider.asked == FAILURES + 2


async def test_a_crowd_holds_everybody_back_for_as_long_as_was_said(watch: Watch) -> None:
    provider = Scripted(answers=[Retry("http_429", timedelta(seconds=90))])
    paced = PacedTexter(texter=provider, rate=1000, clock=watch)

    await paced.send(TEXT, to=PHONE, key=KEY)
    held = await paced.send(TEXT, to=PHONE, key=KEY)
    watch.seconds = 90
    after = await paced.send(TEXT, to=PHONE, key=KEY)

    assert held == Retry("one_busy", timedelta(seconds=90))
    assert after == Accepted("ref")
    assert provider.asked == 2


async def test_wrong_numbers_are_no_failure_of_the_provider(watch: Watch) -> None:
    provider = Scripted(answers=[Refused("landline")] * (FAILURES * 2))
    paced = PacedTexter(texter=provider, rate=1000, clock=watch)
    for _ in range(FAILURES * 2):
        await paced.send(TEXT, to=PHONE, key=KEY)
        watch.seconds += 1

    assert await paced.send(TEXT, to=PHONE, key=KEY) == Accepted("ref")
    assert (paced.name, paced.capabilities) == ("one", NO_PROMISE)


async def test_a_turn_that_was_waited_for_is_not_waited_for_again(watch: Watch) -> None:
    provider = Scripted()
    paced = PacedTexter(texter=provider, rate=0.1, clock=watch)
    await paced.turn(KEY)

    taken = await paced.send(TEXT, to=PHONE, key=KEY)
    early = await paced.send(TEXT, to=PHONE, key=KEY)

    assert (taken, early) == (Accepted("ref"), Retry("one_busy", timedelta(seconds=10)))
    assert provider.asked == 1
