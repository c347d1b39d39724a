"""The world of the canary: real processes, real sockets, real letters, and who walks there."""

import asyncio
import base64
import json
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from channels.content import Content
from server.bench.command import free_port
from server.demonstration.cast import Actor, Part
from server.demonstration.clock import StoryClock
from server.demonstration.processes import World
from server.sink import Sink, listening
from tests.support.canary_phrases import (
    PASSPHRASE,
    PASSWORD,
    RECORDS,
    SECRETS,
    UNPLANTED,
    days,
)
from tests.support.canary_wire import Notebook, RecordingLine, Wire, recorded
from tests.support.providers import MailServer, mail_server

ROOT = Path(__file__).resolve().parents[2]
PARIS = ZoneInfo("Europe/Paris")
PATIENCE_SECONDS = 60
PROFESSIONS = (
    *(None, "physician", "psychologist", "psychologist", "physiotherapist"),
    *("psychomotor_therapist", "occupational_therapist", "speech_therapist", "orthoptist"),
)
"""Of those who walk, in order; the first is the coordinator, the last five fill their own forms."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """A world, the people in it, and everything that was seen so far."""

    folder: Path
    settings: Mapping[str, str] = field(repr=False)
    clock: StoryClock
    wire: Wire = field(repr=False)
    letters: MailServer = field(repr=False)
    texts: Sink = field(repr=False)
    server: asyncio.subprocess.Process
    stack: AsyncExitStack = field(repr=False)
    notebook: Notebook = field(default_factory=Notebook, repr=False)
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list, repr=False)
    links: list[str] = field(default_factory=list, repr=False)
    cast: dict[str, Actor] = field(default_factory=dict)
    said: list[Content] = field(default_factory=list, repr=False)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where everybody asks: the recording proxy."""
        return f"http://127.0.0.1:{self.wire.port}"

    @property
    def today(self) -> date:
        """The day of the story in Paris."""
        return self.clock().astimezone(PARIS).date()

    async def line(self, who: str) -> RecordingLine:
        """Open a line for somebody."""
        http = await self.stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        planted = frozenset({*RECORDS, *self.days, *UNPLANTED, *SECRETS})
        return RecordingLine(
            url=self.url, http=http, who=who, notebook=self.notebook, planted=planted
        )

    async def actor(self, number: int) -> Actor:
        """Bring somebody on stage; nobody knows them yet."""
        email = RECORDS["ProfessionalForm.email"][number]
        profession = PROFESSIONS[number]
        key = email.partition("@")[0]
        part = Part(
            key=key,
            given_name=RECORDS["ProfessionalForm.given_name"][number],
            family_name=RECORDS["ProfessionalForm.family_name"][number],
            says="",
            role="coordinator" if profession is None else "professional",
            profession=profession,
        )
        world = World(folder=self.folder / "devices", url=self.url, environment={})
        line = await self.line(key)
        return Actor(
            part=part,
            world=world,
            clock=self.clock,
            line=line,
            password=PASSWORD,
            passphrase=PASSPHRASE,
        )

    async def begin(self, actor: Actor, invitation: str) -> None:
        """Enrol somebody; what only they may know is looked for from here on."""
        self.secrets.append(invitation)
        await actor.begin(invitation)
        self.secrets += [actor.secret, actor.line.token or ""]

    def phrase(self, name: str, number: int = 0) -> str:
        """Give what is planted in a field."""
        return (self.days.get(name) or RECORDS[name])[number]


@asynccontextmanager
async def begun(folder: Path) -> AsyncIterator[Walk]:
    """Start the letter boxes, the server and the wire for the length of a block."""
    for name in ("store", "devices", "letters"):
        (folder / name).mkdir()
    clock, secret = StoryClock(file=folder / "clock"), secrets.token_urlsafe(24)
    clock.move_to(_next_morning(clock()))
    async with AsyncExitStack() as stack:
        letters = await stack.enter_async_context(mail_server())
        sink = Sink(folder=folder / "letters", secret=secret, clock=clock)
        texts = await stack.enter_async_context(listening(sink))
        port = free_port()
        wire = await stack.enter_async_context(recorded(port))
        settings = {
            "RONDE_STORE": str(folder / "store" / "ronde.sqlite3"),
            "RONDE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "RONDE_PORT": str(port),
            "RONDE_PUBLIC_URL": f"http://127.0.0.1:{wire.port}",
            "RONDE_SMTP_URL": f"smtp://127.0.0.1:{letters.port}",
            "RONDE_MAIL_FROM": "rendez-vous@ronde.example",
            "RONDE_SMS_URL": texts.sms_url,
            "RONDE_SMS_KEY": secret,
            "RONDE_SMS_KEY_HOURS": "24",
            "RONDE_PHONE": "04 65 71 00 00",
            "RONDE_LOG_LEVEL": "debug",
        }
        server = await _serve(folder, settings, stack)
        walk = Walk(
            folder=folder,
            settings=settings,
            clock=clock,
            wire=wire,
            letters=letters,
            texts=texts,
            server=server,
            stack=stack,
        )
        walk.days = days(walk.today)
        walk.secrets += [settings["RONDE_MASTER_KEY"], secret]
        await _ready(walk)
        yield walk


async def command(walk: Walk, *arguments: str) -> str:
    """Run a `ronde` command as the operator does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *arguments),
        cwd=ROOT,
        env={"PYTHONUTF8": "1", **walk.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


async def _serve(
    folder: Path, settings: Mapping[str, str], stack: AsyncExitStack
) -> asyncio.subprocess.Process:
    out = stack.enter_context((folder / "stdout.log").open("wb"))
    errors = stack.enter_context((folder / "stderr.log").open("wb"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.canary_server", str(folder / "clock")),
        cwd=ROOT,
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=out,
        stderr=errors,
    )
    stack.push_async_callback(end, process)
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    return process


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a server to stop, and wait until it has."""
    if process.returncode is None:
        process.terminate()
        await process.wait()


async def _ready(walk: Walk) -> None:
    line = await walk.line("nobody")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await line.exchange("GET", "/readyz")
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return


def _next_morning(now: datetime) -> datetime:
    """Find the next Tuesday at ten in Paris: families are told at decent hours only."""
    local = now.astimezone(PARIS)
    ahead = (1 - local.weekday()) % 7 or 7
    return (local + timedelta(days=ahead)).replace(hour=10, minute=0, second=0, microsecond=0)
