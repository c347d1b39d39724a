"""What is remembered of the links of families: how far each was used, what was handed over."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from care_circle.telling.handing import Handing
from care_circle.telling.link_state import LinkState
from crypto.ids import ChildId, ErrandId


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

    async def forget(self, *, now: datetime, until: datetime, limit: int) -> int:
        """Forget some links whose time has come, holding each until then; tell how many."""
        ...


class Handings(Protocol):
    """What was handed to families, by the errand that tells of each."""

    async def handing(self, errand: ErrandId) -> Handing | None:
        """Give what an errand tells of, if it was handed over."""
        ...

    async def of_child(self, child: ChildId) -> tuple[Handing, ...]:
        """Give all that was handed to a child's family and is not forgotten, by id."""
        ...

    async def put(self, errand: ErrandId, decide: Callable[[Handing | None], Handing]) -> Handing:
        """Keep or change a handing; one atom."""
        ...

    async def forget(self, *, now: datetime, until: datetime, limit: int) -> int:
        """Forget some handings whose time has come, holding each until then; tell how many."""
        ...
