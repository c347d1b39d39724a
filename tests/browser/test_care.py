"""Early care in a real browser: prescribed, opened, reported with one tap, stated, paid."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from care_circle.role import Profession, Role
from crypto.ids import new_id
from server.clock import system_clock
from tests.support.browser_pages import (
    NARROW,
    TABLET,
    WIDE,
    Visitor,
    accept,
    invite,
    visitor,
)
from tests.support.browser_shell import PATIENCE_S, bring_in
from tests.support.clock import StandingClock
from tests.support.journey import PASSWORD, Companion, Journey, journey
from tests.support.server import Running, running

pytestmark = pytest.mark.timeout(300)
LONG_AGO = 40
# The network is back: what waits is sent, and the day is drawn anew from what the page holds.
SENT_ONCE_MORE = """() => {
  dispatchEvent(new Event("online"));
  return navigator.locks.request("ronde-care-sending", () => undefined);
}"""
PHONE: dict[str, Any] = {"viewport": NARROW, "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": PHONE,
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    # The story begins so long ago that a month is over since; browsers come in at the real time.
    then = system_clock() - timedelta(days=LONG_AGO)
    async with running(tmp_path, clock=StandingClock(then)) as started:
        yield started


@pytest.fixture
async def story(server: Running) -> AsyncIterator[Journey]:
    async with journey(server) as begun:
        yield begun


@dataclass(slots=True, kw_only=True)
class Practice:
    """A child's circle; whoever comes at the pages comes in by `joins`."""

    server: Running
    story: Journey
    ben: Companion
    browser: Browser
    stack: AsyncExitStack = field(repr=False)
    opened_on: date

    async def joins(
        self,
        given: str,
        *,
        role: Role = Role.PROFESSIONAL,
        profession: Profession | None = Profession.PHYSIOTHERAPIST,
        under_convention: bool = True,
        **looks: Any,  # noqa: ANN401 -- Playwright's own
    ) -> Visitor:
        """Bring somebody into the circle, at the pages."""
        one = await self.stack.enter_async_context(
            visitor(self.browser, self.story.url, given, "Lavigne", **looks)
        )
        token = await invite(self.story, one, role=role, profession=profession)
        await accept(self.story, one, token)
        convention = Role.PROFESSIONAL if under_convention else Role.COORDINATOR
        await bring_in(self.story, one.id, role=role if under_convention else convention)
        return one

    async def forfait(self, kim: Visitor | None, *, sessions: int = 10) -> str:
        """Prescribe and open, by those who are not at a page; give the forfait's id."""
        form = {"discipline": "physiotherapy", "reason": "tonus", "sessions": sessions, "months": 6}
        path = f"/children/{self.story.child}/prescriptions"
        written = await self.ben.line.ask("POST", path, form)
        holder = {"professional": kim.id if kim else None}
        opened = await self.story.ana.line.ask(
            "POST", f"/prescriptions/{written['id']}/forfait", holder
        )
        return str(opened["id"])

    async def now(self) -> None:
        """Let the weeks pass until the real time, and those without a page sign in again."""
        self.server.clock.move(days=LONG_AGO)
        for one in (self.story.ana, self.ben):
            form = {"email": one.email, "password": PASSWORD, "code": one.code()}
            token = await one.line.ask(
                "POST", "/sessions", form | {"device": one.device_id, "bearer": True}
            )
            one.line.sign_in(token["token"])

    async def read(self, forfait: str) -> Any:  # noqa: ANN401 -- JSON
        """Read a forfait as the server has it."""
        return await self.ben.line.ask("GET", f"/forfaits/{forfait}")


@pytest.fixture
async def practice(server: Running, story: Journey, browser: Browser) -> AsyncIterator[Practice]:
    ben = await story.join("Ben")
    await story.gather(ben)
    async with AsyncExitStack() as stack:
        yield Practice(
            server=server,
            story=story,
            ben=ben,
            browser=browser,
            stack=stack,
            opened_on=server.clock().date(),
        )


async def claim(one: Visitor, forfait: str, on: date, **otherwise: object) -> int:
    """Claim a session from the page's own session, beside what is drawn."""
    form: dict[str, object] = {
        "start": f"{on}T09:00:00",
        "minutes": 40,
        "part": "assessment",
        "done": True,
        "place": "practice",
    }
    answer = await one.page.request.put(
        f"/api/v1/forfaits/{forfait}/sessions/{new_id()}",
        data=form | otherwise,
        headers={"Origin": await one.page.evaluate("location.origin")},
    )
    return answer.status


def card(page: Page) -> Locator:
    return page.locator(".care-card").first


