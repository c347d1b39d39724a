import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crypto.ids import NoticeId
from notifications import link
from server.notices import link_key
from tests.support.actors import Person, stranger
from tests.support.network import FAMILY_NAME, network_of
from tests.support.server import Running

SLOT = {"start": "2026-12-01T14:30:00", "duration_minutes": 45, "place_label": "12 rue des Lilas"}


async def settled(ana: Person, path: str) -> list[dict[str, Any]]:
    """Wait until the worker has taken what is due now, and give the notices."""
    for _ in range(80):
        notices: list[dict[str, Any]] = (await ana.get(path)).body["notices"]
        if all(one["state"] == "dead" for one in notices if one["rule"] == "booked"):
            return notices
        await asyncio.sleep(0.1)
    raise AssertionError("the worker did not come")


@pytest.fixture
async def booked(ana: Person, server: Running) -> AsyncIterator[tuple[str, str]]:
    """An appointment's path, and the family's link to it."""
    async with stranger(server) as person:
        network = await network_of(ana)
        ben = await network.join(person, name="Ben")
        await network.include_child(ben.id)
        answer = await ana.post(
            f"/children/{network.child}/appointments", {"professional": ben.id, "slot": SLOT}
        )
        path = answer.headers["Location"].removeprefix("/api/v1")
        notices = await settled(ana, path)
        mail = next(n for n in notices if n["rule"] == "booked" and n["medium"] == "email")
        yield path, "/r/" + link.token(link_key(server.config), NoticeId(mail["id"]))


async def test_the_link_shows_when_and_where_and_nothing_else(
    nobody: Person, booked: tuple[str, str]
) -> None:
    _, page = booked

    answer = await nobody.get(page)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for shown in (
        "mardi 1er décembre 2026",
        "14\u00a0h\u00a030",
        "12 rue des Lilas",
        "05 36 49 00 00",
    ):
        assert shown in answer.body
    for hidden in (FAMILY_NAME, "Dubreuil", "V24", "script", "Ronde", "COCON"):
        assert hidden not in answer.body
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_link_follows_the_appointment_and_ends_a_day_after_it(
    nobody: Person, ana: Person, booked: tuple[str, str]
) -> None:
    path, page = booked
    await ana.ask("PUT", f"{path}/slot", SLOT | {"start": "2026-12-02T09:00:00"})
    moved = await nobody.get(page)
    await ana.post(f"{path}/cancellation")
    cancelled = await nobody.get(page)
    nobody.server.clock.move(days=13)
    late = await nobody.get(page)

    assert "mercredi 2 décembre 2026" in moved.body
    assert "annulé" in cancelled.body
    assert (late.status, late.code) == (404, "not_found")


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 500, "...", "%00"])
async def test_other_links_open_nothing(nobody: Person, token: str) -> None:
    answer = await nobody.get(f"/r/{token}")

    assert answer.status == 404


async def test_a_medium_nobody_set_up_is_told_at_once(ana: Person, booked: tuple[str, str]) -> None:
    path, _ = booked

    notices = (await ana.get(path)).body["notices"]

    now = [one for one in notices if one["rule"] == "booked"]
    assert {(one["state"], one["code"]) for one in now} == {("dead", "not_configured")}


async def test_what_could_not_be_sent_stands_in_one_list_over_all_children(
    ana: Person, booked: tuple[str, str]
) -> None:
    path, _ = booked

    failed = await ana.get("/notices/failed")

    assert [f"/appointments/{one['id']}" for one in failed.body["items"]] == [path]
    states = {one["state"] for one in failed.body["items"][0]["notices"] if one["rule"] == "booked"}
    assert states == {"dead"}
