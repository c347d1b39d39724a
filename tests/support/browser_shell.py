"""People whose device is a browser: the built shell, without pages, in a real Chromium.

A page of the test's own loads the shell under the real page's policy; everything it asks
goes to the real server.
"""

import asyncio
import re
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Page, Route
from pyotp.totp import TOTP

from care_circle.role import Role
from channels.headless_people import admit_member, attest_identity
from crypto.ids import ChannelId, ProfessionalId
from tests.support.journey import PASSWORD, Companion, Journey
from tests.support.node import NODE, ROOT
from tests.support.server import Running

CHROMIUM: Final = Path("/usr/bin/chromium")
_NETWORK: Final = (
    "Failed to load resource",
    "WebSocket connection to",
    "Service Worker registration blocked",
)
# Long enough for a machine that does much else; what is so at once is seen at once.
PATIENCE_S: Final = 60
_LOOKS_EVERY_S: Final = 0.03
_CODE_LIFE: Final = timedelta(seconds=30)
POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types ronde"
)
HTML: Final = (
    '<!doctype html><title>Ronde</title><script type="module" src="/assets/shell.js"></script>'
)
_ENROL = """async ([token, password]) => {
  const {secret} = await ronde.api.ask("POST", "/enrolments", {token, password});
  return secret;
}"""
_CONFIRM = """async ([token, code]) => {
  await ronde.api.ask("POST", "/enrolments/confirmation", {token, code});
  await ronde.signedIn();
}"""
_SIGN_IN = """async ([email, password, code]) => {
  await ronde.api.ask("POST", "/sessions", {email, password, code});
  await ronde.signedIn();
}"""
BEGIN: Final = "async (how) => (await ronde.device.begin(how)).code"
TEXTS: Final = """async (channel) => {
  const conversation = await ronde.conversation(channel);
  return conversation.entries
    .filter(({inside}) => inside.kind === "content" && inside.type === "message")
    .map(({inside}) => inside.content.text);
}"""
STATES: Final = """async (channel) => {
  const conversation = await ronde.conversation(channel);
  return conversation.entries
    .filter(({inside}) => inside.kind === "content")
    .map(({inside, state}) => [inside.content.text, state]);
}"""
ALL_SENT: Final = """async ([channel, count]) => {
  const {entries} = await ronde.conversation(channel);
  const said = entries.filter(({inside}) => inside.kind === "content");
  return said.length === count && said.every(({seq, state}) => seq !== null && state === "sent");
}"""
BACKED_UP: Final = """async () => {
  const {records} = await ronde.api.ask("GET", "/backup");
  return records.length > 1;
}"""
POST: Final = """async ([channel, text]) => {
  const conversation = await ronde.conversation(channel);
  const message = {
    kind: "message", text, replyTo: null, mentions: [], attachments: [], urgent: false,
  };
  return await conversation.post(message);
}"""


def bundle(folder: Path) -> None:
    """Build the shell into a folder."""
    script = str(ROOT / "tests" / "support" / "bundle_shell.ts")
    subprocess.run([NODE, script, str(folder)], check=True)


@dataclass(slots=True, kw_only=True)
class Window:
    """A tab with the shell in it."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    async def ask(self, script: str, argument: object = None) -> Any:  # noqa: ANN401 -- JSON
        return await self.page.evaluate(script, argument)

    async def until(
        self, script: str, argument: object = None, *, seconds: float = PATIENCE_S
    ) -> None:
        """Wait until a condition of the page's holds."""
        async with asyncio.timeout(seconds):
            await often(lambda: self.page.evaluate(script, argument))

    async def reads(
        self, channel: ChannelId, texts: list[str], *, seconds: float = PATIENCE_S
    ) -> None:
        """Wait until a channel shows these messages, and no others."""

        async def as_wanted() -> bool:
            return await self.texts(channel) == texts

        async with asyncio.timeout(seconds):
            await often(as_wanted)

    async def says(self, channel: ChannelId, text: str) -> str:
        entry: str = await self.ask(POST, [channel, text])
        return entry

    async def texts(self, channel: ChannelId) -> list[str]:
        said: list[str] = await self.ask(TEXTS, channel)
        return said


