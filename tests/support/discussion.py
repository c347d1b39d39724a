"""A circle's discussion as the pages show it, and the lines between them and the server."""

import asyncio
from dataclasses import dataclass
from typing import Any

from playwright.async_api import (
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    Route,
    WebSocketRoute,
    expect,
)

from tests.support.browser_pages import Visitor
from tests.support.browser_shell import PATIENCE_S, often
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey

_LOOKS_EVERY_S = 0.05


@dataclass(slots=True, kw_only=True)
class Room:
    """A circle with Ana and Ben at their terminals, and Léa at the pages."""

    story: Journey
    guests: Guests
    ben: Companion
    lea: Visitor

    @property
    def page(self) -> Page:
        return self.lea.page

    @property
    def field(self) -> Locator:
        return composer(self.lea.page)

    async def arrive(self, *texts: str) -> None:
        """Wait until Ben reads these messages and no others, in this order."""
        read: list[str] | None = None
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while read != list(texts):
            assert asyncio.get_running_loop().time() < until, f"Ben reads {read}"
            await asyncio.sleep(_LOOKS_EVERY_S)
            await self.ben.device.synchronise()
            read = await self.ben.texts(self.story.channel)


async def gathered(story: Journey, guests: Guests, **looks: Any) -> Room:  # noqa: ANN401 -- Playwright's own
    """Open a circle with all three of them in it."""
    ben = await story.join("Ben")
    await story.gather(ben)
    lea = await guests.member("Léa", "Faure", **looks)
    return Room(story=story, guests=guests, ben=ben, lea=lea)


class Cable:
    """The line of one browser: `set_offline` alone leaves an open socket standing."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._whole = True
        self._open: list[WebSocketRoute] = []

    @classmethod
    async def of(cls, one: Visitor) -> "Cable":
        """Stand between somebody and the server, from their next page on."""
        cable = cls(one.context)
        await one.context.route_web_socket("**/socket.io/**", cable.lead)
        return cable

    async def lead(self, line: WebSocketRoute) -> None:
        if not self._whole:
            await line.close()
            return
        line.connect_to_server()
        self._open.append(line)

    async def cut(self) -> None:
        self._whole = False
        await self._context.set_offline(True)
        for line in self._open:
            await line.close()
        self._open.clear()

    async def mend(self) -> None:
        self._whole = True
        await self._context.set_offline(False)


class Cut:
    """Holds the first commit: before the server hears of it, or before the page hears back."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self.reached = asyncio.Event()

    async def hold(self, route: Route) -> None:
        body = route.request.post_data_json if route.request.method == "POST" else None
        if self.reached.is_set() or body is None or body.get("kind") != "commit":
            await route.continue_()
            return
        if self._moment == "answered":
            await route.fetch()
        self.reached.set()


def composer(page: Page) -> Locator:
    return page.locator(".desk-main .composer-field")


async def say(page: Page, text: str) -> None:
    await composer(page).fill(text)
    await composer(page).press("Enter")
    await shows(page, text)


async def comes_true(page: Page, promise: str, argument: object = None) -> None:
    """Wait until what a script promises is so; `wait_for_function` is content with a promise."""
    async with asyncio.timeout(PATIENCE_S):
        await often(lambda: page.evaluate(promise, argument))


async def takes_up_last(page: Page) -> None:
    """Begin to correct the last message, as soon as the field is empty and the message sent."""
    await page.locator(".reach:not([aria-label^='En attente'])").last.wait_for()
    await expect(composer(page)).to_have_value("")
    await composer(page).press("ArrowUp")
    await page.locator(".composer-context").get_by_text("Vous modifiez votre message").wait_for()


async def shows(page: Page, text: str, *, seconds: float = PATIENCE_S) -> None:
    await page.locator(".desk-main .message-text", has_text=text).first.wait_for(
        timeout=seconds * 1000
    )


async def choose(page: Page, file: FilePayload) -> None:
    """Choose a file as the composer's menu offers it."""
    await page.get_by_role("button", name="Ajouter").click()
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("menuitem", name="Un fichier").click()
    await (await asked.value).set_files(file)


async def texts(page: Page) -> list[str]:
    return await page.locator(".desk-main .message-text").all_text_contents()


async def code(one: Visitor) -> str:
    await one.page.get_by_role("link", name="Membres", exact=True).click()
    return await one.page.locator(".circle-code").text_content() or ""
