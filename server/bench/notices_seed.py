"""A region's worst Monday: appointments of the next day, whose families are to hear at 18:00.

Made by the rules that make them in life: booked four days before, the booking told and
answered, the reminder of the day before left to be sent. Written through the repositories,
many at a time so that they share commits.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from time import process_time

from care_circle.appointment import Appointment, Slot, book
from care_circle.child import Child
from care_circle.contact import Contact, recipient
from care_circle.ins import Identity, Sex
from care_circle.tellings import tellings_of
from crypto.ids import AppointmentId, ChildId, ContactId, ProfessionalId, new_id
from notifications import claiming, delivery, hours
from notifications.delivery import NO_PROMISE, Accepted
from notifications.notice import Medium, Notice, Rule
from server.house import House, the_pathway
from server.storage.care import EngineAppointments, EngineChildren

ZONE = "Europe/Paris"
TO_BE_TOLD_AT = 18
"""The hour of the pathway's line N3: the evening before, on the family's clocks."""

BY_MAIL = 10
"""One in so many is told by e-mail, the others by SMS."""

_BOOKED_BEFORE = timedelta(days=4)
_AT_ONCE = 400
_BY = ProfessionalId("banc")
_NUMBERS = 9900


@dataclass(frozen=True, slots=True, kw_only=True)
class Monday:
    """What was seeded: `hour` is when all is due (aware), the ids are of the appointments."""

    hour: datetime
    appointments: tuple[AppointmentId, ...]


def monday_after(today: date) -> datetime:
    """Give the hour on the Monday of the week after next, in UTC."""
    day = today + timedelta(days=14 - today.weekday())
    wall = datetime(day.year, day.month, day.day, TO_BE_TOLD_AT)  # noqa: DTZ001 -- a wall time
    return hours.from_ms(hours.instant(wall, ZONE)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the pathway that is told at the hour: of an appointment so many days later."""

    code: str
    days: int
    at: time


EVENING_BEFORE = Line(code="N3", days=1, at=time(14))
WEEK_BEFORE = Line(code="N2", days=7, at=time(9))


async def seed(
    house: House, *, notices: int, hour: datetime, line: Line = EVENING_BEFORE
) -> tuple[Monday, float]:
    """Keep so many families, each with one appointment of which it is told at the hour.

    Gives with them how many seconds the booking took, planning included.
    """
    children = EngineChildren(house.engine, house.keyring)
    booked = EngineAppointments(house.engine, house.keyring)
    known, planned = list[AppointmentId](), 0.0
    for start in range(0, notices, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, notices))
        families = [_family(number, born=hour.date()) for number in numbers]
        began = process_time()
        made = [appointment_of(family, hour, line) for family in families]
        planned += process_time() - began
        await _together(map(children.add, families))
        await _together(map(booked.add, made))
        known += (each.id for each in made)
    return Monday(hour=hour, appointments=tuple(known)), planned


def appointment_of(child: Child, hour: datetime, line: Line) -> Appointment:
    """Book an appointment of which a line is told at the hour, its booking told already."""
    here = hours.local(hours.to_ms(hour), ZONE).replace(tzinfo=None)
    now = hour - _BOOKED_BEFORE
    appointment = book(
        AppointmentId(new_id()),
        Slot(
            start=datetime.combine(here.date() + timedelta(days=line.days), line.at),
            zone=ZONE,
            duration_minutes=45,
            place_label="12 rue des Tilleuls",
        ),
        child=child.id,
        professional=_BY,
        visit=None,
        by=_BY,
        recipients=tuple(map(recipient, child.contacts)),
        tellings=tuple(
            each
            for each in tellings_of(the_pathway())
            if each.rule is not Rule.BEFORE or each.code == line.code
        ),
        now=now,
    )
    told = (_told(each, now) if each.rule is Rule.BOOKED else each for each in appointment.notices)
    return replace(appointment, notices=tuple(told))


def _told(notice: Notice, now: datetime) -> Notice:
    """Let a notice be sent and taken, as a worker would have had it."""
    claimed = claiming.claim(notice, NO_PROMISE, now=now, chance=lambda: 0.0)
    sending = claiming.start(
        claimed, NO_PROMISE, now=now, provider="before", link=f"{notice.id:>064}"
    )
    return delivery.record(
        sending,
        Accepted(f"before-{notice.id}"),
        attempt=sending.attempts,
        capabilities=NO_PROMISE,
        now=now,
        chance=lambda: 0.0,
    )


def _family(number: int, *, born: date) -> Child:
    by_mail = number % BY_MAIL == 0
    medium = Medium.EMAIL if by_mail else Medium.SMS
    return Child(
        id=ChildId(new_id()),
        local_identifier="ABCDEF2345",
        identity=Identity(
            birth_family_name="Essai",
            birth_given_names=("Banc",),
            birth_date=born - timedelta(days=400),
            sex=Sex.FEMALE,
        ),
        contacts=(
            Contact(
                id=ContactId(new_id()),
                family_name="Essai",
                email=f"famille{number}@banc.example" if by_mail else None,
                phone=None if by_mail else f"+3363998{number % _NUMBERS:04}",
                confirmed=(medium,),
            ),
        ),
    )


async def _together(writes: Iterable[Awaitable[object]]) -> None:
    await asyncio.gather(*writes)
