"""Work done again and again beside the requests, which no single failure may end.

A task that dies takes its group with it, and the process with that: right for a fault in
the house, wrong for one record that cannot be read any more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

from server.logs import logger


async def again_and_again(
    work: Callable[[], Awaitable[object]], *, every: float, trouble: str
) -> NoReturn:
    """Do a piece of work now, and so many seconds after each time, until cancelled.

    Whatever goes wrong is logged under the constant name `trouble`, and tried again.
    """
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- one bad record must not end what serves everybody
            logger().error(trouble, cause=error)
        await asyncio.sleep(every)
