"""What happens to an account while somebody is signing in to it."""

import asyncio
from itertools import islice

import pytest

from server.accounts.passwords import MOST_WAITING
from server.accounts.sessions import Session
from server.accounts.users import disable_user
from tests.support.actors import PASSWORD, Person, founded, stranger
from tests.support.server import Running

FLOOD = 200


async def test_an_account_closed_while_its_password_is_compared_is_not_opened(
    server: Running, ana: Person
) -> None:
    gate = server.house.accounts.passwords.gate
    async with gate, gate:
        signing = asyncio.create_task(ana.try_sign_in())
        await until_waiting(gate)
        await disable_user(server.house, ana.id)

    answer = await signing

    assert (answer.status, answer.code) == (401, "sign_in_refused")
    assert await server.house.stores.sessions.of(ana.id) == ()


async def test_an_account_closed_just_before_its_session_is_kept_keeps_none(
    server: Running, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = server.house.stores.sessions
    create = store.create

    async def late(session: Session) -> None:
        await disable_user(server.house, ana.id)
        await create(session)

    monkeypatch.setattr(store, "create", late)

    answer = await ana.try_sign_in()

    assert (answer.status, answer.code) == (401, "sign_in_refused")
    assert await store.of(ana.id) == ()


async def test_a_new_enrolment_ends_the_sessions_of_whoever_had_the_old_factors(
    server: Running, ana: Person
) -> None:
    async with stranger(server) as lea, stranger(server) as thief:
        await founded(lea, name="Lea")
        thief.token = lea.token
        invited = await ana.post(f"/professionals/{lea.id}/invitation")

        await lea.enrol(invited.body["token"])

        assert (await thief.get("/session")).status == 401
        await lea.sign_in()
        assert (await lea.get("/session")).status == 200


async def test_the_same_code_signs_in_once_however_many_bring_it_at_once(ana: Person) -> None:
    ana.server.clock.move(seconds=30)
    form = {"email": ana.email, "password": PASSWORD, "code": ana.code(), "bearer": True}

    answers = await asyncio.gather(*(ana.post("/sessions", form) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [201, 401, 401, 401, 401]


async def test_a_flood_of_sign_ins_is_answered_at_once_and_delays_nobody_else(
    server: Running, ana: Person, nobody: Person
) -> None:
    gate = server.house.accounts.passwords.gate
    for allowance in (server.house.accounts.by_network, server.house.accounts.by_account):
        allowance.spend = lambda *_, **__: None  # type: ignore[method-assign]  # 200 networks at once
    async with gate, gate:
        flood = [asyncio.create_task(guess(nobody, number)) for number in range(FLOOD)]
        first = islice(asyncio.as_completed(flood, timeout=30), FLOOD - MOST_WAITING)
        statuses = {await answered for answered in first}
        # The gate is shut until this is answered: it waited for nobody.
        meanwhile = await ana.get("/session")

    assert statuses == {503}
    assert meanwhile.status == 200
    assert [await task for task in flood].count(401) == MOST_WAITING


async def test_whoever_was_turned_away_unheard_has_lost_no_try(
    server: Running, ana: Person
) -> None:
    gate = server.house.accounts.passwords.gate
    async with gate, gate:
        waiting = [asyncio.create_task(gate.acquire()) for _ in range(MOST_WAITING)]
        await until_waiting(gate)
        turned_away = [(await ana.try_sign_in()).status for _ in range(6)]
        for task in waiting:
            task.cancel()

    assert turned_away == [503] * 6
    assert (await ana.try_sign_in()).status == 201


async def guess(nobody: Person, number: int) -> int:
    form = {"email": f"a{number}@x.example", "password": "y" * 20, "code": "1"}
    return (await nobody.post("/sessions", form)).status


async def until_waiting(gate: asyncio.Semaphore) -> None:
    """Wait until somebody waits at the gate."""
    async with asyncio.timeout(30):
        while not gate._waiters:  # noqa: ASYNC110 -- a semaphore tells nobody who waits
            await asyncio.sleep(0.01)
