"""Everybody who comes to the pages in one test; no browser of theirs may complain of anything."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser

from care_circle.role import Profession, Role
from channels.headless_people import attest_identity
from tests.support.browser_pages import Visitor, accept, come_in, invite, visitor
from tests.support.journey import Journey

# What the page's own cipher opened, of messages and of what it kept; told to the test alone.
_LISTEN: Final = """(() => {
  if (!globalThis.isSecureContext) return;
  const {decrypt} = SubtleCrypto.prototype;
  globalThis.opened = [];
  SubtleCrypto.prototype.decrypt = async function listen(...asked) {
    const plain = await decrypt.apply(this, asked);
    opened.push(new TextDecoder().decode(plain));
    return plain;
  };
})();"""
_OPENED: Final = "(words) => opened.some((plain) => plain.includes(words))"


@dataclass(slots=True, kw_only=True)
class Guests:
    """Opens a fresh browser profile for each who comes."""

    story: Journey
    browser: Browser
    stack: AsyncExitStack = field(repr=False)
    all: list[Visitor] = field(default_factory=list)

    async def stranger(self, given: str, family: str, **looks: Any) -> Visitor:  # noqa: ANN401 -- Playwright's own
        """Give somebody a browser; nobody knows them yet."""
        one = await self.stack.enter_async_context(
            visitor(self.browser, self.story.url, given, family, **looks)
        )
        await one.context.add_init_script(_LISTEN)
        self.all.append(one)
        return one

    async def colleague(
        self,
        given: str,
        family: str,
        *,
        role: Role = Role.PROFESSIONAL,
        profession: Profession | None = Profession.PHYSICIAN,
        attested: bool = True,
        **looks: Any,  # noqa: ANN401 -- Playwright's own
    ) -> Visitor:
        """Bring somebody into the network, and into no circle."""
        one = await self.stranger(given, family, **looks)
        token = await invite(self.story, one, role=role, profession=profession)
        await accept(self.story, one, token)
        if attested:
            await attest_identity(self.story.ana.device, one.id)
        if role is Role.PROFESSIONAL:
            await self.story.sign_convention(one.id)
        return one

    async def member(self, given: str, family: str, **looks: Any) -> Visitor:  # noqa: ANN401 -- Playwright's own
        """Bring somebody into the network and the circle, with its discussion before them."""
        one = await self.stranger(given, family, **looks)
        await come_in(self.story, one)
        await self.sit(one)
        return one

    async def sit(self, one: Visitor) -> None:
        """Go to the circle's discussion, and wait until one can write in it."""
        await one.goes(f"/circles/{self.story.circle}")
        await one.page.locator(".desk-main .composer-field").wait_for()


@asynccontextmanager
async def receiving(story: Journey, browser: Browser) -> AsyncIterator[Guests]:
    """Receive guests; at the end none of their browsers may have complained."""
    async with AsyncExitStack() as stack:
        come = Guests(story=story, browser=browser, stack=stack)
        yield come
        troubles = [trouble for one in come.all for trouble in one.troubles]
        assert troubles == [], "\n".join(troubles)


async def has_opened(one: Visitor, words: str) -> bool:
    """Tell whether this tab ever opened some words, shown or not."""
    opened: bool = await one.page.evaluate(_OPENED, words)
    return opened
