"""A real Chromium for tests: the machine's own, else the one that `ronde.py test` had npm bring."""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Playwright, async_playwright

from tests.support.node import NODE, ROOT

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_PACKAGE: Final = ROOT / "tests" / "browser" / "chromium"
# What npm brings asks for a cloud's name before it unpacks the libraries it needs.
_UNPACKING = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
_WITHOUT: Final = (
    # A page that a test answers for is taken for one of the wide world, which may not ask here.
    "LocalNetworkAccessChecks",
    # Two hidden pages behind the address bar of every window; nobody types there.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "PreloadTopChromeWebUI",
    # What Playwright turns off itself: of two such lists on a command line the last one counts.
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-features=" + ",".join(_WITHOUT))


class NoChromium(Exception):
    """No browser is to be had here; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """Where a browser lies and what it must find in its environment."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@cache
def find_chromium() -> Chromium:
    """Find a browser.

    Raises:
        NoChromium: The machine has none and npm's was not installed.
    """
    found = next((path for path in map(shutil.which, NAMES) if path is not None), None)
    if found is not None:
        return Chromium(path=Path(found))
    if _APPLICATION.exists():
        return Chromium(path=_APPLICATION)
    if not (_PACKAGE / "node_modules").is_dir():
        raise NoChromium("python3 ronde.py test installs a browser")
    return _unpacked(_PACKAGE / "node_modules" / ".unpacked")


def _unpacked(folder: Path) -> Chromium:
    """Unpack the browser that npm brought, once."""
    folder.mkdir(exist_ok=True)
    surroundings = {**os.environ, **_UNPACKING, "TMPDIR": str(folder)}  # noqa: TID251 -- handed on to node
    script = [NODE, str(_PACKAGE / "unpack.mjs")]
    done = subprocess.run(
        script, env=surroundings, capture_output=True, text=True, check=True, cwd=_PACKAGE
    )
    told = json.loads(done.stdout)
    libraries = folder / "al2023" / "lib"
    environment = {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_PATH": told["fonts"]}
    return Chromium(path=Path(told["path"]), environment=environment)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser, and end it."""
    async with async_playwright() as web:
        browser = await launched(web)
        try:
            yield browser
        finally:
            await browser.close()


async def launched(web: Playwright) -> Browser:
    """Start a browser that somebody else ends."""
    found = find_chromium()
    return await web.chromium.launch(
        executable_path=found.path,
        args=[*_ARGUMENTS],
        env={**os.environ, **found.environment},  # noqa: TID251 -- handed on to the browser
    )


@dataclass(slots=True)
class Shared:
    """One browser for many tests, who each open profiles of their own in it."""

    _web: Playwright
    _browser: Browser | None = None

    async def browser(self) -> Browser:
        """Give the browser; one that died is replaced."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = await launched(self._web)
        return self._browser

    async def leave(self) -> None:
        """End every profile that was opened."""
        if self._browser is not None and self._browser.is_connected():
            for profile in self._browser.contexts:
                # Answers that a test was still making up as it ended are nobody's any more.
                await profile.unroute_all(behavior="ignoreErrors")
                await profile.close()
