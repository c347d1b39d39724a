"""A living demonstration for tests: seeded once, asked by many."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pyotp.totp import TOTP

from channels.content import Content, decode
from channels.headless import connect
from channels.headless_device import HeadlessDevice
from channels.headless_line import Line
from channels.headless_people import Credentials
from channels.headless_recovery import come_back, restore
from crypto.recovery import read_code
from crypto.vault import Cost
from server.demonstration.clock import StoryClock
from server.demonstration.living.ledger import Ledger, SignIn
from server.demonstration.living.script import Script, read_script
from server.demonstration.living.seeding import Seeding, begin, seed
from server.demonstration.processes import World, world

CODE_LIFE = timedelta(seconds=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A seeded network whose server runs, and what its script says."""

    world: World
    clock: StoryClock
    script: Script
    ledger: Ledger

    def sign_in(self, key: str) -> SignIn:
        return next(one for one in self.ledger.sign_ins if one.email.startswith(f"{key}@"))

    def credentials(self, key: str) -> Credentials:
        """Give both factors; a code serves once, so the story goes on to the next."""
        one = self.sign_in(key)
        self.clock.move_to(self.clock() + CODE_LIFE)
        code = TOTP(one.secret).at(self.clock())
        return Credentials(email=one.email, password=one.password, code=code)

    @asynccontextmanager
    async def restored(self, key: str, folder: Path) -> AsyncIterator[HeadlessDevice]:
        """Come in as somebody on a new device, with what the demonstration prints alone."""
        async with connect(self.world.url) as line:
            back = await restore(
                line,
                self.credentials(key),
                read_code(self.sign_in(key).recovery),
                server=self.world.url,
                path=folder / key,
                passphrase="quatre petits mots en file",
                clock=self.clock,
                cost=Cost(memory_kib=64, passes=1, lanes=1),
                stock=4,
            )
            assert back.refused == 0
            await come_back(back.device, ())
            yield back.device


@asynccontextmanager
async def living(folder: Path, script: Script | None = None) -> AsyncIterator[Living]:
    clock, script = StoryClock(file=folder / "clock"), script or read_script()
    days = begin(clock)
    async with world(folder) as here:
        seeding = Seeding(world=here, clock=clock, days=days, script=script, tell=lambda *_: None)
        ledger = await seed(seeding)
        yield Living(world=here, clock=clock, script=script, ledger=ledger)


async def everything_said(device: HeadlessDevice) -> dict[str, list[Content]]:
    """Read all that a device can, channel by channel."""
    return {
        channel: [
            decode(one.opened.entry.type, one.opened.entry.body)
            for one in await device.history(channel)
        ]
        for channel in tuple(device.session.channels)
    }


async def all_of(line: Line, path: str) -> list[dict[str, object]]:
    page = await line.ask("GET", f"{path}?limit=200")
    assert page["next"] is None
    found: list[dict[str, object]] = page["items"]
    return found
