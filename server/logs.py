"""What the server says about itself: closed, constant, and never about a person.

An allow-list, not a deny-list: a key nobody thought about is dropped, an event that is
not a constant name is replaced, and exceptions are told by type and place only, because
their texts may quote what somebody wrote.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from server.identity import ACTOR

ALLOWED = frozenset(
    {
        "event", "level", "at", "logger",
        "method", "route", "status", "took_ms", "actor", "code",
        "error", "trace",
        "host", "port", "engine", "count", "kind", "id", "medium", "attempt",
    }
)  # fmt: skip
"""The only keys that reach the output."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ROOT = Path(__file__).resolve().parents[1]
_STEPS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_LONGEST_VALUE = 120
_DEEPEST_TRACE = 12

Event = MutableMapping[str, Any]


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Send our events and those of every library through the allow-list, as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _name_the_error,
            _keep_what_is_allowed,
            structlog.processors.JSONRenderer(serializer=json.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level(level)),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(max(_level(level), logging.WARNING))


def logger() -> FilteringBoundLogger:
    """Hand out the logger; call it where the event happens, events are constant names."""
    return cast("FilteringBoundLogger", structlog.get_logger())


def blurred_ms(seconds: float) -> int:
    """Round a duration up to a coarse step: exact times can tell who did what (R15)."""
    milliseconds = seconds * 1000
    return next((step for step in _STEPS_MS if milliseconds <= step), _STEPS_MS[-1])


@web.middleware
async def log_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write one line per request: the route's template, never the path that was asked."""
    began = time.monotonic()
    response = await handler(request)
    resource = request.match_info.route.resource
    who = request.get(ACTOR)
    logger().info(
        "request",
        method=request.method if request.method in _METHODS else "other",
        route=resource.canonical if resource is not None else "none",
        status=response.status,
        took_ms=blurred_ms(time.monotonic() - began),
        actor=who.professional if who is not None else None,
    )
    return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _level(name: str) -> int:
    return logging.getLevelNamesMapping()[name.upper()]


def _name_the_error(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its type and the places it passed, without any of its texts."""
    error = event.pop("cause", None)
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["trace"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST_TRACE:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    inside = path.is_relative_to(_ROOT) and ".venv" not in path.parts
    return str(path.relative_to(_ROOT)) if inside else path.name


def _keep_what_is_allowed(_logger: object, _method: str, event: Event) -> Event:
    kept = {key: _plain(key, value) for key, value in event.items() if key in ALLOWED}
    if not _NAME.fullmatch(str(kept.get("event", ""))):
        kept["event"] = "unnamed_event"
    return {key: value for key, value in kept.items() if value is not None}


def _plain(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if key == "trace" and isinstance(value, list):
        return [str(place) for place in value]
    return str(value)[:_LONGEST_VALUE] if isinstance(value, str) else type(value).__name__


class _LibraryHandler(logging.Handler):
    """Keeps of a library's record its logger, its level and the type of its exception."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        logger().log(record.levelno, "library_message", logger=record.name, cause=error)
