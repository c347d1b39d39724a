"""The headless client's line to a server: HTTP to ask, Socket.IO to be told at once.

The one module of this room that knows a network. What a device does with the line is in
`headless_device.py`.
"""

# python-socketio ships no types.
# mypy: allow-untyped-calls

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from typing_extensions import override

from channels.headless_forms import BadAnswer
from channels.headless_line import Line, Refused, Unreachable
from crypto.ids import ChannelId

# The library's own second is too short for a server that is busy.
HANDSHAKE_SECONDS = 10
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)


@dataclass(slots=True, kw_only=True)
class HttpLine(Line):
    """A line over HTTP, with a token once somebody is signed in."""

    url: str
    http: aiohttp.ClientSession = field(repr=False)
    token: str | None = field(default=None, repr=False)

    @override
    async def ask(
        self, method: str, path: str, body: object = None, *, version: int | None = None
    ) -> Any:
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        url = f"{self.url}/api/v1{path}"
        try:
            async with self.http.request(method, url, headers=headers, json=body) as response:
                return await _answer(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable from error

    @override
    def sign_in(self, token: str | None) -> None:
        self.token = token

    @asynccontextmanager
    async def live(self, channels: Sequence[ChannelId]) -> AsyncIterator[asyncio.Queue[ChannelId]]:
        """Hold a socket open; the queue names channels in which something is new.

        What is pushed is only a hint: the caller reads the numbered log. After each
        connect and disconnect every channel is named once.

        Raises:
            Unreachable: The server does not answer, or refuses the session.
        """
        news: asyncio.Queue[ChannelId] = asyncio.Queue()
        client = socketio.AsyncClient(
            handle_sigint=False, reconnection_delay=0.2, reconnection_delay_max=5
        )

        async def watch() -> None:
            await client.call("watch", {"channels": list(channels)})
            for channel in channels:
                news.put_nowait(channel)

        def item(form: Mapping[str, Any]) -> None:
            news.put_nowait(ChannelId(str(form.get("channel", ""))))

        def gone(*_: object) -> None:
            for channel in channels:
                news.put_nowait(channel)

        client.on("connect", watch)
        client.on("disconnect", gone)
        client.on("item", item)
        try:
            auth = {"token": self.token}
            await client.connect(
                self.url, auth=auth, transports=["websocket"], wait_timeout=HANDSHAKE_SECONDS
            )
        except socketio.exceptions.ConnectionError as error:
            raise Unreachable from error
        try:
            yield news
        finally:
            await client.disconnect()


@asynccontextmanager
async def connect(url: str, *, token: str | None = None) -> AsyncIterator[HttpLine]:
    """Open a line to a server; nothing is sent yet."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        yield HttpLine(url=url.rstrip("/"), http=http, token=token)


async def _answer(response: aiohttp.ClientResponse) -> Any:  # noqa: ANN401 -- JSON
    """Read an answer.

    Raises:
        Refused: It is a problem.
        BadAnswer: It is no JSON.
    """
    if response.status == 204:  # noqa: PLR2004 -- no content
        return None
    try:
        content = await response.json(content_type=None)
    except ValueError:
        raise BadAnswer("no JSON") from None
    if response.ok:
        return content
    problem = content if isinstance(content, dict) else {}
    raise Refused(
        response.status, str(problem.get("code", "unknown")), str(problem.get("title", ""))
    )