async def test_care_is_prescribed_opened_and_reported_with_one_tap(practice: Practice) -> None:
    await practice.now()
    helene = await practice.joins("Hélène", profession=Profession.PHYSICIAN)
    odile = await practice.joins("Odile", role=Role.COORDINATOR, profession=None)
    kim = await practice.joins("Kim", **PHONE)
    care = f"/circles/{practice.story.circle}/care"

    await helene.goes(care)
    await helene.presses("Prescrire")
    asking = helene.page.get_by_role("dialog")
    await asking.get_by_label("Motif").fill("Retard de la tenue assise.")
    await asking.get_by_label("Séances").fill("8")
    await asking.get_by_role("button", name="Signer la prescription").click()
    await helene.sees("Prescriptions à ouvrir")
    await odile.goes(care)
    await odile.presses("Ouvrir le forfait")
    opening = odile.page.get_by_role("dialog")
    await opening.get_by_label("Professionnel du cercle").select_option(kim.id)
    await opening.get_by_role("button", name="Ouvrir le forfait").click()
    await odile.sees("0 séance faite sur 9")

    await kim.goes("/")
    await kim.presses("Bilan fait")
    first = kim.page.get_by_role("dialog")
    await first.get_by_label("Durée").fill("45")
    await first.get_by_role("button", name="Enregistrer").click()
    await kim.sees("1 séance faite sur 9")
    await helene.goes(care)
    await helene.sees("1 séance faite sur 9")
    assert [*helene.troubles, *odile.troubles, *kim.troubles] == []


async def test_a_session_is_one_tap_and_is_taken_back_by_another(practice: Practice) -> None:
    kim, forfait = await begun(practice)

    await kim.goes("/")
    await kim.presses("Séance faite")
    await kim.page.locator(".care-reported", has_text="Séance").wait_for()
    await until(practice, forfait, done=2)
    reported = (await practice.read(forfait))["sessions"][-1]
    await kim.presses("Annuler")
    await until(practice, forfait, done=1)

    assert (reported["minutes"], reported["place"], reported["part"]) == (40, "practice", "session")
    await expect(kim.page.get_by_role("button", name="Séance faite")).to_be_visible()
    await kim.page.evaluate(SENT_ONCE_MORE)
    await expect(kim.page.get_by_role("button", name="Séance faite")).to_be_visible()
    assert kim.troubles == []


async def test_what_is_reported_without_a_network_waits_and_goes_by_itself(
    practice: Practice,
) -> None:
    kim, forfait = await begun(practice)
    await kim.goes("/")
    way = re.compile(r"/sessions/")

    async def cut(route: Route) -> None:
        await route.abort()

    await kim.page.route(way, cut)
    await kim.presses("Séance faite")
    await kim.sees("en attente du réseau")
    await kim.goes("/")
    await kim.sees("en attente du réseau")
    before = (await practice.read(forfait))["done"]
    await kim.page.unroute(way)
    await kim.page.evaluate("dispatchEvent(new Event('online'))")
    await until(practice, forfait, done=2)

    assert before == 1
    await kim.page.get_by_text("en attente du réseau").wait_for(state="detached")
    assert kim.troubles == []


async def test_a_day_without_a_convention_is_told_with_who_can_mend_it(practice: Practice) -> None:
    kim, _ = await begun(practice)
    await kim.goes("/")

    await kim.presses("Détails")
    asked = kim.page.get_by_role("dialog")
    await asked.get_by_label("Date").fill(str(practice.opened_on))
    await asked.get_by_role("button", name="Enregistrer").click()
    await kim.sees("Votre convention n'était pas en vigueur ce jour-là")
    await kim.presses("Écrire à la coordination")
    await kim.page.wait_for_url(f"**/circles/{practice.story.circle}")
    field_ = kim.page.locator(".desk-main .composer-field")

    await expect(field_).to_have_value(
        re.compile("@Ana Dubreuil je ne peux pas enregistrer la séance")
    )
    await kim.goes("/")
    await kim.presses("Retirer")
    await card(kim.page).locator(".banner-danger").wait_for(state="detached")
    assert kim.troubles == []


async def test_whoever_has_no_convention_in_force_is_told_who_mends_it_and_shown_no_child(
    practice: Practice,
) -> None:
    kim, _ = await begun(practice)
    people, ended = practice.server.house.stores.people, practice.opened_on + timedelta(days=3)
    for held in await people.conventions_of(kim.id):
        await people.change_convention(held.id, lambda each: replace(each, active_to=ended))

    await kim.goes("/")
    await kim.sees("Demandez à la coordination de la renouveler")
    shown = await kim.page.locator("main").inner_text()
    refused = await kim.page.evaluate(
        f"fetch('/api/v1/children/{practice.story.child}').then((a) => a.status)"
    )

    assert await card(kim.page).count() == 0
    assert "Un enfant" not in shown
    assert refused == 403


