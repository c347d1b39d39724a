"""A year of virtual time in a real house: the watch, the outbox, and families who are told.

Time jumps from one thing that is due to the next. What left is in a ledger, by the moment
and the contact; which line of the pathway it was is read from the store at the end.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from typing_extensions import override

from care_circle.appointment import Slot, book
from care_circle.child import Child
from care_circle.consent import Consent, Step, Word, record
from care_circle.contact import Contact
from care_circle.definition.inclusion import Decision
from care_circle.tellings import tellings_of
from crypto.ids import AppointmentId, ChildId, ContactId, NoticeId, ProfessionalId, new_id
from notifications import hours
from notifications.delivery import Accepted, Ambiguous, Capabilities, Result
from notifications.notice import Medium, Notice
from notifications.senders import Alert, Alerts, Mail, Mailer, Text, Texter
from notifications.ways import WaysOut
from notifications.worker import Worker
from server.house import House
from server.vigil import Vigil, vigil_of
from tests.support.care import child as a_child
from tests.support.care import newborn
from tests.support.clock import StandingClock
from tests.support.notices import renderer

BEGIN = datetime(2027, 1, 4, 9, tzinfo=UTC)
BIRTH = date(2025, 5, 15)
OFFICE = ProfessionalId("office")
PROMISE = Capabilities(key_window=None, lookup=False)


@dataclass(slots=True, kw_only=True)
class Ledger(Mailer, Texter, Alerts):
    """All that left, and all that a person had to hear of."""

    clock: StandingClock
    sent: list[tuple[NoticeId, datetime]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    @property
    @override
    def name(self) -> str:
        return "ledger"

    @property
    @override
    def capabilities(self) -> Capabilities:
        return PROMISE

    @override
    async def send(self, message: Mail | Text, *, to: str, key: NoticeId) -> Result:
        self.sent.append((key, self.clock()))
        return Accepted(f"ref-{len(self.sent)}")

    @override
    async def look_up(self, key: NoticeId) -> Result:
        return Ambiguous("none")

    @override
    async def raise_task(self, alert: Alert) -> None:
        self.alerts.append(alert)


Deed = Callable[["Year"], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Year:
    """One house through a year; `deeds` are what people do, by the moment."""

    house: House
    clock: StandingClock
    deeds: list[tuple[datetime, Deed]] = field(default_factory=list)
    children: list[ChildId] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(clock=self.clock)

    @property
    def vigil(self) -> Vigil:
        return vigil_of(self.house)

    @property
    def worker(self) -> Worker:
        return Worker(
            outbox=self.house.outbox,
            contacts=self.house.stores.children,
            renderer=renderer(),
            ways=WaysOut(mailers=(self.ledger,), texters=(self.ledger,)),
            alerts=self.ledger,
            clock=self.clock,
            chance=lambda: 0.5,
            trouble=self.troubles.append,
            link_key=b"k" * 32,
        )

    async def include(self, *contacts: Contact) -> Child:
        """Take a child into the pathway today, born to be two years old in May."""
        decision = Decision(reasons=("INC-1",), version="1", on=self.clock().date(), by=OFFICE)
        bare = a_child(
            contacts=contacts,
            decision=decision,
            perinatal=newborn("40+0"),
            chosen_holder=contacts[0].id,
        )
        made = replace(bare, identity=replace(bare.identity, birth_date=BIRTH))
        await self.house.stores.children.add(made)
        self.children.append(made.id)
        return made

    async def book(self, child: ChildId, start: str, *, zone: str, visit: str = "V24") -> str:
        """Book a visit by the family's clock, as the office does."""
        held = await self.house.stores.children.child(child)
        made = book(
            AppointmentId(new_id()),
            Slot(
                start=datetime.fromisoformat(start),
                zone=zone,
                duration_minutes=45,
                place_label="12 rue X",
            ),
            child=child,
            professional=OFFICE,
            visit=visit,
            by=OFFICE,
            recipients=held.recipients(self.clock().date()),
            tellings=tellings_of(self.house.pathway),
            now=self.clock(),
        )
        await self.house.stores.appointments.add(made)
        return made.id

    async def say(self, child: ChildId, contact: ContactId, word: Word) -> None:
        """Write down what a holder says of the pathway."""
        today = self.clock().date()
        step = Step(contact=contact, word=word, on=today, language="fr", document="F02", by=OFFICE)

        def said(held: Consent) -> Consent:
            return record(held, step, today=today)

        await self.house.stores.children.change_consent(child, said)

    async def live(self, until: datetime) -> None:
        """Let time pass: the watch looks and the outbox sends whenever anything is due."""
        await self.vigil.begin()
        while True:
            await self.see_to_it()
            following = await self._next()
            if following is None or following > until:
                break
            self.clock.now = following
            while self.deeds and self.deeds[0][0] <= following:
                await self.deeds.pop(0)[1](self)
        self.clock.now = until

    async def see_to_it(self) -> None:
        """Do now all that is due now."""
        await self.vigil.look()
        while await self.worker.run_once():
            continue

    async def notices(self, child: ChildId) -> tuple[Notice, ...]:
        """Give all notices of a child's appointments and errands."""
        stores = self.house.stores
        appointments = await stores.appointments.of_child(child, after="", limit=200)
        errands = await stores.errands.of_child(child, limit=200)
        of_appointments = [n for each in appointments for n in each.notices]
        return (*of_appointments, *(n for each in errands for n in each.notices))

    async def told(self, child: ChildId) -> list[tuple[str, Medium, str]]:
        """Give what a family was told: line or rule, medium, the hour on its own clocks."""
        held = {each.id: each for each in await self.notices(child)}
        return sorted(
            (
                (
                    held[key].code or held[key].rule.value,
                    held[key].medium,
                    f"{at.astimezone(ZoneInfo(held[key].zone)):%m-%d %H:%M}",
                )
                for key, at in self.ledger.sent
                if key in held
            ),
            key=lambda each: each[2],
        )

    async def _next(self) -> datetime | None:
        """Give the next moment at which anything is due: a notice, a follow-up or a deed."""
        due = [at for at, _ in self.deeds[:1]]
        for child in self.children:
            due += [
                hours.from_ms(n.next_at) for n in await self.notices(child) if n.next_at is not None
            ]
            followed = await self.house.stores.follow_ups.follow_up(child)
            due += [] if followed is None else [followed.due]
        later = [each for each in due if each > self.clock()]
        return min(later, default=None)
