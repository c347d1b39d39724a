"""The worker behind the tabs: opens without a network, tells of news without words."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.browser_shell import CHROMIUM, HTML, POLICY

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no system browser")

PATIENCE_S = 60
CONTROLLED = """async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));
}"""
# Chromium forgets a notification that is asked for between being noted and being shown: nobody
# asks before the worker has shown it.
LISTEN = """() => {
  const {prototype} = ServiceWorkerRegistration;
  const {showNotification} = prototype;
  self.shown = new Promise((done, failed) => {
    prototype.showNotification = function show(...asked) {
      const showing = showNotification.apply(this, asked);
      showing.then(done, failed);
      return showing;
    };
  });
}"""
SHOWN = "() => self.shown"
TOLD = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const told = await registration.getNotifications();
  return told.map(({title, body}) => [title, body]);
}"""


class Site:
    """The page and its files, as long as somebody serves them."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/assets/shell.js", self._file("shell.js"))
        app.router.add_get("/sw.js", self._file("sw.js"))
        app.router.add_get("/icon.svg", self._text("<svg/>", "image/svg+xml"))
        app.router.add_get("/app.webmanifest", self._text("{}", "application/json"))
        for path in ("/", "/tasks"):
            app.router.add_get(path, self._text(HTML, "text/html"))
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "localhost", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://localhost:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _file(self, name: str) -> Any:  # noqa: ANN401 -- a handler
        return self._text((self._files / name).read_text(), "text/javascript")

    def _text(self, body: str, kind: str) -> Any:  # noqa: ANN401 -- a handler
        async def answer(_: web.Request) -> web.Response:
            headers = {"Content-Security-Policy": POLICY}
            return web.Response(text=body, content_type=kind, headers=headers)

        return answer


@asynccontextmanager
async def visited(
    browser: Browser, files: Path
) -> AsyncIterator[tuple[Site, BrowserContext, Page]]:
    """Visit the page once, until its worker stands behind it."""
    site = Site(files)
    await site.start()
    context = await browser.new_context(permissions=["notifications"])
    page = await context.new_page()
    await page.goto(site.url)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await page.evaluate(CONTROLLED)
        yield site, context, page
    finally:
        await context.close()
        await site.stop()


@pytest.mark.parametrize("path", ["/", "/tasks"])
async def test_every_page_opens_without_a_network(
    browser: Browser, shell_files: Path, path: str
) -> None:
    async with visited(browser, shell_files) as (site, context, _):
        await site.stop()

        page = await context.new_page()
        await page.goto(site.url + path)
        await page.wait_for_function("globalThis.ronde !== undefined")

        assert await page.evaluate("() => ronde.standing.kind") == "signed-out"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("urgent", "Un message urgent vous attend dans Ronde."),
        ("Zéphyrine va mal", "Quelque chose vous attend dans Ronde."),
        ("toString", "Quelque chose vous attend dans Ronde."),
    ],
)
async def test_a_push_says_that_something_waits_and_never_what(
    browser: Browser, shell_files: Path, kind: str, said: str
) -> None:
    async with visited(browser, shell_files) as (site, context, page):
        [worker] = context.service_workers
        await worker.evaluate(LISTEN)
        devtools = await context.new_cdp_session(page)
        registrations: asyncio.Queue[str] = asyncio.Queue()

        def heard(news: Any) -> None:  # noqa: ANN401 -- JSON
            for one in news["versions"]:
                if one["status"] == "activated":
                    registrations.put_nowait(one["registrationId"])

        devtools.on("ServiceWorker.workerVersionUpdated", heard)
        await devtools.send("ServiceWorker.enable")

        async with asyncio.timeout(PATIENCE_S):
            registration = await registrations.get()
            pushed = json.dumps({"kind": kind, "body": "Zéphyrine va mal", "language": "fr"})
            await devtools.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": site.url, "registrationId": registration, "data": pushed},
            )
            await worker.evaluate(SHOWN)

        assert await page.evaluate(TOLD) == [["Ronde", said]]
