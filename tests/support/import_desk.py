"""Imports without a server: a house on SQLite that may die at any of its writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from care_circle.actor import Actor
from care_circle.child import Child
from care_circle.importing.run import Application, ImportRun, State
from care_circle.role import Role
from care_circle.services.imports import Wanted
from care_circle.services.people import NewProfessional
from crypto.ids import ImportId
from server.accounts.passwords import Passwords
from server.accounts.users import add_user
from server.house import House, furnish
from server.import_house import Imports, furnish_imports
from server.storage.engine import Doc
from server.storage.keys import Keyring
from server.storage.sqlite import SqliteEngine
from tests.support.clock import StandingClock
from tests.support.server import CHEAP, MASTER_KEY

EMAIL = "ana@ronde.example"


class Killed(BaseException):
    """The process is gone; nothing that runs in it may go on."""


class MortalEngine(SqliteEngine):
    """An engine whose process dies after so many writes, once it is told to count them.

    The last write is stored or not: both happen to processes.
    """

    writes_left: int | None = None
    stored: bool = True

    @override
    async def put(self, doc: Doc) -> Doc:
        if self.writes_left is None:
            return await super().put(doc)
        self.writes_left -= 1
        if self.writes_left < 0 or (self.writes_left == 0 and not self.stored):
            raise Killed
        done = await super().put(doc)
        if self.writes_left == 0:
            raise Killed
        return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A house with a coordinator who imports."""

    house: House
    imports: Imports
    engine: MortalEngine
    ana: Actor

    async def read(self, data: bytes, *, source: str = "spico") -> ImportRun:
        """Read a file."""
        return await self.imports.service.read(self.ana, data, source=source)

    async def begin(self, run: ImportRun) -> None:
        """Want all that needs no choice."""
        await self.imports.service.apply(self.ana, run.id, Wanted(digest=run.digest))

    async def finish(self, run: ImportId) -> Application:
        """Work until nothing of a run is under way."""
        while (held := await self.imports.service.run(self.ana, run)).state is State.APPLYING:
            await self.imports.work.work()
        assert held.application is not None
        return held.application

    async def take_over(self, data: bytes, *, source: str = "spico") -> Application:
        """Read a file and take over what needs no choice."""
        run = await self.read(data, source=source)
        await self.begin(run)
        return await self.finish(run.id)

    async def children(self) -> tuple[Child, ...]:
        """Give all children of the register."""
        found: tuple[Child, ...] = ()
        while page := await self.house.stores.children.page(
            after=found[-1].id if found else "", limit=200
        ):
            found += page
        return found


@asynccontextmanager
async def desk(folder: Path, clock: StandingClock | None = None) -> AsyncIterator[Desk]:
    """Open a house in a folder, and close its engine however the test ends."""
    clock = clock or StandingClock()
    engine = await MortalEngine.open(folder / "ronde.sqlite3", clock)
    try:
        keyring = await Keyring.open(engine, MASTER_KEY)
        house = furnish(
            engine, keyring, clock=clock, zone="Europe/Paris", passwords=Passwords(hasher=CHEAP)
        )
        yield Desk(
            house=house,
            imports=furnish_imports(house, trial=True),
            engine=engine,
            ana=await _coordinator(house),
        )
    finally:
        await engine.close()


async def _coordinator(house: House) -> Actor:
    for held in await house.stores.people.professionals(after="", limit=10):
        if held.email == EMAIL:
            return held.actor
    new = NewProfessional(
        family_name="Dubreuil", given_name="Ana", role=Role.COORDINATOR, email=EMAIL
    )
    invited = await add_user(house, new)
    return (await house.stores.people.professional(invited.professional)).actor