@dataclass(slots=True, kw_only=True)
class Surfer:
    """Somebody whose device is a browser profile."""

    name: str
    url: str
    files: Path
    browser: Browser
    context: BrowserContext
    secret: str = ""
    later: timedelta = timedelta()
    windows: list[Window] = field(default_factory=list)

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@ronde.example"

    async def opens(self, path: str = "/") -> Window:
        """Open another tab, and wait until the shell stands."""
        window = await self.loads(path)
        await window.until("() => globalThis.ronde")
        return window

    async def loads(self, path: str = "/", *, script: Path | None = None) -> Window:
        """Open another tab, with a script that runs before all others."""
        window = Window(page=await self.context.new_page())
        if script is not None:
            await window.page.add_init_script(path=script)
        window.page.on("pageerror", lambda error: window.troubles.append(str(error)))
        window.page.on("console", lambda said: _note(window, said.type, said.text))
        await window.page.goto(self.url + path)
        self.windows.append(window)
        return window

    async def sign_in(self, window: Window, now: Any) -> None:  # noqa: ANN401 -- a clock
        """Sign in anew, with a code that was not used before."""
        self.later += _CODE_LIFE
        code = TOTP(self.secret).at(now() + self.later)
        await window.ask(_SIGN_IN, [self.email, PASSWORD, code])

    @property
    def troubles(self) -> list[str]:
        """What any tab complained of."""
        return [trouble for window in self.windows for trouble in window.troubles]


@dataclass(slots=True, kw_only=True)
class Scene:
    """One circle: Ana coordinates, Ben is there, and Lea's device is a browser."""

    server: Running
    story: Journey
    ben: Companion
    lea: Surfer
    tab: Window
    id: ProfessionalId
    code: str


def _note(window: Window, kind: str, text: str) -> None:
    # A request that fails is noted by the browser itself; the shell says nothing at all.
    if kind in ("error", "warning") and not text.startswith(_NETWORK):
        window.troubles.append(text)


async def often(look: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it is so."""
    while True:
        if await look():
            return
        await asyncio.sleep(_LOOKS_EVERY_S)


async def surfer(browser: Browser, files: Path, url: str, name: str) -> Surfer:
    """Give somebody a fresh browser profile."""
    # The worker has tests of its own; here it would answer for the page that we answer for.
    context = await browser.new_context(base_url=url, service_workers="block")
    one = Surfer(name=name, url=url, files=files, browser=browser, context=context)
    await context.route(re.compile(r"/(assets/shell\.js|sw\.js)?(\?.*)?$"), _answering(files))
    return one


async def forget_device(one: Surfer) -> None:
    """Let the browser evict the store, as it does when the disk is full."""
    page = await one.context.new_page()
    speaking = await one.context.new_cdp_session(page)
    wanted = {"origin": one.url, "storageTypes": "indexeddb"}
    await speaking.send("Storage.clearDataForOrigin", wanted)
    await page.close()


def _answering(files: Path) -> Any:  # noqa: ANN401 -- a handler of Playwright's
    """Answer for the page and its files, as the server would."""

    async def answer(route: Route) -> None:
        name = route.request.url.partition("?")[0].rpartition("/")[2]
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        if name:
            body, kind = (files / name).read_text(), "text/javascript"
        else:
            body, kind = HTML, "text/html"
        await route.fulfill(body=body, content_type=kind, headers=headers)

    return answer


async def enrol_in_browser(
    story: Journey, one: Surfer, *, role: Role = Role.PROFESSIONAL
) -> tuple[Window, ProfessionalId, str]:
    """Bring somebody into the network whose device is a browser; gives the code too."""
    form = {
        "family_name": "Lavigne",
        "given_name": one.name,
        "role": role.value,
        "email": one.email,
        "profession": "physician" if role is Role.PROFESSIONAL else None,
    }
    person = await story.ana.line.ask("POST", "/professionals", form)
    invited = await story.ana.line.ask("POST", f"/professionals/{person['id']}/invitation")
    window = await one.opens()
    one.secret = await window.ask(_ENROL, [invited["token"], PASSWORD])
    code = TOTP(one.secret).at(story.clock())
    await window.ask(_CONFIRM, [invited["token"], code])
    recovery = await window.ask(BEGIN, {"kind": "new"})
    return window, ProfessionalId(person["id"]), recovery


async def bring_in(
    story: Journey, professional: ProfessionalId, *, role: Role = Role.PROFESSIONAL
) -> None:
    """Attest, sign the convention, admit and add somebody who has a device."""
    await attest_identity(story.ana.device, professional)
    if role is Role.PROFESSIONAL:
        await story.sign_convention(professional)
    await admit_member(story.ana.device, story.circle, professional)
    await story.ana.device.add(story.channel, professional)