async def test_of_two_tabs_that_take_the_last_place_one_is_told_so(practice: Practice) -> None:
    kim, forfait = await begun(practice, sessions=1)
    tabs = [kim.page, await kim.context.new_page()]
    for tab, hour in zip(tabs, ("01:00", "03:00"), strict=True):
        await tab.goto("/")
        await tab.get_by_role("button", name="Détails").click()
        await tab.get_by_label("Date").fill(str(system_clock().date() - timedelta(days=1)))
        await tab.get_by_label("Heure de début").fill(hour)

    keep = [tab.get_by_role("button", name="Enregistrer la séance") for tab in tabs]
    await asyncio.gather(*(each.click() for each in keep))
    await tabs[0].get_by_text("Il ne reste plus de séance de cette sorte").wait_for()
    await tabs[1].get_by_text("Il ne reste plus de séance de cette sorte").wait_for()

    held = await practice.read(forfait)
    assert (held["done"], held["quota"], len(held["sessions"])) == (2, 2, 2)


async def test_a_statement_is_validated_once_and_paid(practice: Practice) -> None:
    kim, _ = await begun(practice)
    odile = await practice.joins("Odile", role=Role.COORDINATOR, profession=None)

    await kim.goes("/statements")
    await kim.presses("Valider ce relevé")
    asked = kim.page.get_by_role("dialog")
    assert "pas encore de tarif publié" in await asked.inner_text()
    await asked.get_by_role("button", name="Valider").click()
    await kim.sees("il ne change plus")
    await expect(kim.page.get_by_role("button", name="Valider ce relevé")).to_have_count(0)
    await odile.goes("/coordination/statements")
    await odile.page.get_by_label("Kim Lavigne").check()
    await odile.sees("1 relevé")
    async with odile.page.expect_download() as saved:
        await odile.presses("CSV")
    table = await asyncio.to_thread(Path(await (await saved.value).path()).read_text, "utf-8-sig")
    await odile.presses("Marquer comme payés")
    await odile.page.get_by_role("dialog").get_by_role("button", name="Marquer").click()
    await odile.sees("Rien à payer")
    await kim.goes("/statements")
    await kim.sees("payé le")

    assert table.count("Kim") == 2
    assert [*kim.troubles, *odile.troubles] == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_of_care_are_sound(practice: Practice, look: str) -> None:
    kim, _ = await begun(practice, **LOOKS[look])
    odile = await practice.joins("Odile", role=Role.COORDINATOR, profession=None, **LOOKS[look])
    care = f"/circles/{practice.story.circle}/care"
    wrong: list[str] = []
    for one, name, path in (
        (kim, "day", "/"),
        (kim, "circle-care", care),
        (odile, "circle-care-office", care),
        (kim, "statements", "/statements"),
        (odile, "coordination-statements", "/coordination/statements"),
    ):
        await one.goes(path)
        await one.page.locator(".care-card, .care-month, .empty").first.wait_for()
        wrong += await faults(one, f"care-{name}", look)
    await kim.goes("/")
    await kim.presses("Détails")
    await kim.page.get_by_role("dialog").wait_for()
    wrong += await faults(kim, "care-details", look)

    assert wrong == []
    assert [*kim.troubles, *odile.troubles] == []


async def faults(one: Visitor, name: str, look: str) -> list[str]:
    await one.shoot(f"{name}-{look}")
    wrong = [f"{name}: {fault}" for fault in await one.axe()]
    return [*wrong, f"{name}: wider than its window"] if await one.overflow() > 0 else wrong


async def begun(
    practice: Practice,
    *,
    sessions: int = 10,
    **looks: Any,  # noqa: ANN401 -- Playwright's own
) -> tuple[Visitor, str]:
    """Give a physiotherapist with a forfait of a month ago, whose assessment is held since."""
    forfait = await practice.forfait(None, sessions=sessions)
    await practice.now()
    kim = await practice.joins("Kim", **(looks or PHONE))
    await under_convention_since(practice, kim, practice.opened_on + timedelta(days=1))
    assert await claim(kim, forfait, practice.opened_on + timedelta(days=2)) == 200
    return kim, forfait


async def under_convention_since(practice: Practice, one: Visitor, day: date) -> None:
    """Give somebody a convention that began on a day."""
    ask = practice.story.ana.line.ask
    begun_ = await ask("POST", f"/professionals/{one.id}/conventions")
    path = f"/conventions/{begun_['id']}"
    for piece in begun_["pieces"]:
        await ask("POST", f"{path}/pieces", {"code": piece["code"], "on": str(day)})
    await ask("PUT", f"{path}/signature", {"signed_on": str(day), "active_from": str(day)})


async def until(practice: Practice, forfait: str, *, done: int) -> None:
    """Wait until the server counts so many sessions."""
    for _ in range(PATIENCE_S * 40):
        if (await practice.read(forfait))["done"] == done:
            return
        await asyncio.sleep(0.025)
    raise AssertionError("the server counts otherwise")
