"""The pause on each engine: a running worker obeys it before its next claim, and goes on after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from care_circle.telling.ledger import Backlog, Narrowing
from care_circle.telling.pause import pause, resume
from crypto.ids import ProfessionalId
from notifications.notice import Medium, State
from server.clock import system_clock
from server.storage.keys import Keyring
from server.storage.ledger import EngineLedger
from server.storage.sending import EngineSending
from server.storage.sqlite import SqliteEngine
from tests.support.outbox import MASTER, Desk
from tests.support.providers import SmsProvider

ANA = ProfessionalId("ana")


@pytest.fixture
async def elsewhere(
    tmp_path: Path, office: Desk
) -> AsyncIterator[tuple[EngineSending, EngineLedger]]:
    """Open the same file once more, as another process would."""
    engine = await SqliteEngine.open(tmp_path / "ronde.sqlite3", system_clock)
    try:
        keyring = await Keyring.open(engine, MASTER)
        yield EngineSending(engine, keyring), EngineLedger(engine, keyring)
    finally:
        await engine.close()


async def test_a_running_worker_obeys_a_pause_of_another_process_and_goes_on_after_it(
    office: Desk, provider: SmsProvider, elsewhere: tuple[EngineSending, EngineLedger]
) -> None:
    switch, _ = elsewhere
    worker = replace(office.worker(), valve=switch)
    running = asyncio.create_task(worker.run(every=timedelta(milliseconds=20)))
    await switch.change(partial(pause, by=ANA, reason="Panne", now=office.now()))
    await asyncio.sleep(0.2)  # What was claimed before is let go.
    await office.book(Medium.SMS)
    await asyncio.sleep(0.5)
    while_paused = len(provider.delivered)

    await switch.change(resume)
    for _ in range(100):
        if provider.delivered:
            break
        await asyncio.sleep(0.05)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert while_paused == 0
    assert len(provider.delivered) == 1


async def test_a_pause_tells_what_it_holds_back_and_what_ran_out_meanwhile(
    office: Desk, elsewhere: tuple[EngineSending, EngineLedger]
) -> None:
    _, ledger = elsewhere
    await office.book(Medium.SMS, Medium.EMAIL)

    now = await ledger.backlog(office.now())
    much_later = await ledger.backlog(office.now() + timedelta(days=30))

    assert now == Backlog(waiting=2, ran_out=0)
    assert much_later == Backlog(waiting=0, ran_out=4)


async def test_notices_of_many_records_are_paged_in_order_and_none_is_left_out_or_said_twice(
    office: Desk, elsewhere: tuple[EngineSending, EngineLedger]
) -> None:
    _, ledger = elsewhere
    for _ in range(7):
        await office.book(Medium.SMS, Medium.EMAIL)
    await office.worker().run_once()
    today = office.now().date()
    seen: dict[State, list[str]] = {}
    for state in (State.SENT, State.PLANNED):
        wanted = Narrowing(since=today, state=state)
        after: str | None = ""
        while after is not None:
            page, after = await ledger.page(wanted, today=today, after=after, limit=3)
            seen.setdefault(state, []).extend(each.notice.id for each in page)

    counts = await ledger.counts(since=today, today=today)

    assert counts.states == {State.SENT: 14, State.PLANNED: 14}
    assert {state: len(ids) for state, ids in seen.items()} == counts.states
    assert all(len(set(ids)) == len(ids) for ids in seen.values())
