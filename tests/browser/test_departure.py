"""A child leaves the pathway, in a real browser: said, told to the next, taken back, relayed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from care_circle.role import Role
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor, accept, invite, visitor
from tests.support.browser_shell import bring_in
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey

pytestmark = pytest.mark.timeout(300)
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}


@pytest.fixture
async def ben(story: Journey) -> Companion:
    one = await story.join("Ben")
    await story.gather(one)
    return one


@pytest.fixture(params=["wide"])
async def odile(
    request: pytest.FixtureRequest, story: Journey, ben: Companion, browser: Browser
) -> AsyncIterator[Visitor]:
    """Bring a coordinator into the circle, at her own browser."""
    async with visitor(browser, story.url, "Odile", "Berger", **LOOKS[request.param]) as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        await bring_in(story, one.id, role=Role.COORDINATOR)
        yield one
        assert one.troubles == []


async def prepare(one: Visitor, story: Journey, *, reason: str) -> None:
    await one.goes(f"/children/{story.child}/departure")
    await one.presses("Préparer la sortie")
    await one.page.get_by_label("Motif de la sortie").select_option(reason)


async def leave(one: Visitor) -> None:
    await one.page.get_by_role("button", name="Enregistrer la sortie").click()
    dialog = one.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Enregistrer la sortie").click()
    await one.sees("La sortie est enregistrée.")
    await one.sees("A quitté le parcours")


async def departures(story: Journey) -> list[dict[str, Any]]:
    found = await story.ana.line.ask("GET", f"/children/{story.child}/departures")
    items: list[dict[str, Any]] = found["items"]
    return items


async def open_forfait(story: Journey, ben: Companion) -> None:
    form = {"discipline": "physiotherapy", "reason": "tonus", "sessions": 10, "months": 6}
    written = await ben.line.ask("POST", f"/children/{story.child}/prescriptions", form)
    await story.ana.line.ask("POST", f"/prescriptions/{written['id']}/forfait", {})


async def test_a_child_leaves_with_its_open_care_ended_and_the_relay_asked(
    odile: Visitor, story: Journey, ben: Companion
) -> None:
    await open_forfait(story, ben)

    await prepare(odile, story, reason="camsp")
    await odile.sees("Soins en cours, qui s'arrêtent")
    await odile.page.get_by_text("Relais demandé", exact=True).click()
    await leave(odile)

    (left,) = await departures(story)
    forfaits = await ben.line.ask("GET", f"/children/{story.child}/forfaits")
    assert (left["reason"], left["relay"], left["stands"]) == ("camsp", "asked", True)
    assert all(each["closing"] is not None for each in forfaits["items"])


async def test_an_answer_to_the_relay_is_noted_and_the_departure_taken_back(
    odile: Visitor, story: Journey
) -> None:
    await prepare(odile, story, reason="cmpp")
    await leave(odile)
    await odile.settles()

    await odile.presses("Noter une réponse au relais")
    dialog = odile.page.get_by_role("dialog")
    await dialog.get_by_label("Le relais").select_option("accepted")
    await dialog.get_by_role("button", name="Noter").click()
    await odile.sees(re.compile("Relais accepté, "))
    heard = (await departures(story))[0]["relay"]
    await odile.settles()
    await odile.presses("Annuler cette sortie")
    await dialog.get_by_label("Pourquoi").fill("Le CMPP n'a pas de place")
    await dialog.get_by_role("button", name="L'enfant revient").click()
    await odile.sees("La sortie est annulée.")

    assert heard == "accepted"
    assert [each["stands"] for each in await departures(story)] == [False]


async def test_a_refusal_that_nobody_noted_says_where_to_note_it(
    odile: Visitor, story: Journey
) -> None:
    await prepare(odile, story, reason="refusal")

    await odile.page.get_by_role("button", name="Enregistrer la sortie").click()
    dialog = odile.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Enregistrer la sortie").click()
    await odile.sees(re.compile("Le refus des parents n'est pas noté"))

    assert await departures(story) == []


async def test_the_relay_file_is_downloaded_on_paper_and_as_fhir(
    odile: Visitor, story: Journey
) -> None:
    # She came in a moment ago: her device has not heard of the circle yet.
    await odile.context.route("**/api/v1/circles?*", lambda route: route.abort())
    await odile.goes(f"/children/{story.child}/departure")

    async with odile.page.expect_download() as paper:
        await odile.page.get_by_role("link", name="Télécharger en PDF").click()
    async with odile.page.expect_download() as bundle:
        await odile.page.get_by_role("link", name="Télécharger en FHIR").click()

    with open(await (await paper.value).path(), "rb") as held:  # noqa: PTH123, ASYNC230
        assert held.read(5) == b"%PDF-"
    with open(await (await bundle.value).path(), "rb") as held:  # noqa: PTH123, ASYNC230
        assert b'"resourceType":"Bundle"' in held.read()


async def test_a_member_who_neither_follows_nor_coordinates_only_reads(
    odile: Visitor, story: Journey, guests: Guests
) -> None:
    lea = await guests.member("Lea", "Lavigne")

    await lea.goes(f"/children/{story.child}/departure")

    await lea.sees("Il se télécharge par la coordination du cercle")
    await expect(lea.page.get_by_role("button", name="Préparer la sortie")).to_have_count(0)
    await expect(lea.page.get_by_role("link", name="Télécharger en PDF")).to_have_count(0)
    assert odile.troubles == []


@pytest.mark.parametrize("odile", list(LOOKS), indirect=True)
async def test_departures_are_clean_at_every_size(
    odile: Visitor, story: Journey, ben: Companion, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    await open_forfait(story, ben)
    await prepare(odile, story, reason="camsp")
    found = await odile.faults("departure", look, full_page=True)
    await leave(odile)
    await odile.settles()
    found += await odile.faults("departure-left", look)

    assert found == []
