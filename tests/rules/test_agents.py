"""Of what a program says of itself two words are kept."""

import pytest

from server.accounts.agents import Agent, Browser, System, agent_of

_MOZILLA = "Mozilla/5.0"
_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "browser", "system"),
    [
        (
            f"{_MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            Browser.FIREFOX,
            System.LINUX,
        ),
        (
            f"{_MOZILLA} (Linux; Android 10; K) {_KIT} Chrome/150.0.0.0 Mobile Safari/537.36",
            Browser.CHROME,
            System.ANDROID,
        ),
        (
            f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_KIT} Chrome/150.0 Safari/537 Edg/150.0",
            Browser.EDGE,
            System.WINDOWS,
        ),
        (
            f"{_MOZILLA} (iPhone; CPU iPhone OS 19_0 like Mac OS X) {_KIT} Version/19.0 Safari/604",
            Browser.SAFARI,
            System.IOS,
        ),
        (
            f"{_MOZILLA} (iPad; CPU OS 19_0 like Mac OS X) {_KIT} CriOS/150 Safari/604",
            Browser.CHROME,
            System.IOS,
        ),
        (
            f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_KIT} Version/19.0 Safari/605",
            Browser.SAFARI,
            System.MACOS,
        ),
        (
            f"{_MOZILLA} (X11; CrOS x86_64) {_KIT} Chrome/150 Safari/537 OPR/120",
            Browser.OTHER,
            System.LINUX,
        ),
        ("Python/3.11 aiohttp/3.14", Browser.PROGRAM, System.OTHER),
        ("", Browser.OTHER, System.OTHER),
        (_MOZILLA, Browser.OTHER, System.OTHER),
        ("é" * 100_000, Browser.PROGRAM, System.OTHER),
        (f"{_MOZILLA} {'x' * 600} Firefox/140.0", Browser.OTHER, System.OTHER),
    ],
)
def test_families_are_told_apart(said: str, browser: Browser, system: System) -> None:
    assert agent_of(said) == Agent(browser=browser, system=system)
