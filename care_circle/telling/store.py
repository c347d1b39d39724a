"""What is remembered of the links of families: how far each was used, what was handed over."""

from collections.abc import Callable
from typing import Protocol

from care_circle.telling.handing import Handing
from care_circle.telling.link_state import LinkState
from crypto.ids import ErrandId


class LinkStates(Protocol):
    """Links that were used, by the fingerprint of their token."""

    async def state(self, fingerprint: str) -> LinkState | None:
        """Give what was said through a link, if anything was."""
        ...

    async def put(
        self, fingerprint: str, decide: Callable[[LinkState | None], LinkState]
    ) -> LinkState:
        """Change what was said through a link, or begin it; one atom."""
        ...


class Handings(Protocol):
    """Documents handed to families, by the errand that tells of each."""

    async def handing(self, errand: ErrandId) -> Handing | None:
        """Give what an errand tells of, if it is a document."""
        ...

    async def put(self, handing: Handing) -> None:
        """Keep a handing; another one of the same errand gives way, and so does its code."""
        ...
