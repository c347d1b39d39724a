"""A mail server that a test scripts word by word: what it offers, what it says, when it leaves.

It speaks the few commands of RFC 5321 that our mailer uses, over a real socket, and may break
off at any of them. What it took is kept.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

HANGS_UP = "hangs up"
SAYS_NOTHING = "says nothing"


@dataclass(slots=True, kw_only=True)
class ScriptedMailServer:
    """Answers by script: `says` maps a verb, or `BODY`, to an answer or one of the two above."""

    port: int = 0
    offers: tuple[str, ...] = ("SIZE 1000000", "8BITMIME")
    says: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    visits: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError, EOFError):
            greeted = await self._said(self.says.get("GREETING", "220 scripted"), writer)
            while greeted and (line := await reader.readline()):
                verb = line.split()[0].decode().upper()
                self.commands.append(line.decode("utf-8", "replace").strip())
                if not await self._answer(verb, reader, writer):
                    break
        writer.close()

    async def _answer(
        self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        usual = {
            "EHLO": "\r\n".join(
                [f"250-{offer}" for offer in ("scripted", *self.offers)] + ["250 HELP"]
            ),
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        said = self.says.get(verb, usual.get(verb, "250 2.0.0 fine"))
        if not await self._said(said, writer):
            return False
        if verb == "DATA" and said.startswith("354"):
            content = await reader.readuntil(b"\r\n.\r\n")
            self.mails.append(content.removesuffix(b".\r\n"))
            return await self._said(self.says.get("BODY", "250 2.0.0 taken"), writer)
        return verb != "QUIT"

    async def _said(self, said: str, writer: asyncio.StreamWriter) -> bool:
        """Say it; False when the visit is over."""
        if said == HANGS_UP:
            writer.transport.abort()
            return False
        if said != SAYS_NOTHING:
            await self._say(writer, said)
        return not said.startswith("421")

    async def _say(self, writer: asyncio.StreamWriter, said: str) -> None:
        writer.write(said.encode() + b"\r\n")
        await writer.drain()

    def cut(self) -> None:
        """Cut every line, as a network does, or a mail server that is restarted."""
        for writer in self.writers:
            writer.transport.abort()


@contextlib.asynccontextmanager
async def scripted_mail_server() -> AsyncIterator[ScriptedMailServer]:
    """Run one on loopback for the length of a block."""
    box = ScriptedMailServer()
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        box.cut()
        await asyncio.sleep(0)
