"""From an empty server to a network with five weeks behind it."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from channels.headless import connect
from channels.headless_recovery import set_up
from server.clock import system_clock
from server.demonstration.clock import StoryClock
from server.demonstration.living import arriving, weeks
from server.demonstration.living.ledger import Host, Invitation, Ledger, SignIn
from server.demonstration.living.letters import Letters
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Case, Scene
from server.demonstration.living.script import Admit, Open, Script, Welcome
from server.demonstration.living.talking import come_in, spoken
from server.demonstration.living.weekdays import Weekdays
from server.demonstration.processes import World

BEGINS, ENDS = "-25 07:45", "0 09:27"
SHORTLY = timedelta(minutes=2)
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding:
    """What seeding needs, and whom it tells how far it is."""

    world: World
    clock: StoryClock
    days: Weekdays
    script: Script
    tell: Tell


def begin(clock: StoryClock) -> Weekdays:
    """Put the clock back to the first of the seeded weeks, before anybody looks at it."""
    days = Weekdays.before(clock())
    clock.begin_at(days.at(BEGINS))
    return days


async def seed(seeding: Seeding) -> Ledger:
    """Let the network live from five weeks ago until now.

    Raises:
        NotDone: The server refused something.
        NotStarted: The first account could not be made.
    """
    async with _scene(seeding) as scene:
        seeding.tell("Les professionnels arrivent", 0.0)
        first = await arriving.found(scene, seeding.world)
        await arriving.invite_all(scene, first, seeding.script.people.structures)
        await weeks.live(scene, lambda part: seeding.tell("Cinq semaines passent", part))
        seeding.tell("Chacun range ses clés de secours", 0.0)
        await _go_home(scene)
        # Before the present: a code serves once, and those of now are for whoever tries this.
        await weeks.rest(scene, system_clock() - SHORTLY)
        ledger = await _ledger(scene, first, seeding)
        seeding.clock.arrive()
        return ledger


async def _go_home(scene: Scene) -> None:
    """End the last day: devices fetch what came, and everybody makes a recovery code."""
    await weeks.rest(scene, scene.days.at(ENDS))
    there = [person for person in scene.people.values() if person.has_begun]
    await asyncio.gather(*(_leave(scene, person) for person in there))


async def _leave(scene: Scene, person: Person) -> None:
    await person.come()
    for case in scene.cases.values():
        if person.words.key in _members(case):
            await come_in(case, person)
    await person.tell_places()
    person.recovery = (await set_up(person.device)).written


async def _ledger(scene: Scene, first: Person, seeding: Seeding) -> Ledger:
    shown = (each for each in scene.people.values() if each.words.shown)
    return Ledger(
        settings=seeding.world.lasting,
        sign_ins=tuple(map(_sign_in, shown)),
        invitation=await _invitation(scene, first, seeding.script.people.welcome),
        host=_host(scene, seeding),
    )


async def _invitation(scene: Scene, first: Person, welcome: Welcome) -> Invitation:
    awaited = next(each for each in scene.people.values() if each.words.invited)
    await first.come()
    until = await arriving.invite(first, awaited)
    return Invitation(
        professional=awaited.id,
        name=awaited.words.name,
        says=awaited.words.says,
        token=awaited.invitation,
        until=until,
        welcome=welcome.says,
    )


def _host(scene: Scene, seeding: Seeding) -> Host:
    """Put the host's device where it stays as long as the demonstration."""
    welcome = seeding.script.people.welcome
    host, case = scene.people[welcome.host], scene.cases[welcome.child]
    device = seeding.world.folder / f"{welcome.host}.appareil"
    shutil.copyfile(host.device.file.path, device)
    greeting, mentions = spoken(scene, welcome.greeting)
    return Host(
        key=welcome.host,
        password=host.password,
        secret=host.secret,
        device=device.name,
        circle=case.circle,
        channel=case.channel,
        greeting=greeting,
        mentions=mentions,
    )


def _sign_in(person: Person) -> SignIn:
    words = person.words
    return SignIn(
        name=words.name,
        says=words.says,
        why=words.shown,
        email=words.email,
        password=person.password,
        secret=person.secret,
        recovery=person.recovery,
    )


def _members(case: Case) -> Iterator[str]:
    """Name everybody who was let into a circle."""
    for deed in case.words.deeds:
        match deed:
            case Open(by=by, members=members):
                yield from (by, *members)
            case Admit(who=who):
                yield who
            case _:
                pass


def _password(words: Sequence[str]) -> str:
    """Make one password for all, so that it is typed without thinking: it guards nobody."""
    return "-".join(secrets.choice(words) for _ in range(4))


def _office(people: Iterable[Person]) -> Person:
    """Choose who makes the network and asks after its letters: the first coordinator."""
    return next(each for each in people if each.words.role == "coordinator")


def in_memory() -> str | None:
    """Find a folder in memory for files that are not kept: nobody waits for a disk then."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder with a random name of its own is made there
    return str(memory) if memory.is_dir() else None


@asynccontextmanager
async def _scene(seeding: Seeding) -> AsyncIterator[Scene]:
    """Give everybody a line, and their devices a folder that goes with the seeding."""
    world, password = seeding.world, _password(seeding.script.people.password_words)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ronde-", dir=in_memory()))
        people = {
            words.key: Person(
                words=words,
                clock=seeding.clock,
                line=await stack.enter_async_context(connect(world.url)),
                password=password,
            )
            for words in seeding.script.people.people
        }
        yield Scene(
            folder=Path(folder),
            clock=seeding.clock,
            days=seeding.days,
            letters=Letters(office=_office(people.values())),
            people=people,
            cases={key: Case(words=words) for key, words in seeding.script.children.items()},
        )
