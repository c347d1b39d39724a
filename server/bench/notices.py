"""`ronde bench notices`: 50,000 families who are to be told in the same hour.

Seeded by the real rules on a store of its own; sent by the real worker in a process of its
own, over real HTTP and SMTP to providers in a third. Once as fast as it can, and once, with
a tenth of them, at the rate of a provider.
"""

import asyncio
import base64
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import click
import msgspec

from care_circle.appointment import Appointment, move
from care_circle.tellings import tellings_of
from notifications.notice import Recipient
from server.accounts.passwords import Passwords
from server.bench.notices_seed import ZONE, Monday, monday_after, seed
from server.bench.notices_worker import Figures, Order
from server.client.french import FrenchCommand
from server.clock import system_clock
from server.house import House, furnish, the_pathway
from server.storage.care import EngineAppointments
from server.storage.keys import Keyring
from server.storage.opening import open_engine

NOTICES: Final = 50_000
QUICK: Final = 2_000
RATE: Final = 200.0
LATENCY_MS: Final = 20
TIMES: Final = 200

Say = Callable[[str], None]

TABLE: Final[Mapping[str, tuple[str, str]]] = {
    "notices": ("rappels dus à la même heure / reminders due in the same hour", ""),
    "seed_s": ("semis (s) / seeding", ""),
    "planned_s": ("dont les planifier tous (s) / of which planning them all", "< 60"),
    "claimed_s": ("de l'heure à tous pris en main (s) / from the hour to all claimed", "< 60"),
    "most_per_s": ("envois/s au plus / sends/s at most", ""),
    "cpu_ms": ("processeur par envoi (ms) / CPU for each", "< 1"),
    "rate_per_s": ("débit du prestataire (SMS/s) / provider's rate", ""),
    "paced_per_s": ("envois à ce débit (SMS/s) / sends at that rate", ""),
    "overhead_percent": ("perdu sur ce débit (%) / overhead", "< 5"),
    "move_rule_ms": ("changer un rendez-vous, la règle (ms) / planning a change, the rule", "< 10"),
    "move_store_ms": ("  et l'écrire (ms) / and writing it", "< 10"),
    "left": ("laissés sans envoi / left unsent", "0"),
}


class BenchFailed(Exception):
    """The worker or the providers did not do what they were started for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much is to be measured; `paced` of them at `rate` a second, `latency_ms` the answer."""

    notices: int = NOTICES
    paced: int = NOTICES // 10
    rate: float = RATE
    latency_ms: int = LATENCY_MS


