"""The one place where the server asks what time it is."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Tell the present instant, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


def milliseconds(instant: datetime) -> int:
    """Tell an aware instant as whole milliseconds since 1970, UTC."""
    return int(instant.timestamp() * 1000)
