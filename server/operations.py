"""The list of what can be asked over HTTP, from which routing and OpenAPI are both made."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.wire import LARGE

API = "/api/v1"
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_NAME = "[0-9A-Za-z_-]{1,64}"
"""All that a path may name is ids, codes and tokens; anything else names nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path.

    `body` and `answer` are the structs that cross the wire, None where nothing does, or
    where plain bytes do. `limit` is what a body may weigh before anybody looks at it.
    Without `public` there must be a valid session, whatever the handler does.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    body: type | None = None
    answer: type | None = None
    status: HTTPStatus = HTTPStatus.OK
    public: bool = False
    takes_bytes: bool = False
    gives_bytes: bool = False
    limit: int = LARGE


class Operations:
    """Collects the operations of one resource."""

    def __init__(self, prefix: str = API) -> None:
        self._prefix = prefix
        self._held: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._held)

    def add(
        self,
        method: str,
        path: str,
        *,
        body: type | None = None,
        answer: type | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        public: bool = False,
        takes_bytes: bool = False,
        gives_bytes: bool = False,
        limit: int = LARGE,
    ) -> Callable[[Handler], Handler]:
        """Register the handler of a method on a path; its docstring's first line is the summary."""

        def register(handler: Handler) -> Handler:
            self._held.append(
                Operation(
                    method=method,
                    path=self._prefix + path,
                    handler=handler,
                    summary=(handler.__doc__ or "").partition("\n")[0].rstrip("."),
                    body=body,
                    answer=answer,
                    status=status,
                    public=public,
                    takes_bytes=takes_bytes,
                    gives_bytes=gives_bytes,
                    limit=limit,
                )
            )
            return handler

        return register


def add_operations(app: web.Application, operations: Iterable[Operation]) -> None:
    """Route operations on an application; GET answers HEAD too.

    A path that holds what is no name is no path: it reaches no handler, store or record.
    """
    for operation in operations:
        path = concrete(operation.path)
        app.router.add_route(operation.method, path, operation.handler)
        if operation.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, path, operation.handler)


def concrete(path: str) -> str:
    """Return the route of a path whose variables take names only."""
    return _VARIABLE.sub(rf"{{\1:{_NAME}}}", path)
