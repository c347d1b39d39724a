"""Appointments in a real browser: booked with free slots at hand, in series, moved, taken back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from care_circle.role import Role
from tests.support.browser_pages import (
    NARROW,
    TABLET,
    WIDE,
    Visitor,
    accept,
    invite,
    visitor,
)
from tests.support.browser_shell import bring_in
from tests.support.journey import Companion, Journey

pytestmark = pytest.mark.timeout(300)
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
PLACE = "12 rue des Lilas"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@cabinet.example
SUMMARY:Consultation de Mirabelle
DTSTART:{day}T090000Z
DURATION:PT8H
END:VEVENT
END:VCALENDAR
"""


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


def monday(story: Journey) -> str:
    """Give a Monday that is two weeks or more ahead."""
    day = story.clock().date() + timedelta(days=14)
    return str(day + timedelta(days=-day.weekday() % 7))


async def begin(one: Visitor, story: Journey) -> Locator:
    """Open the booking on the child's page."""
    await one.goes(f"/circles/{story.circle}/appointments")
    await one.presses("Nouveau rendez-vous")
    return one.page.get_by_role("dialog")


async def fill(dialog: Locator, day: str, time: str = "14:30") -> None:
    await dialog.get_by_label("Le", exact=True).fill(day)
    await dialog.get_by_label("À", exact=True).fill(time)
    await dialog.get_by_label("Lieu").fill(PLACE)


async def take_in(one: Visitor, day: str) -> None:
    """Take a calendar in that is busy for eight hours of a day."""
    file = CALENDAR.format(day=day.replace("-", "")).replace("\n", "\r\n").encode()
    await one.page.get_by_label("Fichier d'agenda").set_input_files(
        {"name": "agenda.ics", "mimeType": "text/calendar", "buffer": file}
    )
    await one.sees("1 plage prise d'ici un an")
    await one.presses("Reprendre ces heures")
    await one.sees("1 plage prise · repris")


async def held(story: Journey) -> list[dict[str, Any]]:
    found = await story.ana.line.ask("GET", f"/children/{story.child}/appointments")
    items: list[dict[str, Any]] = found["items"]
    return sorted(items, key=lambda each: str(each["slot"]["start"]))


async def test_a_time_that_is_taken_offers_others_and_one_click_takes_one(
    odile: Visitor, story: Journey
) -> None:
    day = monday(story)
    dialog = await begin(odile, story)
    await fill(dialog, day)
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()
    await expect(dialog).to_have_count(0)

    dialog = await begin(odile, story)
    await fill(dialog, day, "14:45")
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("déjà")
    await expect(dialog.get_by_role("alert")).to_be_in_viewport()
    await dialog.get_by_text("Libres près de là").wait_for()
    await dialog.locator(".chip").first.click()
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()

    await expect(odile.page.get_by_role("dialog")).to_have_count(0)
    starts = [each["slot"]["start"] for each in await held(story)]
    assert len(starts) == 2
    assert f"{day}T14:30:00" in starts


async def test_a_series_is_looked_at_a_day_is_skipped_and_the_rest_is_called_off(
    odile: Visitor, story: Journey
) -> None:
    dialog = await begin(odile, story)
    await fill(dialog, monday(story))
    await dialog.get_by_label("Répéter").select_option(label="Chaque semaine")
    await dialog.get_by_role("spinbutton").fill("4")
    await dialog.get_by_role("button", name="Voir les dates").click()
    await dialog.get_by_role("button", name="Sauter :").nth(1).click()
    await dialog.get_by_role("button", name="Remettre").wait_for()
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()
    await expect(odile.page.get_by_role("dialog")).to_have_count(0)
    booked = await held(story)

    await odile.page.get_by_role("button", name="Annuler", exact=True).nth(1).click()
    dialog = odile.page.get_by_role("dialog")
    await dialog.get_by_label("Celle-ci et toutes les suivantes").check()
    await dialog.get_by_label("Motif").fill("La famille déménage")
    await dialog.get_by_role("button", name="Annuler le rendez-vous").click()
    await odile.sees("Séances annulées")

    states = [each["status"] for each in await held(story)]
    assert len({each["series"] for each in booked}) == 1
    assert (len(booked), states) == (4, ["booked", *["cancelled"] * 3])


async def test_a_session_and_those_that_follow_move_together(
    odile: Visitor, story: Journey
) -> None:
    day = monday(story)
    dialog = await begin(odile, story)
    await fill(dialog, day)
    await dialog.get_by_label("Répéter").select_option(label="Chaque semaine")
    await dialog.get_by_role("spinbutton").fill("3")
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()
    await expect(odile.page.get_by_role("dialog")).to_have_count(0)

    await odile.page.get_by_role("button", name="Déplacer", exact=True).first.click()
    dialog = odile.page.get_by_role("dialog")
    await dialog.get_by_label("Celle-ci et toutes les suivantes").check()
    await dialog.get_by_label("À", exact=True).fill("16:00")
    await dialog.get_by_role("button", name="Déplacer", exact=True).click()
    await expect(odile.page.get_by_role("dialog")).to_have_count(0)

    assert {each["slot"]["start"][11:16] for each in await held(story)} == {"16:00"}


async def test_a_calendar_is_linked_and_another_is_taken_in(odile: Visitor, story: Journey) -> None:
    await odile.goes("/account/agenda")
    await odile.page.get_by_label("Nom de l'appareil").fill("Téléphone")
    await odile.presses("Créer l'adresse")
    address = await odile.page.get_by_label("Adresse de l'agenda").input_value()
    read = await odile.context.request.get(address)
    await take_in(odile, monday(story))

    await expect(odile.page.get_by_text("Mirabelle")).to_have_count(0)
    assert read.status == 200
    assert "BEGIN:VCALENDAR" in await read.text()


@pytest.mark.parametrize("odile", LOOKS, indirect=True)
async def test_appointments_are_clean_at_every_size(
    odile: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    name, found = request.node.callspec.params["odile"], list[str]()

    async def look(what: str) -> None:
        found.extend(await odile.faults(f"appointments-{what}", name))

    dialog = await begin(odile, story)
    await fill(dialog, monday(story))
    await dialog.get_by_label("Répéter").select_option(label="Chaque semaine")
    await dialog.get_by_role("button", name="Voir les dates").click()
    await dialog.get_by_text("10 séances").wait_for()
    await look("series")
    await dialog.get_by_role("button", name="Fixer le rendez-vous").click()
    await expect(odile.page.get_by_role("dialog")).to_have_count(0)
    await look("list")
    await odile.page.get_by_role("button", name="Annuler", exact=True).first.click()
    await dialog.wait_for()
    await look("cancel")
    await odile.page.keyboard.press("Escape")
    await odile.goes("/account/agenda")
    await take_in(odile, monday(story))
    await look("account")
    await odile.goes(f"/agenda?from={monday(story)}")
    await look("week")

    assert found == []
