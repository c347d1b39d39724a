"""The list of what families were told in a real browser: numbers, lines, acts and the pause."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from care_circle.role import Role
from notifications import hours
from notifications.notice import Carrier, CarrierKind, Notice, State
from tests.support.browser_pages import (
    LOOKS,
    Visitor,
    accept,
    invite,
    visitor,
)
from tests.support.journey import Journey
from tests.support.server import Running

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Appointments whose notices ended in every way there is."""

    server: Running
    story: Journey
    appointments: tuple[str, ...]

    async def end(self, appointment: str, *ends: dict[str, Any]) -> None:
        """Have the notices of an appointment end one by one as providers would have it."""

        def decide(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
            changed = (replace(n, **end) for n, end in zip(notices, ends, strict=False))
            return (*changed, *notices[len(ends) :])

        carrier = Carrier(kind=CarrierKind.APPOINTMENT, id=appointment)
        await self.server.house.outbox.change(carrier, decide)


@pytest.fixture
async def told(story: Journey, server: Running) -> Told:
    """Book two appointments, of which one was told well and one badly."""
    ben = await story.join("Ben")
    await story.gather(ben)
    made = []
    for ahead in (17, 24):
        day = (story.clock() + timedelta(days=ahead)).date()
        slot = {
            "start": f"{day}T09:30:00",
            "zone": "Europe/Paris",
            "duration_minutes": 45,
            "place_label": "12 rue des Tilleuls",
        }
        form = {"professional": ben.id, "slot": slot}
        booked = await story.ana.line.ask("POST", f"/children/{story.child}/appointments", form)
        made.append(booked["id"])
    told = Told(server=server, story=story, appointments=tuple(made))
    at = hours.to_ms(story.clock() - timedelta(hours=3))
    tried: dict[str, Any] = {
        "attempts": 1, "first_try": at, "next_at": None, "alerted": True, "provider": "essai",
    }  # fmt: skip
    await told.end(
        made[0],
        tried | {"state": State.SENT, "delivered_at": at + 60_000, "answer": "delivered"},
        tried | {"state": State.DEAD, "answer": "undelivered"},
    )
    await told.end(
        made[1],
        tried | {"state": State.UNKNOWN, "answer": "timeout"},
        {
            "state": State.EXPIRED,
            "answer": "too_late",
            "next_at": None,
            "alerted": True,
            "not_before": at,
        },
    )
    return told


@pytest.fixture(params=["wide"])
async def odile(
    request: pytest.FixtureRequest, told: Told, browser: Browser
) -> AsyncIterator[Visitor]:
    """Bring a coordinator with a browser."""
    story = told.story
    async with visitor(browser, story.url, "Odile", "Berger", **LOOKS[request.param]) as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


async def test_numbers_filter_the_list_and_the_address_keeps_the_choice(odile: Visitor) -> None:
    page = odile.page
    await odile.goes("/coordination")
    await page.get_by_role("link", name="Envois", exact=True).click()
    await expect(page).to_have_url(re.compile("/coordination/notices$"))
    await expect(page.get_by_role("button", name=re.compile("À voir"))).to_have_attribute(
        "aria-pressed", "true"
    )
    seen = await page.locator("tbody").all_inner_texts()

    await page.get_by_role("button", name=re.compile("Échecs")).click()
    await expect(page).to_have_url(re.compile("state=dead"))
    await expect(page.locator("tbody")).to_have_count(1)
    await page.get_by_label("Moyen", exact=True).select_option("email")
    await expect(page).to_have_url(re.compile("medium=email"))
    await page.reload()
    await odile.settles()

    said = " ".join(seen)
    assert len(seen) == 3
    for words in ("injoignable", "parti peut-être", "trop tard", "Appelez la famille"):
        assert words in said
    await expect(page.get_by_label("Moyen", exact=True)).to_have_value("email")
    await expect(page.get_by_role("button", name=re.compile("Échecs"))).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_a_line_leads_to_its_child_and_what_its_family_received(
    odile: Visitor, told: Told
) -> None:
    page = odile.page
    await odile.goes("/coordination/notices?state=sent")

    await page.locator("tbody a").first.click()

    await expect(page).to_have_url(re.compile(f"/coordination/children/{told.story.child}#told"))
    section = page.get_by_role("region", name="Ce que la famille a reçu")
    await expect(section).to_contain_text("reçu aujourd'hui")
    await expect(section).to_contain_text("Rendez-vous pris")
    await section.get_by_role("button", name=re.compile("Tout voir")).click()
    await expect(section).to_contain_text("prévu pour")


async def test_somebody_chooses_their_digest_and_quiet_days_and_finds_them_again(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.goes("/account/notifications")
    await page.get_by_label("Résumé par courriel").select_option("weekly")
    await page.get_by_label("Jour", exact=True).select_option("3")
    await page.get_by_label("Heure", exact=True).select_option("06:30")
    await page.get_by_label("dimanche").check()
    await page.get_by_label("Prévenir aussi par courriel").check()
    await odile.sees("C'est noté.")
    await odile.stands_still()
    await odile.goes("/account/notifications")

    await expect(page.get_by_label("Résumé par courriel")).to_have_value("weekly")
    await expect(page.get_by_label("Jour", exact=True)).to_have_value("3")
    await expect(page.get_by_label("Heure", exact=True)).to_have_value("06:30")
    await expect(page.get_by_label("dimanche")).to_be_checked()
    await expect(page.get_by_label("Prévenir aussi par courriel")).to_be_checked()


async def test_a_call_that_was_made_takes_its_line_away(odile: Visitor) -> None:
    page = odile.page
    await odile.goes("/coordination/notices")
    line = page.locator("tbody", has_text="injoignable")

    await line.get_by_role("button", name=re.compile("J'ai appelé")).click()
    asked = page.get_by_role("dialog", name="J'ai appelé la famille")
    await asked.get_by_label("Ce qui a été dit").fill("La mère sait.")
    await asked.get_by_role("button", name="Noter l'appel").click()
    await odile.sees("C'est noté : l'alerte est close.".replace(" :", "\u00a0:"))

    await expect(line).to_have_count(0)
    await expect(page.locator("tbody a:focus, tbody button:focus")).to_have_count(1)
    await page.get_by_role("button", name=re.compile("Échecs")).click()
    await expect(line).to_contain_text("La mère sait.")
    await expect(line).to_contain_text("Appel fait")


async def test_sending_again_asks_first_and_says_when_it_may_be_twice(odile: Visitor) -> None:
    page = odile.page
    await odile.goes("/coordination/notices")
    doubtful = page.locator("tbody", has_text="parti peut-être")

    await doubtful.get_by_role("button", name=re.compile("Renvoyer")).click()
    asked = page.get_by_role("dialog")
    await expect(asked).to_contain_text("deux fois")
    await asked.get_by_role("button", name="Annuler").click()
    await expect(asked).to_have_count(0)
    await doubtful.get_by_role("button", name=re.compile("Renvoyer")).click()
    await page.get_by_role("dialog").get_by_role("button", name="Renvoyer").click()
    await odile.sees("le message va repartir")
    await page.get_by_role("button", name=re.compile("Prévus")).click()

    await expect(page.locator("tbody", has_text="renvoyé")).to_have_count(1)


async def test_a_pause_is_seen_everywhere_in_the_office_and_taken_back_knowingly(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.goes("/coordination/notices")
    await odile.presses("Suspendre les envois")
    asked = page.get_by_role("dialog")
    await asked.get_by_label("Pourquoi ?".replace(" ?", "\u00a0?")).fill("Panne du prestataire")
    await asked.get_by_role("button", name="Suspendre les envois").click()
    await odile.sees("Envois suspendus par Odile Berger")
    await expect(page.get_by_role("button", name="Reprendre les envois")).to_be_focused()
    await odile.goes("/coordination/children")
    await odile.sees("Envois suspendus par Odile Berger")
    await odile.sees("Panne du prestataire")
    await odile.goes("/coordination/notices")

    await odile.presses("Reprendre les envois")
    asked = page.get_by_role("dialog")
    await expect(asked).to_contain_text(re.compile("attend"))
    await asked.get_by_role("button", name="Reprendre").click()

    await odile.sees("Les envois reprennent.")
    await expect(page.get_by_text("Envois suspendus")).to_have_count(0)
    await expect(page.get_by_role("button", name="Suspendre les envois")).to_be_focused()


async def test_nothing_is_offered_again_once_its_hour_is_over(odile: Visitor, told: Told) -> None:
    page = odile.page
    await odile.goes("/coordination/notices")
    again = page.get_by_role("button", name=re.compile("Renvoyer"))
    offered = await again.count()

    await page.clock.set_fixed_time(told.story.clock() + timedelta(days=25))
    await page.get_by_label("Moyen", exact=True).select_option("sms")
    await page.get_by_label("Moyen", exact=True).select_option("")
    await expect(page.locator("tbody")).to_have_count(3)

    assert offered == 3
    await expect(again).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("J'ai appelé"))).to_have_count(3)


async def test_the_list_is_walked_and_acted_upon_by_the_keyboard(odile: Visitor) -> None:
    page = odile.page
    await odile.goes("/coordination/notices")
    await page.get_by_role("button", name=re.compile("Partis peut-être")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody")).to_have_count(1)
    held = page.get_by_role("button", name=re.compile("Partis peut-être"))
    await expect(held).to_be_focused()

    await page.get_by_role("button", name=re.compile("J'ai appelé")).focus()
    await page.keyboard.press("Enter")
    # The dialog's code comes when it is first asked for: Escape before it is there closes nothing.
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("J'ai appelé"))).to_be_focused()


