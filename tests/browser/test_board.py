"""The office's board, duties and report in a real browser: what waits leads to what mends it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from care_circle.role import Role
from crypto.ids import ChildId
from server.vigil import vigil_of
from tests.support.browser_pages import (
    LOOKS,
    Visitor,
    accept,
    invite,
    visitor,
)
from tests.support.clock import StandingClock
from tests.support.journey import PASSWORD, Companion, Journey
from tests.support.network import child_form
from tests.support.server import Running, running

DAYS_LATER = 240
pytestmark = pytest.mark.timeout(300)


async def come_back(story: Journey, one: Companion) -> None:
    """Sign somebody in again whose session is long over."""
    form = {
        "email": one.email,
        "password": PASSWORD,
        "code": one.code(),
        "bearer": True,
    }
    made = await one.line.ask("POST", "/sessions", form)
    one.line.sign_in(made["token"])


async def more_children(story: Journey, physician: Companion, count: int) -> list[str]:
    """Include children beside the first, each with its own name and day of birth."""
    ask, made = story.ana.line.ask, []
    for at in range(count):
        form = child_form(physician.id)
        form["identity"] |= {
            "birth_given_names": [("Basile", "Colombe", "Désiré", "Edmée")[at]],
            "birth_date": f"2024-0{at + 3}-11",
        }
        child = await ask("POST", "/children", form)
        word = {
            "contact": child["contacts"][0]["id"],
            "word": "agreed",
            "on": story.clock().date().isoformat(),
            "language": "fr",
            "document": "CONSENTEMENT-1",
        }
        await ask("POST", f"/children/{child['id']}/consent", word)
        await ask("POST", f"/children/{child['id']}/inclusion")
        made.append(child["id"])
    return made


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    # How old the children are and what is late is counted from one day, whatever day it is now.
    async with running(tmp_path, clock=StandingClock()) as started:
        yield started


@pytest.fixture
async def ben(story: Journey, server: Running) -> Companion:
    """Let three children be included, and half a year go by."""
    ben = await story.join("Ben")
    await story.gather(ben)
    await more_children(story, ben, 2)
    server.clock.move(days=DAYS_LATER)
    for one in (story.ana, ben):
        await come_back(story, one)
    await vigil_of(server.house).look()
    return ben


@pytest.fixture(params=["wide"])
async def odile(
    request: pytest.FixtureRequest, story: Journey, browser: Browser, ben: Companion
) -> AsyncIterator[Visitor]:
    """Bring a coordinator with a browser, whose clock is the server's."""
    async with visitor(browser, story.url, "Odile", "Berger", **LOOKS[request.param]) as one:
        await one.page.clock.set_system_time(story.clock())
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


async def test_totals_lead_to_their_children_and_the_address_keeps_the_choice(
    odile: Visitor,
) -> None:
    page = odile.page
    await odile.goes("/coordination")
    await page.get_by_role("link", name="Tableau de bord").click()
    await odile.settles()

    tile = page.get_by_role("button", name=re.compile("Visite en retard"))
    counted = int((await tile.locator(".board-count").inner_text()).strip())
    await tile.click()
    await expect(page).to_have_url(re.compile(r"finding=visit_late"))
    await page.get_by_label("Âge", exact=True).select_option("3")
    await expect(page).to_have_url(re.compile(r"age=3"))
    await expect(page.locator("tbody")).to_have_count(2)
    await page.reload()
    await odile.settles()

    assert counted == 3
    await expect(page.locator("tbody")).to_have_count(2)
    await expect(page.get_by_label("Âge", exact=True)).to_have_value("3")
    await expect(tile).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("Âge", exact=True).select_option("5")
    await odile.sees("Rien n'attend ici")
    await odile.presses("Voir tout le tableau")
    await page.locator("tbody").first.wait_for()
    await expect(page).to_have_url(re.compile(r"^[^?]*$"))


