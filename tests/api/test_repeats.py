import asyncio

import pytest

from server.repeats import REPEATS, Answered
from tests.support.actors import Person
from tests.support.server import Running

FORM = {"name": "PMI des Tilleuls", "neutral_label": "3 place des Tilleuls"}
KEY = {"Idempotency-Key": "3f1c-77"}


async def test_the_same_request_again_gets_the_same_answer_and_makes_nothing_new(
    ana: Person,
) -> None:
    first = await ana.post("/structures", FORM, headers=KEY)
    again = await ana.post("/structures", FORM, headers=KEY)
    other = await ana.post("/structures", FORM, headers={"Idempotency-Key": "another"})

    assert (first.status, again.status) == (201, 201)
    assert (again.body, again.headers["Location"]) == (first.body, first.headers["Location"])
    assert other.body["id"] != first.body["id"]


async def test_a_key_serves_one_request_of_one_person_for_a_day(
    ana: Person, ben: Person, server: Running
) -> None:
    first = await ana.post("/structures", FORM, headers=KEY)
    changed = await ana.post("/structures", FORM | {"name": "autre"}, headers=KEY)
    by_ben = await ben.post("/structures", FORM, headers=KEY)
    server.clock.move(hours=25)
    await ana.sign_in()
    next_day = await ana.post("/structures", FORM, headers=KEY)

    assert (changed.status, changed.code) == (422, "key_reused")
    assert by_ben.status == 404
    assert next_day.status == 201
    assert next_day.body["id"] != first.body["id"]


async def test_a_refused_request_may_be_corrected_under_its_key(ana: Person) -> None:
    refused = await ana.post("/structures", FORM | {"finess": "x"}, headers=KEY)
    corrected = await ana.post("/structures", FORM, headers=KEY)

    assert (refused.code, corrected.status) == ("bad_finess", 201)


async def test_of_two_at_once_one_is_done(ana: Person) -> None:
    answers = await asyncio.gather(*(ana.post("/structures", FORM, headers=KEY) for _ in range(8)))

    made = {answer.body["id"] for answer in answers if answer.status == 201}
    assert len(made) == 1
    assert {answer.code for answer in answers if answer.status != 201} <= {"still_running"}


@pytest.mark.parametrize("key", ["", "x" * 129, "é"])
async def test_a_key_that_is_none_is_refused(ana: Person, key: str) -> None:
    answer = await ana.post("/structures", FORM, headers={"Idempotency-Key": key})

    assert (answer.status, answer.code) == (400, "bad_repeat_key")


async def test_what_a_dead_process_left_unanswered_is_done_after_a_minute(
    ana: Person, server: Running
) -> None:
    repeats, hanging = server.app[REPEATS], asyncio.Event()

    async def never() -> Answered:
        await hanging.wait()
        return Answered(status=201)

    async def at_once() -> Answered:
        return Answered(status=201)

    left = asyncio.create_task(repeats.answer(ana.id, "k", "request", never))
    await asyncio.sleep(0.1)
    server.clock.move(minutes=1)

    done = await repeats.answer(ana.id, "k", "request", at_once)

    assert done.status == 201
    hanging.set()
    await left


async def test_old_answers_and_old_sessions_are_forgotten(ana: Person, server: Running) -> None:
    await ana.post("/structures", FORM, headers=KEY)
    before = await server.app[REPEATS].tidy(), await server.house.sessions.tidy()
    server.clock.move(hours=25)

    after = await server.app[REPEATS].tidy(), await server.house.sessions.tidy()

    assert (before, after) == ((0, 0), (1, 1))
    assert await server.house.stores.sessions.of(ana.id) == ()
