"""What was said in confidence is nowhere in clear: not in the store, the logs, the refusals."""

import asyncio
import io
from contextlib import AsyncExitStack
from pathlib import Path

from server.logs import configure_logs
from tests.support.actors import PASSWORD, Person, stranger
from tests.support.canary import sightings, sightings_in_files
from tests.support.care_answers import WHOLE
from tests.support.network import (
    FAMILY_NAME,
    GIVEN_NAME,
    MOTHER_EMAIL,
    MOTHER_PHONE,
    Network,
    network_of,
)
from tests.support.server import Running

CONCERN = "il ne dort plus depuis le déménagement"
REASON = "pesée refaite sur une autre balance"
PLACE = "14 allée des Capucines"
CANARIES = (
    FAMILY_NAME, GIVEN_NAME, "Apolline", MOTHER_EMAIL, MOTHER_PHONE, "2024-08-20",
    CONCERN, REASON, PLACE, PASSWORD, "Dubreuil", "ben@ronde.example",
)  # fmt: skip


async def fill_every_field(ana: Person, server: Running, stack: AsyncExitStack) -> Network:
    """Tell the server everything it may know of one family."""
    person = await stack.enter_async_context(stranger(server))
    network = await network_of(ana)
    ben = await network.join(person, name="Ben")
    await network.settle(ben)
    answers = WHOLE | {"parents_concerned": True, "parents_concern": CONCERN}
    drafted = await person.post(
        f"/circles/{network.circle}/documents", {"form": "F26", "answers": answers}
    )
    path = drafted.headers["Location"].removeprefix("/api/v1")
    signed = await person.post(f"{path}/signature", headers={"If-Match": drafted.headers["ETag"]})
    amended = await person.post(
        f"{path}/amendments",
        {"answers": answers, "reason": REASON},
        headers={"If-Match": signed.headers["ETag"]},
    )
    assert amended.status == 200, amended
    slot = {"start": "2026-12-03T14:30:00", "duration_minutes": 45, "place_label": PLACE}
    booked = await ana.post(
        f"/children/{network.child}/appointments", {"professional": ben.id, "slot": slot}
    )
    assert booked.status == 201, booked
    return network


async def test_the_store_and_the_logs_hold_no_word_of_it(
    ana: Person, server: Running, tmp_path: Path
) -> None:
    out = io.StringIO()
    configure_logs("debug", out)
    async with AsyncExitStack() as stack:
        network = await fill_every_field(ana, server, stack)
        await asyncio.sleep(1.5)  # The worker has looked at the notices.

    logs = out.getvalue().encode()
    assert [seen for canary in CANARIES for seen in sightings(canary, logs)] == []
    assert sightings_in_files(CANARIES, tmp_path) == []
    # The control: what may stand there in clear is found by the same eyes.
    assert sightings_in_files([network.child], tmp_path) != []
    assert "utf-8" in sightings("/api/v1/children/{child}", logs)
    assert network.child not in out.getvalue()


async def test_refusals_do_not_repeat_what_was_sent(ana: Person) -> None:
    canary = "Zéphyrine a mal au ventre"
    answers = [
        await ana.post("/sessions", {"email": canary, "password": canary, "code": canary}),
        await ana.post("/sessions", {canary: canary}),
        await ana.post("/enrolments", {"token": canary, "password": canary}),
        await ana.post("/structures", {"name": canary, "neutral_label": "psy", "finess": canary}),
        await ana.post("/professionals", {"family_name": canary, "role": canary}),
        await ana.get(f"/children/{canary}"),
        await ana.get(f"/{canary}?{canary}={canary}"),
        await ana.get(f"/professionals?after={canary}"),
        await ana.delete(f"/sessions/{canary}"),
        await ana.get("/session", headers={"Accept-Language": "Zephyrine"}),
        await ana.post("/devices", {"certificate": canary, "identity_key": canary}),
    ]

    assert all(answer.status >= 400 for answer in answers[:-2])
    assert [
        (number, seen)
        for number, answer in enumerate(answers)
        for seen in sightings(canary, str(answer.body).encode() + str(answer.headers).encode())
    ] == []