async def test_a_late_visit_is_booked_from_its_line_and_is_late_no_more(
    odile: Visitor, story: Journey
) -> None:
    page = odile.page
    await odile.goes("/coordination/board?finding=visit_late")
    row = page.locator(f"tbody[data-child='{story.child}']")
    said = await row.inner_text()

    await row.get_by_role("link", name="Fixer un rendez-vous").click()
    asked = page.get_by_role("dialog")
    await asked.get_by_label("Le", exact=True).fill(
        (story.clock() + timedelta(days=9)).date().isoformat()
    )
    await asked.get_by_label("À", exact=True).fill("09:30")
    await asked.get_by_label("Lieu").fill("12 rue des Tilleuls")
    await asked.get_by_role("button", name="Fixer le rendez-vous").click()
    await asked.wait_for(state="detached")
    await odile.goes("/coordination/board?finding=visit_late")

    assert "24\xa0mois" in said
    assert re.search(r"depuis \d+\sjours", said)
    await expect(page.locator("tbody")).to_have_count(2)
    await expect(row).to_have_count(0)


async def test_every_line_s_act_leads_to_a_page_that_stands(odile: Visitor, story: Journey) -> None:
    page = odile.page
    word = await story.ana.line.ask("GET", f"/children/{story.child}")
    withdrawn = {
        "contact": word["contacts"][0]["id"],
        "word": "withdrawn",
        "on": story.clock().date().isoformat(),
        "language": "fr",
        "document": "Lettre",
    }
    await story.ana.line.ask("POST", f"/children/{story.child}/consent", withdrawn)
    await odile.goes("/coordination/board")
    links = page.locator("a.board-mend")
    await links.first.wait_for()
    acts = {await each.get_attribute("href"): await each.inner_text() for each in await links.all()}

    wrong = []
    for href in acts:
        await odile.goes(str(href))
        heading = await page.get_by_role("heading", level=1).inner_text()
        if re.search("introuvable|n'a pas pu s'ouvrir|n'existe pas", heading):
            wrong.append(f"{href}: {heading}")

    assert wrong == []
    said = " ".join(acts.values())
    for act in ("Fixer un rendez-vous", "Noter l'accord", "Compléter", "Corriger l'identité"):
        assert act in said


async def test_the_family_s_agreement_is_noted_from_the_board_and_the_line_goes(
    odile: Visitor, story: Journey
) -> None:
    page, ask = odile.page, story.ana.line.ask
    child = await ask("GET", f"/children/{story.child}")
    yesterday = (story.clock() - timedelta(days=1)).date().isoformat()
    withdrawn = {
        "contact": child["contacts"][0]["id"],
        "word": "withdrawn",
        "on": yesterday,
        "language": "fr",
        "document": "Lettre",
    }
    await ask("POST", f"/children/{story.child}/consent", withdrawn)
    await odile.goes("/coordination/board?finding=consent_missing")
    await expect(page.locator("tbody")).to_have_count(1)

    await page.get_by_role("link", name="Noter l'accord").click()
    await page.get_by_role("dialog").get_by_role("button", name="Noter").click()
    await odile.sees("La famille est d'accord.")
    await odile.goes("/coordination/board?finding=consent_missing")

    await odile.sees("Rien n'attend ici")
    await expect(page).not_to_have_url(re.compile("edit="))


async def test_several_children_get_their_physician_by_one_answer(
    odile: Visitor, story: Journey, server: Running, ben: Companion
) -> None:
    page, house = odile.page, server.house
    listed = await story.ana.line.ask("GET", "/coordination/children")
    children = [each["id"] for each in listed["items"]]
    for child in children:
        await without_physician(server, child)
    await odile.goes("/coordination/board?finding=no_referring_physician")

    await page.get_by_label("Tout choisir").check()
    await odile.sees("3 choisis")
    await page.get_by_label(re.compile("Choisir Basile")).uncheck()
    bar = page.get_by_role("region", name="Choisis")
    await bar.get_by_role("button", name="Choisir un médecin").click()
    asked = page.get_by_role("dialog", name=re.compile("Médecin référent de 2"))
    await asked.get_by_role("option", name=re.compile("Ben Lavigne")).wait_for(state="attached")
    await asked.get_by_label("Médecin référent").select_option(ben.id)
    await asked.get_by_role("button", name="Enregistrer").click()

    await odile.sees("2 enfants ont leur médecin référent.")
    await expect(page.locator("tbody")).to_have_count(1)
    await expect(page.locator("tbody")).to_contain_text("Basile")
    held = [await house.stores.children.child(ChildId(child)) for child in children]
    await page.get_by_role("button", name="Annuler").click()
    await expect(page.locator("tbody")).to_have_count(3)
    left = [await house.stores.children.child(ChildId(child)) for child in children]

    assert sorted(str(each.referring_physician == ben.id) for each in held) == [
        "False",
        "True",
        "True",
    ]
    assert {each.referring_physician for each in left} == {None}


