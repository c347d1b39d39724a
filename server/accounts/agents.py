"""What somebody signs in with: the family of the program and of the system, and nothing finer.

A whole User-Agent is half a fingerprint; to recognise one's own sessions in a list, two words
are enough.
"""

from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 512


class Browser(StrEnum):
    """Families of programs; `program` is a client that is no browser, ours for example."""

    CHROME = "chrome"
    EDGE = "edge"
    FIREFOX = "firefox"
    SAFARI = "safari"
    PROGRAM = "program"
    OTHER = "other"


class System(StrEnum):
    """Families of systems."""

    ANDROID = "android"
    IOS = "ios"
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A program on a system."""

    browser: Browser = Browser.OTHER
    system: System = System.OTHER


UNKNOWN = Agent()

# The first word found decides: most browsers also name those they want to be taken for.
_BROWSERS = (
    ("Edg", Browser.EDGE),
    ("Firefox/", Browser.FIREFOX),
    ("FxiOS/", Browser.FIREFOX),
    ("OPR/", Browser.OTHER),
    ("Chrome/", Browser.CHROME),
    ("CriOS/", Browser.CHROME),
    ("Safari/", Browser.SAFARI),
)
_SYSTEMS = (
    ("Android", System.ANDROID),
    ("iPhone", System.IOS),
    ("iPad", System.IOS),
    ("Windows", System.WINDOWS),
    ("Macintosh", System.MACOS),
    ("Linux", System.LINUX),
    ("CrOS", System.LINUX),
)


def agent_of(user_agent: str) -> Agent:
    """Tell the families from what a program says of itself, which may be anything."""
    said = user_agent[:_LONGEST]
    if not said.startswith("Mozilla/"):
        return Agent(browser=Browser.PROGRAM if said else Browser.OTHER)
    return Agent(
        browser=next((known for word, known in _BROWSERS if word in said), Browser.OTHER),
        system=next((known for word, known in _SYSTEMS if word in said), System.OTHER),
    )
