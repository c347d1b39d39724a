"""Two providers in line: the next is asked only when the first certainly took nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.notice import Medium, Notice, State
from notifications.worker import Worker
from server.clock import system_clock
from server.senders.pacing import PacedTexter
from server.senders.sms import WebhookTexter
from tests.support.outbox import Desk, desk
from tests.support.providers import SECRET, Mood, SmsProvider, mail_server, sms_provider


@pytest.fixture
async def one() -> AsyncIterator[SmsProvider]:
    async with sms_provider() as running:
        yield running


@pytest.fixture
async def two() -> AsyncIterator[SmsProvider]:
    async with sms_provider() as running:
        yield running


@pytest.fixture
async def open_desk(tmp_path: Path, one: SmsProvider) -> AsyncIterator[Desk]:
    async with (
        mail_server() as post,
        desk(tmp_path / "ronde.sqlite3", sms_url=one.url, smtp_port=post.port) as opened,
    ):
        yield opened


def in_line(
    open_desk: Desk,
    *providers: SmsProvider,
    key_window: timedelta | None = timedelta(days=1),
    rate: float = 1000,
) -> Worker:
    """Give a worker that tries these providers, paced, in this order."""

    def seconds() -> float:
        return open_desk.turned.total_seconds()

    texters = tuple(
        PacedTexter(
            texter=WebhookTexter(
                http=open_desk.http,
                url=provider.url,
                secret=SECRET,
                clock=system_clock,
                key_window=key_window,
                name=f"number-{place}",
            ),
            rate=rate,
            clock=seconds,
        )
        for place, provider in enumerate(providers, start=1)
    )
    worker = open_desk.worker()
    return replace(worker, ways=replace(worker.ways, texters=texters))


async def told(open_desk: Desk, worker: Worker, *, rounds: int = 6) -> Notice:
    booked = await open_desk.book(Medium.SMS)
    for _ in range(rounds):
        await worker.run_once()
        open_desk.turned += timedelta(minutes=2)
    return min(await open_desk.notices(booked.id), key=lambda notice: notice.not_before)


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.TOO_MANY, Mood.REDIRECTS])
async def test_what_the_first_certainly_did_not_take_goes_by_the_second(
    open_desk: Desk, one: SmsProvider, two: SmsProvider, mood: Mood
) -> None:
    one.moods = [mood] * 50

    notice = await told(open_desk, in_line(open_desk, one, two))

    assert (notice.state, notice.provider) == (State.SENT, "number-2")
    assert (len(one.delivered), len(two.delivered)) == (0, 1)


async def test_a_doubt_stays_with_whom_it_may_have_reached(
    open_desk: Desk, one: SmsProvider, two: SmsProvider
) -> None:
    one.moods = [Mood.FAILS_BUT_TAKES, Mood.TAKES_AND_RESETS]

    notice = await told(open_desk, in_line(open_desk, one, two))

    assert (notice.state, notice.provider) == (State.SENT, "number-1")
    assert (len(one.delivered), len(two.delivered)) == (1, 0)
    assert one.keys == [notice.id] * 3


async def test_a_doubt_without_a_key_is_sent_again_by_nobody(
    open_desk: Desk, one: SmsProvider, two: SmsProvider
) -> None:
    one.moods = [Mood.FAILS_BUT_TAKES]

    notice = await told(open_desk, in_line(open_desk, one, two, key_window=None))

    assert notice.state is State.UNKNOWN
    assert (len(one.keys), len(two.keys)) == (1, 0)
    assert [alert.notice for alert in open_desk.coordinator.alerts] == [notice.id]


async def test_a_worker_that_dies_while_it_waits_for_its_turn_leaves_no_doubt(
    open_desk: Desk, one: SmsProvider
) -> None:
    worker = in_line(open_desk, one, key_window=None, rate=0.2)
    await open_desk.book(Medium.SMS)
    await worker.run_once()
    waiting = await open_desk.book(Medium.SMS)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(worker.run_once(), timeout=0.5)

    told = await open_desk.notices(waiting.id)
    assert {(notice.state, notice.attempts) for notice in told} == {(State.PLANNED, 0)}
    assert len(one.keys) == 1
