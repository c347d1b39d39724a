"""A worker with everything real but the family: an SQLite file, SMTP and HTTP sockets.

Run as a script it is a worker to be killed: ``python -m tests.support.outbox FILE SMS_URL
SMTP_PORT PROMISE``, where PROMISE is ``keyed`` or ``keyless``.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import aiohttp
from typing_extensions import override

from care_circle.appointment import Appointment, Slot, book
from crypto.ids import AppointmentId, ChildId, ContactId, ProfessionalId, new_id
from notifications.notice import Medium, Notice, Recipient, Rule, Telling
from notifications.reach import NotNow, Reach, Reached, WhyNot
from notifications.senders import Alert, Alerts
from notifications.store import Contacts
from notifications.ways import WaysOut
from notifications.worker import Worker
from server.clock import Clock, system_clock
from server.senders.invitation import Organizer
from server.senders.render import TemplateRenderer
from server.senders.sms import WebhookTexter
from server.senders.smtp import SmtpMailer, SmtpServer
from server.senders.template_reading import load
from server.storage.care import EngineAppointments, EngineOutbox
from server.storage.errands import EngineErrands
from server.storage.keys import Keyring
from server.storage.sqlite import SqliteEngine
from tests.support.providers import SECRET

ANA = ContactId("ana")
ADDRESSES = {Medium.EMAIL: "ana@exemple.fr", Medium.SMS: "+33639980012"}
# A Monday noon in Paris: whenever the suite runs, families may be disturbed.
NOON = datetime.fromisoformat("2027-01-11T11:00Z")
MASTER = b"\x07" * 32
KEYED = timedelta(days=1)
TELLINGS = (
    Telling(code="N1", rule=Rule.BOOKED),
    Telling(code="N3", rule=Rule.BEFORE, days=-2, time=time(10)),
    Telling(code="N4", rule=Rule.CHANGED),
)


@dataclass(slots=True)
class Family(Contacts):
    """Contacts as the register knows them at this very moment."""

    addresses: dict[Medium, str] = field(default_factory=lambda: dict(ADDRESSES))

    @override
    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        address = self.addresses.get(medium) if contact == ANA else None
        return NotNow(WhyNot.NO_ADDRESS) if address is None else Reach(address)


@dataclass(slots=True)
class Coordinator(Alerts):
    """A person who is told what failed."""

    alerts: list[Alert] = field(default_factory=list)

    @override
    async def raise_task(self, alert: Alert) -> None:
        self.alerts.append(alert)


@dataclass(slots=True, kw_only=True)
class Desk:
    """An appointment book with its outbox, and a clock that can be turned."""

    appointments: EngineAppointments
    errands: EngineErrands
    outbox: EngineOutbox
    http: aiohttp.ClientSession
    sms_url: str
    smtp_port: int
    key_window: timedelta | None = KEYED
    family: Family = field(default_factory=Family)
    coordinator: Coordinator = field(default_factory=Coordinator)
    troubles: list[str] = field(default_factory=list)
    turned: timedelta = timedelta(0)

    def now(self) -> datetime:
        return NOON + self.turned

    async def book(
        self, *media: Medium, place_label: str = "12 rue des Lilas, Nîmes"
    ) -> Appointment:
        slot = Slot(
            start=datetime.fromisoformat("2027-01-20T14:30"),
            zone="Europe/Paris",
            duration_minutes=45,
            place_label=place_label,
        )
        booked = book(
            AppointmentId(new_id()),
            slot,
            child=ChildId("child"),
            professional=ProfessionalId("doctor"),
            visit=None,
            by=ProfessionalId("doctor"),
            recipients=(recipient(*media),),
            tellings=TELLINGS,
            now=self.now(),
        )
        await self.appointments.add(booked)
        return booked

    async def notices(self, appointment: AppointmentId) -> tuple[Notice, ...]:
        return (await self.appointments.appointment(appointment)).notices

    def worker(self, clock: Clock | None = None) -> Worker:
        organizer = Organizer(name="Service des rendez-vous", address="rdv@reseau.exemple.fr")
        return Worker(
            outbox=self.outbox,
            contacts=self.family,
            renderer=TemplateRenderer(
                templates=load(),
                organizer=organizer,
                public_url="https://rdv.exemple.fr",
                phone="04 65 71 00 00",
            ),
            ways=WaysOut(
                mailers=(
                    SmtpMailer(
                        server=SmtpServer(host="127.0.0.1", port=self.smtp_port),
                        organizer=organizer,
                        clock=system_clock,
                    ),
                ),
                texters=(
                    WebhookTexter(
                        http=self.http,
                        url=self.sms_url,
                        secret=SECRET,
                        clock=system_clock,
                        key_window=self.key_window,
                    ),
                ),
            ),
            alerts=self.coordinator,
            clock=clock or self.now,
            chance=lambda: 0.0,
            trouble=self.troubles.append,
            link_key=b"k" * 32,
        )


def recipient(*media: Medium) -> Recipient:
    return Recipient(contact=ANA, media=media, language="fr", zone="Europe/Paris")


@contextlib.asynccontextmanager
async def desk(file: Path, *, sms_url: str, smtp_port: int) -> AsyncIterator[Desk]:
    """Open the appointment book in a file for the length of a block."""
    engine = await SqliteEngine.open(file, system_clock)
    try:
        keyring = await Keyring.open(engine, MASTER)
        async with aiohttp.ClientSession() as http:
            yield Desk(
                appointments=EngineAppointments(engine, keyring),
                errands=EngineErrands(engine, keyring),
                outbox=EngineOutbox(engine, keyring),
                http=http,
                sms_url=sms_url,
                smtp_port=smtp_port,
            )
    finally:
        await engine.close()


async def main(file: str, sms_url: str, smtp_port: str, promise: str) -> None:
    """Work until killed."""
    async with desk(Path(file), sms_url=sms_url, smtp_port=int(smtp_port)) as opened:
        opened.key_window = KEYED if promise == "keyed" else None
        await opened.worker().run(every=timedelta(milliseconds=50))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