@pytest.mark.parametrize("odile", list(LOOKS), indirect=True)
async def test_the_list_and_the_child_s_section_are_accessible_and_fit(
    odile: Visitor, told: Told, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    wrong: list[str] = []
    for name, path in (
        ("need", "/coordination/notices"),
        ("planned", "/coordination/notices?state=planned"),
        ("all", "/coordination/notices?state=all"),
        ("none", "/coordination/notices?state=cancelled"),
        ("child", f"/coordination/children/{told.story.child}#told"),
        ("account", "/account/notifications"),
    ):
        await odile.goes(path)
        await odile.shoot(f"sending-{name}-{look}")
        wrong += [f"{name}: {each}" for each in await odile.axe()]
        assert await odile.overflow() <= 0, name
    await odile.goes("/coordination/notices")
    await odile.presses("Suspendre les envois")
    await odile.page.get_by_label(re.compile("Pourquoi")).fill("Panne du prestataire")
    await odile.shoot(f"sending-pausing-{look}")
    wrong += [f"pausing: {each}" for each in await odile.axe()]
    await (
        odile.page.get_by_role("dialog").get_by_role("button", name="Suspendre les envois").click()
    )
    await odile.sees("Envois suspendus par")
    await odile.shoot(f"sending-paused-{look}")
    wrong += [f"paused: {each}" for each in await odile.axe()]

    assert wrong == []
