"""The page behind a family's link in a browser without scripts: three sizes, two directions."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Route, ViewportSize

from tests.support.actors import Person, founded, stranger
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor
from tests.support.clock import StandingClock
from tests.support.families import SLOT, links_of
from tests.support.network import network_of
from tests.support.server import Running, running

FATHER = {"family_name": "Courtepaille", "phone": "+33639980155", "language": "ar"}
SIZES = {"narrow": NARROW, "tablet": TABLET, "wide": WIDE}
TARGET = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where two parents' links lead: hers in French, his in Arabic."""

    server: Running
    hers: str
    his: str
    ana: Person
    path: str


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path, clock=StandingClock()))
        ana = await founded(await stack.enter_async_context(stranger(server)))
        network = await network_of(ana)
        ben = await network.join(await stack.enter_async_context(stranger(server)), name="Ben")
        await network.include_child(ben.id)
        await network.open_circle()
        await network.admit(ben)
        put = await ana.ask("PUT", f"/children/{network.child}/contacts/{'f' * 26}", FATHER)
        hers, his = (each["id"] for each in put.body["contacts"])
        booked = await ana.post(
            f"/children/{network.child}/appointments", {"professional": ben.id, "slot": SLOT}
        )
        path = booked.headers["Location"].removeprefix("/api/v1")
        links = await links_of(server, ana, path)
        yield Home(
            server=server, hers=links[hers, "sms"], his=links[his, "sms"], ana=ana, path=path
        )


@asynccontextmanager
async def opened(
    browser: Browser,
    home: Home,
    path: str,
    *,
    script: bool,
    size: ViewportSize = NARROW,
    scheme: Literal["light", "dark"] = "light",
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Open a link; with `script`, only the test's own runs, since the page has none."""
    troubles: list[str] = []
    context = await browser.new_context(
        java_script_enabled=script, bypass_csp=script, viewport=size, color_scheme=scheme
    )
    try:
        page = await context.new_page()
        page.on("console", lambda told: None if is_of_tab(told) else troubles.append(told.text))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        await page.goto(home.server.url + path)
        yield page, troubles
    finally:
        await context.close()


def is_of_tab(told: ConsoleMessage) -> bool:
    """Tell whether a browser looks for a sign for its tab, which our policy alone forbids it."""
    return told.location["url"].endswith("/favicon.ico")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_is_whole_at_every_size_in_both_directions(
    browser: Browser, home: Home, size: str, scheme: Literal["light", "dark"]
) -> None:
    for name, path, way in (("fr", home.hers, "ltr"), ("ar", home.his, "rtl")):
        how = opened(browser, home, path, script=True, size=SIZES[size], scheme=scheme)
        async with how as (page, troubles):
            await page.get_by_role("button").nth(1).click()
            reader = Visitor(given="", family="", context=page.context, page=page, email="")
            found = await reader.faults(f"family-{name}", f"{size}-{scheme}", full_page=True)
            heights = [await height(each) for each in await targets(page)]

            assert (found, troubles) == ([], [])
            assert await page.locator("html").get_attribute("dir") == way
            assert min(heights) >= TARGET


async def targets(page: Page) -> list[Locator]:
    """Give everything that a finger presses."""
    return [
        each for each in await page.locator("button, a, label").all() if await each.is_visible()
    ]


async def height(target: Locator) -> float:
    """Say how high something stands on the page, in pixels."""
    box = await target.bounding_box()
    return 0 if box is None else box["height"]


async def test_a_family_answers_and_asks_to_be_called_without_any_script(
    browser: Browser, home: Home
) -> None:
    async with opened(browser, home, home.hers, script=False) as (page, troubles):
        await page.get_by_role("button", name="Je ne peux pas venir").click()
        await page.get_by_text("Merci de nous avoir prévenus").wait_for()
        await page.get_by_label("mardi après-midi").check()
        await page.get_by_role("button", name="Rappelez-moi").click()
        await page.get_by_text("de préférence").wait_for()
        await page.reload()
        text = await page.inner_text("main")

    answers = (await home.ana.get(home.path)).body["answers"]
    assert [each["coming"] for each in answers] == [False]
    assert "mardi après-midi" in text
    assert troubles == []


async def test_a_browser_that_comes_from_elsewhere_sends_its_form_as_our_own(
    browser: Browser, home: Home
) -> None:
    async with opened(browser, home, home.hers, script=False) as (page, troubles):
        async with page.expect_request(lambda one: one.method == "POST") as asked:
            await page.get_by_role("button", name="Je viens").click()
        sent = await (await asked.value).all_headers()
        await page.get_by_text("Vous avez dit que vous venez").wait_for()

    assert sent["origin"] == home.server.url
    assert "cookie" not in sent
    assert troubles == []


async def test_the_way_to_the_map_tells_nobody_where_one_came_from(
    browser: Browser, home: Home
) -> None:
    async with opened(browser, home, home.hers, script=False) as (page, _):
        seen: list[dict[str, str]] = []

        async def answer(route: Route) -> None:
            seen.append(await route.request.all_headers())
            await route.fulfill(body="<title>map</title>", content_type="text/html")

        await page.context.route("https://www.openstreetmap.org/**", answer)
        await page.get_by_role("link", name="Voir sur une carte").click()
        await page.wait_for_url("https://www.openstreetmap.org/**")

    assert len(seen) == 1
    assert "referer" not in seen[0]


async def test_a_foreign_page_cannot_press_a_button_here(browser: Browser, home: Home) -> None:
    async with opened(browser, home, home.hers, script=False) as (page, _):
        form = await page.locator("input[name=form]").first.get_attribute("value")
        context = page.context
        await context.route(
            "https://ailleurs.example/",
            lambda route: route.fulfill(
                content_type="text/html",
                body=f"<form method=post action='{home.server.url}{home.hers}'>"
                f"<input name=form value='{form}'><button name=act value=stop>x</button></form>",
            ),
        )
        await page.goto("https://ailleurs.example/")
        async with page.expect_response(lambda one: one.request.method == "POST") as answered:
            await page.get_by_role("button").click()
        status = (await answered.value).status

    assert status == 403
