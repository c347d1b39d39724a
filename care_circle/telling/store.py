"""What is remembered of the links of families: how far each one was used."""

from collections.abc import Callable
from typing import Protocol

from care_circle.telling.link_state import LinkState


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
