"""Eyes on the wire: a proxy that keeps every byte, and a line that keeps every answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from typing_extensions import override

from channels.headless import HttpLine
from channels.headless_line import Refused
from crypto.ids import new_id
from server.app import OPERATIONS
from server.operations import API, Operation
from tests.support.canary_fields import Sort, altered, operation_of, pattern_of, places

INTRUDER = "Rodomontade furtive éphémère"
"""What is put where an id, a day or a listed word belongs; nobody may take it."""

IN_A_PATH = "Rodomontade-0417"
"""The same where paths and headers have only letters, digits and hyphens."""

NOT_PROBED = ("/sessions", "/enrolments", "/enrolments/confirmation")
"""Probing these would only meet their rate limits; the bad inputs ask them by hand."""

_OUTSIDE = ("/r/", "/receipts/", "/feeds/", "/healthz", "/readyz", "/openapi")
"""Where what lies outside the interface begins."""


@dataclass(slots=True)
class Wire:
    """All that passed, both ways; client frames are masked, their server's answers are not."""

    port: int = 0
    bytes_up: bytearray = field(default_factory=bytearray)
    bytes_down: bytearray = field(default_factory=bytearray)


@asynccontextmanager
async def recorded(port: int) -> AsyncIterator[Wire]:
    """Stand before a server on loopback for the length of a block."""
    wire = Wire()

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                kept += data
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            their_reader, their_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(
                pump(reader, their_writer, wire.bytes_up),
                pump(their_reader, writer, wire.bytes_down),
            )
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer."""

    who: str
    method: str
    path: str
    sent: Any = field(default=None, repr=False)
    status: int
    headers: bytes = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def operation(self) -> Operation | None:
        """What was asked for."""
        return operation_of(OPERATIONS, self.method, self.path)


@dataclass(slots=True, kw_only=True)
class Notebook:
    """Every exchange of everybody; what was probed already is not probed again."""

    exchanges: list[Exchange] = field(default_factory=list)
    probed: set[tuple[str, str, str]] = field(default_factory=set)
    accepted: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RecordingLine(HttpLine):
    """A line that keeps what it hears, and tries an intruder in each field just before.

    A moment before a request that will succeed is the only one in which nothing but the
    intruder can be the reason for a refusal.
    """

    who: str
    notebook: Notebook = field(repr=False)
    planted: frozenset[str] = field(repr=False)

    @override
    async def ask(
        self, method: str, path: str, body: object = None, *, version: int | None = None
    ) -> Any:
        operation = operation_of(OPERATIONS, method, API + path)
        if operation is not None and path not in NOT_PROBED and method != "GET":
            await self._probe(operation, path, body, version)
        once = {"Idempotency-Key": new_id()} if method == "POST" else {}
        exchange = await self.exchange(method, path, body, version=version, headers=once)
        content: Any = json.loads(exchange.body or b"null")
        if exchange.status >= 400:
            raise Refused(exchange.status, content["code"], content["title"])
        return content

    async def exchange(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Exchange:
        """Ask anything, and keep the answer."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        place = path if path.startswith(_OUTSIDE) else API + path
        async with self.http.request(method, self.url + place, headers=sent, data=data) as answer:
            exchange = Exchange(
                who=self.who,
                method=method,
                path=place,
                sent=body,
                status=answer.status,
                headers=_flat(answer),
                body=await answer.read(),
            )
        self.notebook.exchanges.append(exchange)
        return exchange

    async def _probe(
        self, operation: Operation, path: str, body: object, version: int | None
    ) -> None:
        if operation.body is not None and isinstance(body, dict):
            for place in places(operation.body, body):
                if place.field not in self.planted and self._is_new(operation, place.field):
                    changed = altered(body, place.path, _misfit(place.sort))
                    await self._try(operation.method, path, changed, version, place.field)
        match = pattern_of(operation).fullmatch(API + path)
        for number in range(1, 1 + (len(match.groups()) if match else 0)):
            if match is not None and self._is_new(operation, str(number)):
                start, end = (at - len(API) for at in match.span(number))
                changed = path[:start] + IN_A_PATH + path[end:]
                await self._try(operation.method, changed, body, version, changed)

    def _is_new(self, operation: Operation, what: str) -> bool:
        key = (operation.method, operation.path, what)
        new = key not in self.notebook.probed
        self.notebook.probed.add(key)
        return new

    async def _try(
        self, method: str, path: str, body: object, version: int | None, where: str
    ) -> None:
        answer = await self.exchange(method, path, body, version=version)
        if answer.status < 400 and not _is_refused_line_by_line(answer):
            self.notebook.accepted.append(f"{method} {path}: {where}")


def _is_refused_line_by_line(answer: Exchange) -> bool:
    """Tell whether an act for several was done for none of them."""
    told = json.loads(answer.body) if answer.body.startswith(b"{") else {}
    lines = told.get("lines") or ()
    return len(lines) > 0 and not any(line["done"] for line in lines)


def _misfit(sort: Sort) -> str:
    """Choose the intruder's shape: bytes must be base64 to be looked at at all."""
    return "Um9kb21vbnRhZGUgZnVydGl2ZSDDqXBow6ltw6hyZQ==" if sort is Sort.BYTES else INTRUDER


def _flat(answer: aiohttp.ClientResponse) -> bytes:
    return b"\n".join(name + b": " + value for name, value in answer.raw_headers)
