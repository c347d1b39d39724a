"""How many notices are in which state, told to the operator in lines without a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from care_circle.telling.ledger import Ledger
from notifications.notice import State
from server.logs import logger


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Writes one line for each state: `notices_counted` with its `kind` and `count`.

    What is still to leave counts whenever that is, the rest since the day began in UTC.
    """

    ledger: Ledger
    clock: Callable[[], datetime]

    async def tell(self) -> None:
        """Count once, and write it down."""
        today = self.clock().date()
        counts = await self.ledger.counts(since=today, today=today)
        for state in State:
            logger().info("notices_counted", kind=state.value, count=counts.states.get(state, 0))
        logger().info("notices_counted", kind="in_need", count=counts.in_need)
