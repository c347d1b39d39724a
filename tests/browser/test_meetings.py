"""Meetings in a real browser: called, held, signed; each decision becomes one task."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from care_circle.role import Role
from channels.content import Task
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor, accept, invite, visitor
from tests.support.browser_shell import PATIENCE_S, bring_in
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey

pytestmark = pytest.mark.timeout(300)
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
WORDS = "Reprendre la kinésithérapie deux fois par semaine"


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


async def call(one: Visitor, story: Journey) -> None:
    """Fill the form and call a meeting for tomorrow evening."""
    await one.goes(f"/circles/{story.circle}/meetings")
    await one.presses("Convoquer une réunion")
    dialog = one.page.get_by_role("dialog")
    day = (story.clock() + timedelta(days=1)).date()
    await dialog.get_by_label("Jour", exact=True).fill(str(day))
    await dialog.get_by_label("Heure", exact=True).fill("18:30")
    await dialog.get_by_label("Lien de la visioconférence").fill("https://visio.ronde.example/a")
    await dialog.get_by_label("Ordre du jour").fill("Marche et sommeil")
    await dialog.get_by_role("button", name="Convoquer").click()
    await one.sees("La réunion est convoquée.")


async def write(page: Page) -> None:
    """Open the minutes and fill them, with one decision that is Ben's."""
    await page.get_by_role("link", name="Écrire le compte-rendu").click()
    await page.get_by_role("button", name="Écrire le compte-rendu").click()
    await page.get_by_label("Ce qui s'est dit").fill("Elle marche en se tenant.")
    await page.get_by_role("button", name="Ajouter une décision").click()
    row = page.get_by_role("group", name="Décision", exact=True)
    await row.get_by_label("Décision", exact=True).fill(WORDS)
    await row.get_by_label("Qui s'en charge").select_option(label="Ben Lavigne")


async def the_meeting(story: Journey) -> dict[str, Any]:
    found = await story.ana.line.ask("GET", f"/children/{story.child}/meetings")
    (meeting,) = found["items"]
    held: dict[str, Any] = meeting
    return held


async def reads_tasks(ben: Companion, titles: list[str]) -> None:
    """Wait until Ben's device opens tasks with these titles, and no others."""
    read: list[str] | None = None
    async with asyncio.timeout(PATIENCE_S):
        while read != titles:
            await ben.device.synchronise()
            (channel,) = ben.device.session.channels
            contents = await ben.history(channel)
            read = [each.title for each in contents if isinstance(each, Task)]


async def test_minutes_are_signed_and_each_decision_is_a_task_that_its_owner_reads(
    odile: Visitor, story: Journey, ben: Companion
) -> None:
    await call(odile, story)
    await write(odile.page)
    await odile.presses("Signer le compte-rendu")
    await odile.sees("La tâche est donnée.")
    await expect(odile.page.locator("h2", has_text="Réunion,")).to_be_focused()
    await odile.page.reload()
    await odile.page.get_by_role("heading", name="Décisions").wait_for()

    meeting = await the_meeting(story)
    (decision,) = meeting["versions"][-1]["decisions"]
    assert (meeting["state"], decision["task"]) == ("signed", "requested")
    await reads_tasks(ben, [WORDS])
    await expect(odile.page.get_by_role("button", name=re.compile("Donner 1"))).to_have_count(0)


async def test_a_tab_that_dies_before_the_tasks_leaves_a_way_to_give_them_once(
    odile: Visitor, story: Journey, ben: Companion
) -> None:
    await call(odile, story)
    meeting = await the_meeting(story)
    day = str(story.clock().date())
    minutes = {"held_on": day, "points": "Vu.", "decisions": [{"decision": WORDS, "owner": ben.id}]}
    line = story.ana.line
    written = await line.ask("PUT", f"/meetings/{meeting['id']}/minutes", minutes, version=1)
    await line.ask("POST", f"/meetings/{meeting['id']}/signature", version=written["edition"])

    await odile.goes(f"/circles/{story.circle}/meetings/{meeting['id']}")
    await odile.page.get_by_role("button", name=re.compile("Donner 1")).click()
    await odile.sees("La tâche est donnée.")
    await odile.page.reload()
    await odile.page.get_by_role("heading", name="Décisions").wait_for()

    await expect(odile.page.get_by_role("button", name=re.compile("Donner 1"))).to_have_count(0)
    await reads_tasks(ben, [WORDS])


async def test_a_meeting_to_come_stands_on_the_day_of_whoever_is_called(
    odile: Visitor, story: Journey
) -> None:
    await call(odile, story)

    await odile.goes("/")
    await odile.page.get_by_role("heading", name="Réunions à venir").wait_for()
    await odile.page.get_by_role("link", name=re.compile("en visioconférence")).click()

    await odile.page.get_by_role("link", name="Rejoindre la visioconférence").wait_for()


async def test_a_meeting_is_moved_and_then_called_off_with_a_reason(
    odile: Visitor, story: Journey
) -> None:
    await call(odile, story)

    await odile.presses("Déplacer")
    await odile.page.get_by_role("dialog").get_by_label("Heure", exact=True).fill("17:00")
    await odile.presses("Enregistrer le changement")
    await odile.sees("La réunion est déplacée.")
    moved = await the_meeting(story)
    await odile.settles()
    await odile.presses("Annuler la réunion")
    dialog = odile.page.get_by_role("dialog")
    await dialog.get_by_label("Pourquoi").fill("La famille est en voyage")
    await dialog.get_by_role("button", name="Annuler la réunion").click()
    await odile.sees("La réunion est annulée.")

    assert moved["starts_at"].endswith("T17:00:00")
    assert (await the_meeting(story))["cancellation"]["reason"] == "La famille est en voyage"


async def test_a_member_reads_the_minutes_and_writes_none(
    odile: Visitor, story: Journey, guests: Guests
) -> None:
    await call(odile, story)
    await write(odile.page)
    await odile.presses("Signer le compte-rendu")
    await odile.sees("La tâche est donnée.")
    lea = await guests.member("Lea", "Lavigne")

    await lea.goes(f"/circles/{story.circle}/meetings")
    await lea.page.get_by_role("link", name="Lire le compte-rendu").click()
    await lea.sees("Elle marche en se tenant.")

    await expect(lea.page.get_by_role("button", name=re.compile("Corriger|Donner"))).to_have_count(
        0
    )
    await expect(lea.page.get_by_role("link", name="Télécharger en PDF")).to_have_count(1)


@pytest.mark.parametrize("odile", list(LOOKS), indirect=True)
async def test_meetings_are_clean_at_every_size(
    odile: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    found: list[str] = []
    await call(odile, story)
    await odile.settles()
    found += await odile.faults("meetings", look)
    await write(odile.page)
    found += await odile.faults("minutes", look, full_page=True)
    await odile.presses("Signer le compte-rendu")
    await odile.sees("La tâche est donnée.")
    found += await odile.faults("minutes-signed", look)

    assert found == []
