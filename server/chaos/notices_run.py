"""One run of `ronde chaos --notices`: remind, kill, start again; then the audit."""

import asyncio
import base64
import json
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

import msgspec

from care_circle.actor import Actor
from care_circle.appointment import Appointment
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.telling.ledger import Narrowing
from crypto.ids import AppointmentId, ProfessionalId, new_id
from notifications import hours
from notifications.notice import ALARMING, Notice, Rule, State
from server.accounts.passwords import Passwords
from server.bench.command import free_port
from server.bench.notices_seed import WEEK_BEFORE, ZONE, seed
from server.chaos.notices_audit import Received, Violation, audit
from server.chaos.notices_clock import SPEED, FastClock, Hands
from server.chaos.notices_doors import DOORS, Setting
from server.chaos.notices_server import Orders
from server.chaos.world import ChaosFailed, answers
from server.clock import Clock, system_clock
from server.house import House, furnish
from server.storage.care import EngineAppointments, EnginePeople
from server.storage.care_shapes import IN_NEED, appointment_shape
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from server.storage.outbox import state_tag
from server.storage.repository import Repository

SKEWS: Final = (timedelta(0), timedelta(hours=1))
"""How wrong the clock of each server process is."""

EARLIEST_KILL_S: Final = 0.02
LATEST_KILL_S: Final = 1.5
STARTS_WITHIN_S: Final = 60.0
_LOOK_S: Final = 0.5
_PAGE: Final = 1000
_UNSETTLED: Final = (State.PLANNED, State.CLAIMED, State.SENDING)

Say = Callable[[str], None]


class Policy(StrEnum):
    """What the providers promise and keep; the last is a worker that retries without a key."""

    KEYED = "keyed"
    AT_MOST_ONCE = "at_most_once"
    NAIVE = "naive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to do: `doors` providers of SMS, in line; clocks run `speed` times as fast as ours."""

    notices: int
    kills: int
    seed: int
    policy: Policy = Policy.KEYED
    doors: int = 2
    speed: float = SPEED
    settles_within_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was seen; times in seconds."""

    order: Order
    ends: Mapping[str, int]
    texts: int
    mails: int
    copies: int
    listed: int
    kills: int
    wall: float
    violations: tuple[Violation, ...]


async def run(order: Order, folder: Path, say: Say) -> Report:
    """Remind so many families while the servers are killed so often, and audit.

    Raises:
        ChaosFailed: A process died by itself, or the notices did not settle.
    """
    began = time.perf_counter()
    place = _Place.within(folder)
    chance = random.Random(order.seed)  # noqa: S311 - a seed replays the kills
    async with _opened(place, system_clock) as house:
        office = await _coordinator(house)
        monday, _ = await seed(house, notices=order.notices, hour=place.hour, line=WEEK_BEFORE)
    hands = Hands(at=system_clock(), shown=place.hour, speed=order.speed)
    say(f"{order.notices} rappels, {order.policy}")
    with (folder / "journal.jsonl").open("wb") as journal:
        killed = await _killed(order, place, hands, journal=journal, chance=chance, say=say)
    async with _opened(place, FastClock(hands=hands)) as house:
        notices = await _notices(house, monday.appointments)
        listed = await _listed(house, office, place.hour.date())
    received = Received.read(place.ledger)
    return Report(
        order=order,
        ends=Counter(notice.state.value for notice in notices),
        texts=sum(received.texts.values()),
        mails=len(received.mails),
        copies=received.copies,
        listed=len(listed),
        kills=killed,
        wall=time.perf_counter() - began,
        violations=tuple(audit(notices, received, listed=listed)),
    )


async def _killed(
    order: Order,
    place: "_Place",
    hands: Hands,
    *,
    journal: IO[bytes],
    chance: random.Random,
    say: Say,
) -> int:
    """Let the servers tell and kill them meanwhile, until all is settled; count the kills."""

    async def wait() -> None:
        say(f"{order.kills} coups / kills")
        async with _opened(place, FastClock(hands=hands)) as house:
            await _settled(house, order, say)

    async with _outside(order, place, hands) as environ:
        lanes = [
            _Lane(
                Orders(environ=environ | place.at(n), hands=hands, skew=skew.total_seconds()),
                journal,
            )
            for n, skew in enumerate(SKEWS)
        ]
        return await _storm(order, lanes, chance, wait=wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where everything is; `hour` is when all is due."""

    store: Path
    ledger: Path
    key: bytes
    ports: tuple[int, ...]
    hour: datetime

    @staticmethod
    def within(folder: Path) -> "_Place":
        return _Place(
            store=folder / "ronde.sqlite3",
            ledger=folder / "received.jsonl",
            key=secrets.token_bytes(32),
            ports=tuple(free_port() for _ in SKEWS),
            hour=morning_after(system_clock().date()),
        )

    def at(self, number: int) -> dict[str, str]:
        """Give the settings of one of the servers."""
        return {
            "RONDE_STORE": str(self.store),
            "RONDE_MASTER_KEY": base64.b64encode(self.key).decode(),
            "RONDE_PORT": str(self.ports[number]),
            "RONDE_PHONE": "04 65 71 00 00",
            "RONDE_SMS_RATE": "1000",
        }


def morning_after(today: date) -> datetime:
    """Give nine o'clock on the Tuesday of the week after next: a day of telling lies ahead."""
    day = today + timedelta(days=15 - today.weekday())
    wall = datetime(day.year, day.month, day.day, WEEK_BEFORE.at.hour)  # noqa: DTZ001 -- a wall time
    return hours.from_ms(hours.instant(wall, ZONE))


