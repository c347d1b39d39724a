"""A circle's discussion as the pages show it, and the lines between them and the server."""

import asyncio
from dataclasses import dataclass

from playwright.async_api import BrowserContext, FilePayload, Locator, Page, Route, WebSocketRoute

from tests.support.browser_pages import Visitor
from tests.support.browser_shell import PATIENCE_S
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey

_LOOKS = 600


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
        read: list[str] = []
        for _ in range(_LOOKS):
            await self.ben.device.synchronise()
            read = await self.ben.texts(self.story.channel)
            if read == list(texts):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"Ben reads {read}")


async def gathered(story: Journey, guests: Guests) -> Room:
    """Open a circle with all three of them in it."""
    ben = await story.join("Ben")
    await story.gather(ben)
    return Room(story=story, guests=guests, ben=ben, lea=await guests.member("Léa", "Faure"))


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
