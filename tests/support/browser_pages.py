"""People who use the real pages in a real browser: they read labels and press buttons."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
)
from pyotp.totp import TOTP

from care_circle.role import Profession, Role
from crypto.ids import ProfessionalId
from tests.support.browser_shell import PATIENCE_S, bring_in
from tests.support.journey import PASSWORD, Journey
from tests.support.node import PACKAGES, ROOT

WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
TABLET: Final[ViewportSize] = {"width": 820, "height": 1180}
NARROW: Final[ViewportSize] = {"width": 360, "height": 740}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide": {"viewport": WIDE},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
    "tablet": {"viewport": TABLET},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
    "narrow-dark": {
        "viewport": NARROW,
        "has_touch": True,
        "is_mobile": True,
        "color_scheme": "dark",
    },
}
expect.set_options(timeout=PATIENCE_S * 1000)
SHOTS: Final = ROOT / "tests" / "browser" / "shots"
_AXE = PACKAGES / "axe-core" / "axe.min.js"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_NETWORK = (
    "Failed to load resource",
    "WebSocket connection to",
    "Service Worker registration blocked",
)
_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});"""
_STANDS = """() => {
  const settled = !document.querySelector(".skeleton, .spinner, [aria-busy=true]");
  return settled && document.querySelector("h1") !== null;
}"""
# Nothing is loaded, drawn anew or moved: what is asked of the page is asked of one state of it.
_STILL = f"""async (pause) => {{
  const stands = {_STANDS};
  const next = () => new Promise((done) => setTimeout(done, 25));
  const ends = ({{effect}}) => effect.getComputedTiming().endTime !== Infinity;
  const runs = (one) => one.playState === "running" && ends(one);
  const moves = () => document.getAnimations().some(runs);
  let changed = performance.now();
  const watch = new MutationObserver(() => {{ changed = performance.now(); }});
  const all = {{subtree: true, childList: true, attributes: true, characterData: true}};
  watch.observe(document, all);
  while (!stands() || moves() || performance.now() - changed < pause) await next();
  watch.disconnect();
}}"""
_PAUSE_MS: Final = 150
_RUN_AXE = """async (tags) => {
  const {violations} = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return violations.map(({id, help, nodes}) =>
    `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
}"""
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody at the pages; `troubles` is what the browser complained of, in any tab."""

    given: str
    family: str
    context: BrowserContext
    page: Page
    email: str
    id: ProfessionalId = ProfessionalId("")  # noqa: RUF009 -- an id is text
    secret: str = field(default="", repr=False)
    recovery: str = field(default="", repr=False)
    later: timedelta = timedelta()
    troubles: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    async def goes(self, path: str) -> None:
        """Go to an address by the browser's own bar, and wait until the page stands."""
        await self.page.goto(path)
        await self.settles()

    async def settles(self) -> None:
        """Wait until nothing is being loaded."""
        for _ in range(PATIENCE_S * 40):
            if await self.page.evaluate(_STANDS):
                return
            await self.page.wait_for_timeout(25)
        raise AssertionError("the page is still loading: " + self.page.url)

    async def stands_still(self) -> None:
        """Wait until nothing is being loaded, and nothing on the page changes or moves."""
        async with asyncio.timeout(PATIENCE_S):
            await self.page.evaluate(_STILL, _PAUSE_MS)

    async def presses(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).first.click()

    async def writes(self, text: str) -> None:
        """Write a message and send it by Enter."""
        field_ = self.page.locator(".desk-main .composer-field")
        await field_.fill(text)
        await field_.press("Enter")

    async def sees(self, text: str | re.Pattern[str], *, seconds: float = PATIENCE_S) -> None:
        await self.page.get_by_text(text).first.wait_for(timeout=seconds * 1000)

    async def axe(self) -> list[str]:
        """Ask axe what is wrong with the page once it stands."""
        await self.stands_still()
        return await self._violations()

    async def overflow(self) -> int:
        """Tell by how many pixels the page is wider than its window once it stands."""
        await self.stands_still()
        pixels: int = await self.page.evaluate(_OVERFLOW)
        return pixels

    async def shoot(self, name: str, **how: Any) -> None:  # noqa: ANN401 -- Playwright's own
        await self.stands_still()
        await self._picture(name, **how)

    async def faults(self, name: str, look: str, **how: Any) -> list[str]:  # noqa: ANN401 -- the same
        """Tell what is wrong with the page once it stands, and keep a picture of it for people."""
        await self.stands_still()
        await self._picture(f"{name}-{look}", **how)
        wrong = [f"{name}: {fault}" for fault in await self._violations()]
        wide: int = await self.page.evaluate(_OVERFLOW)
        return [*wrong, f"{name}: wider than its window"] if wide > 0 else wrong

    async def _violations(self) -> list[str]:
        await self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[str] = await self.page.evaluate(_RUN_AXE, _RULES)
        return found

    async def _picture(self, name: str, **how: Any) -> None:  # noqa: ANN401 -- the same
        SHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png", **how)