class _Lane:
    """A server process, started again and again on one port."""

    def __init__(self, orders: Orders, journal: IO[bytes]) -> None:
        self._orders = orders
        self._journal = journal
        self._keeper: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ChaosFailed: It took too long.
        """
        await self._say("start")
        deadline = time.perf_counter() + STARTS_WITHIN_S
        while time.perf_counter() < deadline:
            if await answers(int(self._orders.environ["RONDE_PORT"])):
                return
            await asyncio.sleep(0.02)
        raise ChaosFailed("the server does not answer")

    async def kill(self) -> None:
        """End it as nothing can be prepared for.

        Raises:
            ChaosFailed: It had died by itself.
        """
        if await self._say("kill") != "killed":
            raise ChaosFailed("the server died by itself")

    async def close(self) -> None:
        """Let it, and whoever starts it, be gone."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None and keeper.stdin is not None:
            keeper.stdin.close()
            await keeper.wait()

    async def _say(self, word: str) -> str:
        keeper = self._keeper or await self._opened()
        if keeper.stdin is None or keeper.stdout is None:
            raise ChaosFailed("the server has no pipes")
        keeper.stdin.write(word.encode() + b"\n")
        return (await keeper.stdout.readline()).decode().strip()

    async def _opened(self) -> asyncio.subprocess.Process:
        self._keeper = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.chaos.notices_server"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._journal,
        )
        if self._keeper.stdin is not None:
            self._keeper.stdin.write(msgspec.json.encode(self._orders) + b"\n")
        return self._keeper


async def _storm(
    order: Order, lanes: list[_Lane], chance: random.Random, *, wait: Callable[[], Awaitable[None]]
) -> int:
    """Kill each server again and again, side by side, then `wait` until all came to an end."""
    left = list(range(order.kills))

    async def live(lane: _Lane) -> None:
        await lane.start()
        while left:
            await asyncio.sleep(chance.uniform(EARLIEST_KILL_S, LATEST_KILL_S))
            if not left:
                return
            left.pop()
            await lane.kill()
            await lane.start()

    try:
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(live(lane))
        await wait()
    finally:
        await asyncio.gather(*(lane.close() for lane in lanes))
    return order.kills - len(left)


async def _settled(house: House, order: Order, say: Say) -> None:
    records = Repository(house.engine, house.keyring, appointment_shape())
    deadline, before = time.perf_counter() + order.settles_within_s, -1
    while time.perf_counter() < deadline:
        waiting = 0
        for state in _UNSETTLED:
            waiting += len(await records.labels(state_tag(state), limit=_PAGE))
        if not waiting and not await _unalerted(records):
            return
        if waiting != before:
            say(f"{waiting} en route / under way")
            before = waiting
        await asyncio.sleep(_LOOK_S)
    raise ChaosFailed("the notices did not settle")


async def _unalerted(records: Repository[Appointment]) -> int:
    """Count what failed and nobody was told of yet."""
    held = await records.all_of(IN_NEED)
    return sum(
        notice.state in ALARMING and not notice.alerted for each in held for notice in each.notices
    )


async def _notices(house: House, appointments: tuple[AppointmentId, ...]) -> list[Notice]:
    """Read every notice of what was seeded, but that of the booking."""
    kept = EngineAppointments(house.engine, house.keyring)
    return [
        notice
        for each in appointments
        for notice in (await kept.appointment(each)).notices
        if notice.rule is not Rule.BOOKED
    ]


async def _listed(house: House, office: ProfessionalId, since: date) -> set[str]:
    """Read what the office is shown as needing somebody, page by page."""
    actor = Actor(professional=office, role=Role.COORDINATOR)
    shown, after = set[str](), ""
    wanted = Narrowing(since=since - timedelta(days=30), in_need=True)
    while True:
        lines, following = await house.sending.notices.page(actor, wanted, after=after, limit=100)
        shown |= {line.entry.notice.id for line in lines}
        if following is None:
            return shown
        after = following


async def _coordinator(house: House) -> ProfessionalId:
    person = Professional(
        id=ProfessionalId(new_id()),
        family_name="Essai",
        given_name="Banc",
        role=Role.COORDINATOR,
        email="bureau@banc.example",
    )
    await EnginePeople(house.engine, house.keyring).add_professional(person)
    return person.id


@asynccontextmanager
async def _opened(place: _Place, clock: Clock) -> AsyncIterator[House]:
    engine = await open_engine(str(place.store), clock)
    try:
        keyring = await Keyring.open(engine, place.key)
        yield furnish(engine, keyring, clock=clock, zone=ZONE, passwords=Passwords())
    finally:
        await engine.close()


@asynccontextmanager
async def _outside(order: Order, place: _Place, hands: Hands) -> AsyncIterator[dict[str, str]]:
    """Run the providers; gives the settings by which they are reached."""
    secret = secrets.token_hex(16)
    setting = Setting(
        seed=order.seed,
        secret=secret,
        honours_keys=order.policy is Policy.KEYED,
        ports=place.ports,
        ledger=str(place.ledger),
        hands=hands,
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.chaos.notices_doors"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise ChaosFailed("the providers have no pipes")
    try:
        process.stdin.write(msgspec.json.encode(setting) + b"\n")
        said = json.loads(await process.stdout.readline() or b"{}")
        if not said:
            raise ChaosFailed("the providers do not answer")
        promise = "" if order.policy is Policy.AT_MOST_ONCE else "&key_hours=24"
        base = f"webhook+http://:{secret}@127.0.0.1:{said['http']}"
        doors = (f"{base}/{door}?name={door}{promise}" for door in DOORS[: order.doors])
        yield {"RONDE_SMS": " ".join(doors), "RONDE_SMTP_URL": said["smtp"]}
    finally:
        process.stdin.close()
        await process.wait()
