"""What is not even HTTP is refused as everything else is: by a problem object, and no echo.

Left to itself, aiohttp answers a broken request line with that very line, as plain text,
and with its own name and version.
"""

from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestHandler
from typing_extensions import override

from server.problem_table import HTTP_PROBLEMS
from server.problems import INTERNAL, Problem, language_of, problem_response
from server.security import STRICT

OUR_NAME = "ronde"


class FrontRunner(web.AppRunner):
    """Runs an application behind handlers that keep what they could not read to themselves."""

    @override
    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server())


class _Server(web.Server):
    """The server aiohttp made, with handlers of ours."""

    def __init__(self, made: web.Server) -> None:
        super().__init__(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - the only way to hand on what aiohttp was told
            **made._kwargs,  # noqa: SLF001 - the same
        )

    @override
    def __call__(self) -> RequestHandler:
        return _Handler(self, loop=self._loop, **self._kwargs)


class _Handler(RequestHandler):
    """Answers what no application ever saw."""

    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        # Called for its log line, by type only, and because it refuses to answer twice.
        super().handle_error(request, status, exc)
        kind = HTTP_PROBLEMS.get(status, INTERNAL)
        response = problem_response(Problem(kind=kind, language=_language(request)))
        # No hook of the application's runs on this answer.
        response.headers.update({**STRICT, hdrs.SERVER: OUR_NAME})
        response.force_close()
        return response


def _language(request: web.BaseRequest) -> str:
    return language_of(request) if isinstance(request, web.Request) else "fr"