async def without_physician(server: Running, child: str) -> None:
    """Take a child's physician away, as when theirs left the network for good."""
    await server.house.stores.children.change(
        ChildId(child), lambda held: replace(held, referring_physician=None)
    )
    await server.house.follower.refresh(ChildId(child))


async def test_the_board_comes_as_a_table_for_a_spreadsheet(odile: Visitor) -> None:
    page = odile.page
    await odile.goes("/coordination/board?finding=visit_late")

    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Exporter en CSV").click()
    file = await (await waiting.value).path()

    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Dossier")
    assert len([line for line in lines if "visit_late" in line]) >= 3


async def test_a_duty_is_tried_ended_and_taken_back(odile: Visitor, story: Journey) -> None:
    page = odile.page
    await odile.goes("/coordination/duties")
    # No provider is set up here, so notices that fail become duties of their own meanwhile.
    cards = page.locator(".duty").filter(has_not_text="Avis à la famille non parvenu")
    await cards.first.wait_for()
    before = await cards.count()

    await cards.first.get_by_role("button", name="Noter un contact").click()
    asked = page.get_by_role("dialog", name="Contact avec la famille")
    await asked.get_by_label("Résultat").select_option("message_left")
    await asked.get_by_label("Ce qui s'est dit").fill("Message sur le répondeur.")
    await asked.get_by_role("button", name="Noter").click()
    await odile.sees("Message laissé")
    await cards.first.get_by_role("button", name="C'est fait").click()
    await expect(cards).to_have_count(before - 1)
    await page.get_by_role("button", name="Annuler").click()
    await expect(cards).to_have_count(before)
    await cards.first.get_by_role("button", name="Écarter").click()
    why = page.get_by_role("dialog", name="Écarter cette démarche")
    await why.get_by_role("button", name="Écarter").click()
    await odile.sees("Dites pourquoi.")
    await why.get_by_label("Raison").fill("Suivi repris par le CAMSP.")
    await why.get_by_role("button", name="Écarter").click()
    await expect(cards).to_have_count(before - 1)
    await page.get_by_role("link", name="Tableau de bord").click()
    await odile.settles()
    await odile.goes("/coordination/duties")

    assert before >= 3
    await expect(cards).to_have_count(before - 1)
    kept = await story.ana.line.ask("GET", "/coordination/duties")
    assert len([one for one in kept["items"] if one["reason"] != "notice_failed"]) == before - 1


async def test_a_year_is_told_with_what_each_number_is_of(odile: Visitor, story: Journey) -> None:
    page, year = odile.page, story.clock().year
    await odile.goes("/coordination/report")
    told = await page.get_by_role("main").inner_text()
    sections = await page.locator("section.card").count()
    figures = await story.ana.line.ask("GET", f"/coordination/report/{year}")

    await page.get_by_role("link", name=str(year - 1), exact=True).click()
    await page.wait_for_url(f"**/coordination/report/{year - 1}")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Exporter en CSV").click()
    table = (await (await waiting.value).path()).read_text(encoding="utf-8-sig")

    assert sections == len(figures["figures"])
    assert "63\u00a0%" in told
    assert "trop peu pour en tirer un pourcentage" in told
    assert "indicateur supposé" in told
    assert table.splitlines()[0].startswith("Année")
    assert str(year - 1) in table


async def test_the_old_address_of_what_is_late_leads_to_the_board(odile: Visitor) -> None:
    await odile.goes("/coordination/late")

    await odile.page.wait_for_url("**/coordination/board?finding=visit_late")
    await odile.sees("Visite en retard")


@pytest.mark.parametrize("odile", LOOKS, indirect=True)
async def test_the_office_s_new_pages_are_sound(
    odile: Visitor, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    pages = {
        "day": "/coordination",
        "board": "/coordination/board",
        "board-late": "/coordination/board?finding=visit_late",
        "duties": "/coordination/duties",
        "report": "/coordination/report",
    }
    wrong: list[str] = []

    for name, path in pages.items():
        await odile.goes(path)
        if name == "board-late":
            await odile.page.get_by_label("Tout choisir").check()
        if await odile.page.get_by_text("n'a pas pu s'ouvrir").count() > 0:
            wrong.append(f"{name}: did not open")
        wrong += await odile.faults(f"office-{name}", look)

    assert wrong == []