@asynccontextmanager
async def visitor(
    browser: Browser,
    url: str,
    given: str,
    family: str,
    **looks: Any,  # noqa: ANN401 -- Playwright's own
) -> AsyncIterator[Visitor]:
    """Give somebody a fresh browser profile with one tab.

    No worker stands behind it, which would fetch the whole client for each profile anew; whoever
    goes without a network asks for `service_workers="allow"`.
    """
    usual = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "service_workers": "block"}
    settings = {"viewport": WIDE, **usual, **looks}
    context = await browser.new_context(base_url=url, **settings)
    await context.add_init_script(_TELL_VIOLATIONS)
    page = await context.new_page()
    one = Visitor(
        given=given,
        family=family,
        context=context,
        page=page,
        email=f"{given}.{family}@ronde.example".lower(),
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    context.on("console", lambda said: _note(one, said))
    context.on("weberror", lambda error: one.troubles.append(error.error.stack or str(error.error)))
    try:
        yield one
    finally:
        await context.close()


async def invite(
    story: Journey, one: Visitor, *, role: Role = Role.PROFESSIONAL,
    profession: Profession | None = Profession.PHYSICIAN,
) -> str:  # fmt: skip
    """Put somebody into the register and give the token of their invitation."""
    form = {
        "family_name": one.family,
        "given_name": one.given,
        "role": role.value,
        "email": one.email,
        "profession": None if profession is None else profession.value,
    }
    person = await story.ana.line.ask("POST", "/professionals", form)
    one.id = ProfessionalId(person["id"])
    invited = await story.ana.line.ask("POST", f"/professionals/{one.id}/invitation")
    return str(invited["token"])


async def accept(story: Journey, one: Visitor, token: str) -> None:
    """Walk through the invitation's pages to the end."""
    page = one.page
    await one.goes(f"/invitation#{token}")
    await page.get_by_label("Choisissez un mot de passe").fill(PASSWORD)
    await one.presses("Continuer")
    await page.get_by_text("Je ne peux pas scanner").click()
    one.secret = (await page.locator("details .code").inner_text()).replace(" ", "")
    await page.get_by_label(re.compile("[Cc]ode")).last.fill(TOTP(one.secret).at(story.clock()))
    await one.presses("Confirmer")
    await one.sees("Votre code de récupération")
    said = await page.locator("main").inner_text()
    groups = re.findall(r"\b[0-9A-Z]{4}\b", said)
    one.recovery = " ".join(groups)
    asked = re.search(r"groupe n°\s(\d)", said)
    assert asked is not None, said
    await page.get_by_label(re.compile("groupe n")).fill(groups[int(asked[1]) - 1])
    await one.presses("Je l'ai noté, continuer")
    await page.wait_for_url(re.compile(r"/(circles/.*)?$"))


async def come_in(story: Journey, one: Visitor) -> None:
    """Invite somebody, let them accept, and bring them into the circle."""
    await accept(story, one, await invite(story, one))
    await bring_in(story, one.id)


async def sign_in_again(story: Journey, one: Visitor) -> None:
    """Fill the sign-in form with a code that was not used before."""
    await one.page.get_by_label("Adresse e-mail").fill(one.email)
    await sign_in_over(story, one)


async def sign_in_over(story: Journey, one: Visitor) -> None:
    """Fill the form that stands over a page; it knows who they are."""
    one.later += timedelta(seconds=30)
    await one.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    await one.page.get_by_label(re.compile("[Cc]ode")).fill(
        TOTP(one.secret).at(story.clock() + one.later)
    )
    await one.presses("Se connecter")


def _note(one: Visitor, said: ConsoleMessage) -> None:
    # A request that is refused or cut is noted by the browser itself, whatever the page does.
    if said.type in ("error", "warning") and not said.text.startswith(_NETWORK):
        one.troubles.append(said.text)
