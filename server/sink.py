"""A letter box for demonstrations: takes e-mails and SMS on this machine and delivers none.

An SMTP server that only receives (the minimum of RFC 5321, section 4.5.1) and a webhook
that takes signed texts. Both keep what they took in memory and append it to a file of
JSON lines, so that a page or a test can show what would have left. Loopback only.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from server.senders import signature

LOOPBACK = "127.0.0.1"
MAILS_FILE = "mails.jsonl"
TEXTS_FILE = "texts.jsonl"

_LONGEST_LINE = 4096
_LONGEST_MAIL = 1_000_000
_LONGEST_TEXT = 10_000
_PATIENCE_S = 60
_PATH = re.compile(r"(?P<role>FROM|TO): ?<(?P<path>[^<>]*)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail as it came over the wire, without dot-stuffing."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortMessage:
    """A text as the webhook took it."""

    key: str
    to: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Sink:
    """What was taken so far, oldest first, and where it listens."""

    folder: Path
    secret: str = field(repr=False)
    clock: Callable[[], datetime]
    letters: list[Letter] = field(default_factory=list)
    texts: list[ShortMessage] = field(default_factory=list)
    smtp_port: int = 0
    sms_port: int = 0

    @property
    def smtp_url(self) -> str:
        """The address to give as RONDE_SMTP_URL."""
        return f"smtp://{LOOPBACK}:{self.smtp_port}"

    @property
    def sms_url(self) -> str:
        """The address to give as RONDE_SMS_URL."""
        return f"http://{LOOPBACK}:{self.sms_port}/sms"

    async def take_letter(self, letter: Letter) -> None:
        """Keep an e-mail."""
        raw = letter.raw.decode("utf-8", "replace")
        to = list(letter.recipients)
        await asyncio.to_thread(self._append, MAILS_FILE, sender=letter.sender, to=to, raw=raw)
        self.letters.append(letter)

    async def take_text(self, text: ShortMessage) -> None:
        """Keep a text, unless one came under that key before."""
        if not any(text.key == known.key for known in self.texts):
            self.texts.append(text)
            entry = {"key": text.key, "to": text.to, "text": text.text}
            await asyncio.to_thread(self._append, TEXTS_FILE, **entry)

    def _append(self, name: str, **taken: object) -> None:
        line = json.dumps({"at": self.clock().isoformat(), **taken}, ensure_ascii=False)
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


@contextlib.asynccontextmanager
async def listening(sink: Sink, *, smtp_port: int = 0, sms_port: int = 0) -> AsyncIterator[Sink]:
    """Open both doors for the length of a block; port 0 takes any free one."""
    lines: set[asyncio.StreamWriter] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        with contextlib.suppress(ConnectionError, TimeoutError):
            await _Conversation(reader, writer, sink).run()
        lines.discard(writer)
        writer.close()

    app = web.Application(client_max_size=_LONGEST_TEXT)
    app.router.add_post("/sms", partial(_take_text, sink))
    runner = web.AppRunner(app, auto_decompress=False, access_log=None)
    await runner.setup()
    smtp = await asyncio.start_server(converse, LOOPBACK, smtp_port, limit=_LONGEST_LINE)
    try:
        await web.TCPSite(runner, LOOPBACK, sms_port).start()
        sink.smtp_port = smtp.sockets[0].getsockname()[1]
        sink.sms_port = runner.addresses[0][1]
        yield sink
    finally:
        smtp.close()
        for line in lines:
            line.close()
        await runner.cleanup()


async def _take_text(sink: Sink, request: web.Request) -> web.Response:
    """Answer the webhook as a provider does: 401 unsigned, 400 unreadable, else a reference."""
    body = await request.read()
    signed = signature.is_signed(
        sink.secret,
        body,
        timestamp=request.headers.get(signature.TIMESTAMP_HEADER, ""),
        signature=request.headers.get(signature.SIGNATURE_HEADER, ""),
        now=int(sink.clock().timestamp()),
    )
    if not signed:
        return web.json_response({"code": "bad_signature"}, status=HTTPStatus.UNAUTHORIZED)
    key = request.headers.get(signature.KEY_HEADER, "")
    try:
        wanted = json.loads(body)
        taken = ShortMessage(key=key, to=str(wanted["to"]), text=str(wanted["text"]))
    except (ValueError, KeyError, TypeError):
        return web.json_response({"code": "unreadable"}, status=HTTPStatus.BAD_REQUEST)
    if not (key and key.isascii() and key.isprintable()):
        return web.json_response({"code": "no_key"}, status=HTTPStatus.BAD_REQUEST)
    await sink.take_text(taken)
    return web.json_response({"ref": f"sink-{key}"}, status=HTTPStatus.CREATED)


class _Conversation:
    """One SMTP client's visit: greets, takes letters, never relays."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sink: Sink
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sink = sink
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 ronde sink")
        while (line := await self._line()) is not None:
            verb, _, rest = line.rstrip(b"\r\n").decode("utf-8", "replace").partition(" ")
            if not await self._answer(verb.upper(), rest):
                return

    async def _answer(self, verb: str, rest: str) -> bool:
        """Answer one command; False ends the visit (RFC 5321, section 4.1.1)."""
        match verb:
            case "EHLO":
                await self._say(
                    f"250-ronde\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {_LONGEST_MAIL}"
                )
            case "HELO" | "NOOP":
                await self._say("250 ronde")
            case "RSET":
                self._forget()
                await self._say("250 forgotten")
            case "MAIL" | "RCPT":
                await self._say(self._envelope(verb, rest))
            case "DATA":
                return await self._data()
            case "QUIT":
                await self._say("221 bye")
                return False
            case _:
                await self._say("502 not here")
        return True

    def _envelope(self, verb: str, rest: str) -> str:
        found = _PATH.match(rest)
        if found is None or found["role"].upper() != {"MAIL": "FROM", "RCPT": "TO"}[verb]:
            return "501 unreadable path"
        if verb == "MAIL":
            self._forget()
            self._sender = found["path"]
        elif self._sender is None:
            return "503 who writes?"
        else:
            self._recipients.append(found["path"])
        return "250 noted"

    async def _data(self) -> bool:
        """Take the letter up to the lone dot, undoing dot-stuffing (section 4.5.2)."""
        if self._sender is None or not self._recipients:
            await self._say("503 to whom?")
            return True
        await self._say("354 go on, end with a dot")
        raw = bytearray()
        while (line := await self._line()) != b".\r\n":
            if line is None:
                return False
            raw += line.removeprefix(b".")
            if len(raw) > _LONGEST_MAIL:
                await self._say("552 too long")
                return False
        to = tuple(self._recipients)
        await self._sink.take_letter(Letter(sender=self._sender, recipients=to, raw=bytes(raw)))
        self._forget()
        await self._say(f"250 taken {len(self._sink.letters)}")
        return True

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []

    async def _line(self) -> bytes | None:
        """Read a line with its end; None when the client is gone, or its line has none."""
        async with asyncio.timeout(_PATIENCE_S):
            try:
                line = await self._reader.readline()
            except ValueError:
                await self._say("500 line too long")
                return None
        return line if line.endswith(b"\n") else None

    async def _say(self, answer: str) -> None:
        self._writer.write(answer.encode() + b"\r\n")
        await self._writer.drain()
