"""The worker that `ronde bench notices` measures, as a process of its own.

All of it is what `ronde serve` runs; only its clock says that it is Monday, 18:00. The order
comes on standard input as JSON, the figures leave on standard output.
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec
import uvloop
from typing_extensions import override

from crypto.ids import NoticeId
from notifications.delivery import Accepted, Capabilities, Result
from notifications.notice import State
from notifications.senders import Mail, Mailer, Text, Texter
from notifications.ways import WaysOut
from notifications.worker import Worker
from server.accounts.passwords import Passwords
from server.bench.resident import resident_kb
from server.clock import Clock, system_clock
from server.config import Config
from server.house import House, furnish
from server.logs import configure_logs
from server.notices import EVERY, open_worker
from server.serve import search_seldom
from server.storage.care_shapes import appointment_shape
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from server.storage.outbox import state_tag
from server.storage.repository import Repository

_PAGE = 1000
_CLAIMED_FOR = timedelta(milliseconds=1)
_LAST_WRITES_S = 0.3


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to send: `environ` are the settings, `shift` the seconds the clock is ahead.

    `rate` is how many texts a second are allowed, None as many as go; at the `marks` (so many
    were sent) the memory is read.
    """

    environ: dict[str, str]
    shift: float
    count: int
    marks: tuple[int, ...]
    rate: float | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen; seconds, and kB of memory by mark. `left` is what the store has unsent."""

    claimed_s: float
    sending_s: float
    texting_s: float
    texts: int
    mails: int
    cpu_s: float
    resident_kb: dict[int, int]
    left: int


@dataclass(slots=True)
class Tally:
    """How many were answered, and when the texts began and ended."""

    count: int
    marks: tuple[int, ...]
    done: asyncio.Event = field(default_factory=asyncio.Event)
    texts: int = 0
    mails: int = 0
    first_text: float = 0.0
    last_text: float = 0.0
    resident: dict[int, int] = field(default_factory=dict)

    def begin_text(self) -> None:
        """Note that a text sets out."""
        self.first_text = self.first_text or time.perf_counter()

    def answered(self, result: Result, *, text: bool) -> None:
        """Note that something was taken; what was not is tried again."""
        if not isinstance(result, Accepted):
            return
        if text:
            self.texts += 1
            self.last_text = time.perf_counter()
        else:
            self.mails += 1
        number = self.texts + self.mails
        if number in self.marks:
            self.resident[number] = resident_kb(os.getpid())
        if number == self.count:
            self.done.set()


@dataclass(frozen=True, slots=True)
class CountedTexter(Texter):
    """A provider of SMS whose answers are counted."""

    way: Texter
    tally: Tally

    @property
    @override
    def name(self) -> str:
        return self.way.name

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self.way.capabilities

    @override
    async def turn(self, key: NoticeId) -> None:
        await self.way.turn(key)

    @override
    async def send(self, text: Text, *, to: str, key: NoticeId) -> Result:
        self.tally.begin_text()
        result = await self.way.send(text, to=to, key=key)
        self.tally.answered(result, text=True)
        return result

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return await self.way.look_up(key)


@dataclass(frozen=True, slots=True)
class CountedMailer(Mailer):
    """A mail server whose answers are counted."""

    way: Mailer
    tally: Tally

    @property
    @override
    def name(self) -> str:
        return self.way.name

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self.way.capabilities

    @override
    async def send(self, mail: Mail, *, to: str, key: NoticeId) -> Result:
        result = await self.way.send(mail, to=to, key=key)
        self.tally.answered(result, text=False)
        return result


async def measure(order: Order) -> Figures:
    """Claim everything once for the time that takes, then send it all."""
    config = Config.from_environ(order.environ)
    ways = replace(config.ways, rate=order.rate or 1e6)
    clock: Clock = lambda: system_clock() + timedelta(seconds=order.shift)  # noqa: E731
    engine = await open_engine(config.store, clock)
    try:
        keyring = await Keyring.open(engine, config.master_key)
        house = furnish(engine, keyring, clock=clock, zone=config.zone, passwords=Passwords())
        claimed = await _claim_all(house, order.count)
        async with open_worker(replace(config, ways=ways), house) as worker:
            tally = Tally(order.count, order.marks)
            search_seldom()
            began, cpu = time.perf_counter(), time.process_time()
            await _send_all(worker, tally)
            return Figures(
                claimed_s=claimed,
                sending_s=time.perf_counter() - began,
                texting_s=tally.last_text - tally.first_text,
                texts=tally.texts,
                mails=tally.mails,
                cpu_s=time.process_time() - cpu,
                resident_kb=tally.resident,
                left=await _left(house),
            )
    finally:
        await engine.close()


async def _claim_all(house: House, count: int) -> float:
    """Lease everything that is due, for no longer than the next claim; the seconds it takes."""
    now, claimed = house.clock(), 0
    began = time.perf_counter()
    while claimed < count:
        found = await house.outbox.claim(now=now, until=now + _CLAIMED_FOR, limit=_PAGE)
        if not found:
            break
        claimed += len(found)
    return time.perf_counter() - began


async def _send_all(worker: Worker, tally: Tally) -> None:
    """Let the worker run until everything was answered and written down."""
    texters = tuple(CountedTexter(way, tally) for way in worker.ways.texters)
    mailers = tuple(CountedMailer(way, tally) for way in worker.ways.mailers)
    counted = replace(worker, ways=WaysOut(mailers=mailers, texters=texters))
    running = asyncio.create_task(counted.run(every=EVERY))
    done = asyncio.create_task(tally.done.wait())
    await asyncio.wait((running, done), return_when=asyncio.FIRST_COMPLETED)
    # The last answers are being written; nothing else is left to do.
    await asyncio.sleep(_LAST_WRITES_S)
    running.cancel()
    await asyncio.wait((running,))
    done.cancel()


async def _left(house: House) -> int:
    """Count the records of which the store does not say that all was sent."""
    records, left = Repository(house.engine, house.keyring, appointment_shape()), 0
    for state in State:
        if state is not State.SENT:
            after = ""
            while page := await records.labels(state_tag(state), after=after, limit=_PAGE):
                left, after = left + len(page), page[-1][0]
    return left


def main() -> None:
    """Do as ordered on standard input, and tell on standard output."""
    configure_logs("error")
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    figures = uvloop.run(measure(order))
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
