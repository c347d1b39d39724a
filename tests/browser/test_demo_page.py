"""The demonstration's own page in a real browser: codes, letters, and nothing but text."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from pyotp.totp import TOTP

from crypto.ids import ChannelId, CircleId, ProfessionalId
from server.clock import system_clock
from server.demonstration.living.ledger import Host, Invitation, Ledger, SignIn
from server.demonstration.page import Shown, page
from server.sink import TEXTS_FILE

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MARKUP = "<img src=x onerror=document.title='lu'> http://localhost:8480/r/abc"
LEDGER = Ledger(
    settings={},
    sign_ins=(
        SignIn(
            name="Camille Aubrac",
            says="coordinatrice",
            why="compose les cercles",
            email="camille@ronde.example",
            password="abricot-brume-quai-dune",
            secret=SECRET,
            recovery="0000 1111 2222 3333 4444 5555 6666 7777",
        ),
    ),
    invitation=Invitation(
        professional=ProfessionalId("p"),
        name="Tristan Leborgne",
        says="kinésithérapeute",
        token="jeton",
        until=datetime(2026, 11, 27, 8, tzinfo=UTC),
        welcome="Solène l'attend",
    ),
    host=Host(
        key="solene",
        password="",
        secret="",
        device="",
        circle=CircleId(""),
        channel=ChannelId(""),
        greeting="",
        mentions=(),
    ),
)


@pytest.fixture
async def shown(tmp_path: Path, browser: Browser) -> AsyncIterator[Page]:
    told = Shown(ledger=LEDGER, server="http://localhost:8480", folder=tmp_path, clock=system_clock)
    async with page(told, 0) as address:
        opened = await browser.new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        await opened.goto(address)
        await opened.get_by_role("heading", name="Camille Aubrac, coordinatrice").wait_for()
        yield opened
        assert complaints == []


def receive(folder: Path, text: str) -> None:
    line = {"at": "2026-11-18T10:00:00+00:00", "key": "k", "to": "+33639980101", "text": text}
    with (folder / TEXTS_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def codes_around_now() -> set[str]:
    return {TOTP(SECRET).at(system_clock(), shift) for shift in (-1, 0)}


async def test_it_shows_a_code_of_this_moment_and_the_invitation(shown: Page) -> None:
    code = await shown.locator(".card .code").first.text_content()
    link = await shown.locator("#invitation a").get_attribute("href")

    assert code in codes_around_now()
    assert link == "http://localhost:8480/invitation#jeton"


async def test_a_letter_appears_by_itself_as_text(shown: Page, tmp_path: Path) -> None:
    assert await shown.locator("#letters > li").count() == 0

    receive(tmp_path, MARKUP)
    await shown.locator("#letters > li").wait_for()

    await expect(shown.locator("#letters")).to_contain_text(MARKUP.partition(" http")[0])
    await expect(shown.locator("#letters img")).to_have_count(0)
    assert await shown.locator("#letters a").get_attribute("href") == "http://localhost:8480/r/abc"
    assert await shown.title() == "Ronde, la démonstration"


async def test_it_is_an_authenticator_for_whoever_has_none(shown: Page) -> None:
    await shown.get_by_label("Clé").fill(SECRET.lower())

    code = shown.locator("#key-code .code")
    await code.wait_for()

    assert await code.text_content() in codes_around_now()