async def measure(wanted: Wanted, folder: Path, say: Say) -> dict[str, float]:
    """Seed, send and change; gives the figures, flat, by the keys of `TABLE`, and the memory.

    Raises:
        BenchFailed: A process died, or said nothing.
    """
    monday = monday_after(system_clock().date())
    shift = (monday - system_clock()).total_seconds()
    async with _doors(shift, wanted.latency_ms / 1000) as environ:
        most, figures = await _fill(folder / "most.sqlite3", wanted.notices, say)
        say("au plus fort / as fast as it goes")
        marks = (1000, wanted.notices // 2, wanted.notices)
        seen = await _send(most, environ, count=wanted.notices, marks=marks)
        figures |= _at_most(seen) | await most.changes()
        paced, _ = await _fill(folder / "paced.sqlite3", wanted.paced, say)
        say(f"à {wanted.rate:.0f} par seconde / at that rate")
        slowly = await _send(paced, environ, count=wanted.paced, rate=wanted.rate)
    return {"notices": wanted.notices} | figures | _at_rate(slowly, wanted.rate)


def _at_most(seen: Figures) -> dict[str, float]:
    sent = seen.texts + seen.mails
    held = {f"memory.{mark}_mb": kb / 1000 for mark, kb in seen.resident_kb.items()}
    return {
        "claimed_s": seen.claimed_s,
        "most_per_s": sent / seen.sending_s,
        "cpu_ms": seen.cpu_s / sent * 1000,
        "left": seen.left,
        **held,
    }


def _recipients(held: Appointment) -> tuple[Recipient, ...]:
    """Say who is told, as the notices that there are say it."""
    return tuple(
        Recipient(contact=n.contact, media=(n.medium,), language=n.language, zone=n.zone)
        for n in held.notices[:1]
    )


def _at_rate(seen: Figures, rate: float) -> dict[str, float]:
    """Compare with a provider that is never kept waiting: one text every so often."""
    ideal = (seen.texts - 1) / rate
    return {
        "rate_per_s": rate,
        "paced_per_s": (seen.texts - 1) / seen.texting_s,
        "overhead_percent": (seen.texting_s / ideal - 1) * 100,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """A store that was seeded."""

    store: Path
    key: bytes
    monday: Monday

    async def changes(self) -> dict[str, float]:
        """Move appointments by an hour, one after the other; medians in milliseconds."""
        names = iter(self.monday.appointments)
        async with _opened(self.store, self.key) as house:
            kept = EngineAppointments(house.engine, house.keyring)
            held = await kept.appointment(self.monday.appointments[-1])

            async def rule() -> None:
                self._moved(held)

            async def store() -> None:
                await kept.change(next(names), self._moved)

            times = min(TIMES, len(self.monday.appointments) // 2)
            return {
                "move_rule_ms": await _timed(rule, times),
                "move_store_ms": await _timed(store, times),
            }

    def _moved(self, held: Appointment) -> Appointment:
        return move(
            held,
            replace(held.slot, start=held.slot.start + timedelta(hours=1)),
            recipients=_recipients(held),
            tellings=tellings_of(the_pathway()),
            now=self.monday.hour - timedelta(days=1),
        )


async def _fill(store: Path, notices: int, say: Say) -> tuple[_Filled, dict[str, float]]:
    key, hour = secrets.token_bytes(32), monday_after(system_clock().date())
    began = time.perf_counter()
    async with _opened(store, key) as house:
        monday, planned = await seed(house, notices=notices, hour=hour)
    took = time.perf_counter() - began
    say(f"{notices} rendez-vous semés en {took:.0f} s / appointments seeded")
    return (
        _Filled(store=store, key=key, monday=monday),
        {"seed_s": took, "planned_s": planned},
    )


@asynccontextmanager
async def _opened(store: Path, key: bytes) -> AsyncIterator[House]:
    engine = await open_engine(str(store), system_clock)
    try:
        keyring = await Keyring.open(engine, key)
        yield furnish(engine, keyring, clock=system_clock, zone=ZONE, passwords=Passwords())
    finally:
        await engine.close()


@asynccontextmanager
async def _doors(shift: float, latency: float) -> AsyncIterator[dict[str, str]]:
    """Run the providers; gives the settings by which they are reached."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.bench.notices_doors", str(shift), str(latency)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise BenchFailed("les prestataires n'ont pas de tubes")
    try:
        said = json.loads(await process.stdout.readline() or b"{}")
        if not said:
            raise BenchFailed("les prestataires ne répondent pas")
        yield {
            "RONDE_SMTP_URL": said["smtp"],
            "RONDE_SMS_URL": said["sms"],
            "RONDE_SMS_KEY": said["secret"],
            "RONDE_SMS_KEY_HOURS": "24",
            "RONDE_PHONE": "04 65 71 00 00",
        }
    finally:
        process.stdin.close()
        await process.wait()


async def _send(
    filled: _Filled,
    environ: Mapping[str, str],
    *,
    count: int,
    marks: tuple[int, ...] = (),
    rate: float | None = None,
) -> Figures:
    """Have a worker send all that is due.

    Raises:
        BenchFailed: It did not get through.
    """
    mine = {
        "RONDE_STORE": str(filled.store),
        "RONDE_MASTER_KEY": base64.b64encode(filled.key).decode(),
    }
    order = Order(
        environ={**environ, **mine},
        shift=(filled.monday.hour - system_clock()).total_seconds(),
        count=count,
        marks=marks,
        rate=rate,
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.bench.notices_worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(msgspec.json.encode(order))
    if process.returncode != 0:
        raise BenchFailed("le facteur n'est pas allé au bout")
    return msgspec.json.decode(said, type=Figures)


async def _timed(work: Callable[[], Awaitable[None]], times: int) -> float:
    """Do something so many times one after the other; the median in milliseconds."""
    lasted = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        lasted.append(time.perf_counter() - began)
    return statistics.median(lasted) * 1000


def table(figures: Mapping[str, float]) -> Sequence[str]:
    """Lay the figures out for people, French first."""
    rows = [("mesure / figure", "valeur", "but / goal")]
    for key, (name, goal) in TABLE.items():
        digits = 0 if key in ("notices", "left") else 2
        rows.append((name, f"{figures[key]:.{digits}f}", goal))
    for key, value in figures.items():
        if key.startswith("memory."):
            number = key.removeprefix("memory.").removesuffix("_mb")
            rows.append((f"mémoire après {number} (Mo) / memory after", f"{value:.1f}", "="))
    width = max(len(row[0]) for row in rows)
    return [f"{name:<{width}}  {value:>10}  {goal:>10}" for name, value, goal in rows]


@click.command(
    "notices",
    cls=FrenchCommand,
    help="Mesure les rappels : tous dus à la même heure, pris en main, envoyés.",
)
@click.option("--quick", is_flag=True, help=f"{QUICK} rappels seulement")
@click.option(
    "--notices",
    "number",
    type=click.IntRange(1000, 1_000_000),
    default=NOTICES,
    show_default=True,
    help="combien de rappels",
)
@click.option(
    "--paced", type=click.IntRange(10), help="combien au débit du prestataire [un dixième]"
)
@click.option("--rate", default=RATE, show_default=True, help="débit du prestataire, en SMS/s")
@click.option(
    "--latency",
    default=LATENCY_MS,
    show_default=True,
    help="temps de réponse du prestataire, en ms",
)
@click.option(
    "--json",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="écrit aussi les chiffres dans ce fichier",
)
def notices(
    *, quick: bool, number: int, paced: int | None, rate: float, latency: int, path: Path | None
) -> None:
    """Measure this machine on a region's worst Monday and print the figures."""
    began = time.perf_counter()

    def say(part: str) -> None:
        click.echo(f"[{time.perf_counter() - began:5.1f} s] {part}", err=True)

    count = QUICK if quick else number
    wanted = Wanted(notices=count, paced=paced or count // 10, rate=rate, latency_ms=latency)
    with tempfile.TemporaryDirectory(prefix="ronde-bench-") as folder:
        try:
            figures = asyncio.run(measure(wanted, Path(folder), say))
        except BenchFailed as failure:
            raise click.ClickException(str(failure)) from None
    if path is not None:
        path.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for line in table(figures):
        click.echo(line)


if __name__ == "__main__":
    notices()
