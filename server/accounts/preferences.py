"""What somebody chose: the language of the pages, and when to be told that something waits."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Protocol

from crypto.ids import ProfessionalId


class Language(StrEnum):
    """The languages the pages are written in."""

    FRENCH = "fr"
    ENGLISH = "en"


class Digest(StrEnum):
    """How often an e-mail may sum up how much waits."""

    OFF = "off"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's choices, with those nobody has made yet.

    Between `quiet_from` and `quiet_to`, wall times of the network's zone, nothing rings;
    equal times mean that there are no quiet hours. `urgent` is for the devices: whether what
    a colleague marked as urgent may ring all the same. The server cannot tell.
    """

    professional: ProfessionalId
    language: Language = Language.FRENCH
    digest: Digest = Digest.OFF
    urgent: bool = True
    quiet_from: time = time(20)
    quiet_to: time = time(8)
    push: bool = True

    def is_quiet(self, at: time) -> bool:
        """Tell whether a wall time lies in the quiet hours, which may span midnight."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to


class PreferenceStore(Protocol):
    """Preferences by professional."""

    async def find(self, professional: ProfessionalId) -> Preferences:
        """Give somebody's choices, or those nobody has made yet."""
        ...

    async def keep(self, preferences: Preferences) -> None:
        """Replace somebody's choices."""
        ...
