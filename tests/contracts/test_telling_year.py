"""A year of a small cohort: each family hears what the pathway says, on its day, in its zone."""

import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from typing_extensions import override

from care_circle.appointment import cancel, close
from care_circle.child import change_contact
from care_circle.consent import Word
from care_circle.contact import Contact
from care_circle.services.replies import RepliesService
from care_circle.telling import agreement
from care_circle.telling.proof import Saying, Way
from care_circle.tellings import tellings_of
from crypto.ids import AppointmentId, ChildId, ContactId, ErrandId, new_id
from notifications.errand import Errand, errand_id
from notifications.notice import Medium, Rule, State
from notifications.replies import Reply
from server.accounts.passwords import Passwords
from server.family_house import voice_of
from server.house import furnish
from server.storage.engine import Engine, Unavailable
from server.storage.errands import EngineErrands
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from tests.support.clock import StandingClock
from tests.support.kill.carer import MASTER
from tests.support.year import BEGIN, Year

END = datetime(2027, 12, 31, 12, tzinfo=UTC)
SMS, EMAIL = Medium.SMS, Medium.EMAIL


class FailingErrands(EngineErrands):
    """A store that fails now and then, before a write or after it."""

    def __init__(self, engine: Engine, keyring: Keyring, chance: random.Random) -> None:
        super().__init__(engine, keyring)
        self._chance = chance
        self.failures = 0

    @override
    async def add(self, errand: Errand) -> Errand:
        self._perhaps_fail()
        added = await super().add(errand)
        self._perhaps_fail()
        return added

    @override
    async def change(self, errand: ErrandId, decide: Callable[[Errand], Errand]) -> Errand:
        self._perhaps_fail()
        changed = await super().change(errand, decide)
        self._perhaps_fail()
        return changed

    def _perhaps_fail(self) -> None:
        if self._chance.random() < 0.3:
            self.failures += 1
            raise Unavailable


@pytest.fixture
async def year(tmp_path: Path) -> AsyncIterator[Year]:
    clock = StandingClock(BEGIN)
    engine = await open_engine(str(tmp_path / "ronde.sqlite3"), clock)
    try:
        keyring = await Keyring.open(engine, MASTER)
        house = furnish(engine, keyring, clock=clock, zone="Europe/Paris", passwords=Passwords())
        yield Year(house=house, clock=clock)
    finally:
        await engine.close()


def by_sms(zone: str = "Europe/Paris", *, confirmed: bool = True) -> Contact:
    return Contact(
        id=ContactId(new_id()),
        family_name="Amarante",
        phone="+33639980011",
        zone=zone,
        confirmed=(SMS,) if confirmed else (),
    )


def by_mail(zone: str = "Europe/Paris") -> Contact:
    return Contact(
        id=ContactId(new_id()),
        family_name="Amarante",
        email="louis@exemple.test",
        zone=zone,
        confirmed=(EMAIL,),
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def close_as(year: Year, appointment: str, *, honoured: bool) -> None:
    today = year.clock().date()
    held = await year.house.stores.appointments.appointment(AppointmentId(appointment))
    told = (await year.house.stores.children.child(held.child)).recipients(today)
    decide = partial(
        close,
        honoured=honoured,
        recipients=told,
        tellings=tellings_of(year.house.pathway),
        now=year.clock(),
    )
    await year.house.stores.appointments.change(held.id, decide)


async def test_a_family_that_books_nothing_is_told_when_its_time_comes_and_one_is_asked(
    year: Year,
) -> None:
    zones = ("Europe/Paris", "Indian/Reunion", "Pacific/Marquesas", "Pacific/Noumea")
    families = [await year.include(by_sms(zone), by_mail(zone)) for zone in zones]

    await year.live(END)

    # The window of the visit opens on 16 March, sixty days before it is due; 42 days earlier
    # is 2 February. A month before 15 May one holder, the chosen one, is sent the questions.
    for zone, child in zip(zones, families, strict=True):
        heard = await year.told(child.id)
        assert [(code, medium, when[:5]) for code, medium, when in heard] == [
            ("N5", SMS, "02-02"),
            ("N5", EMAIL, "02-02"),
            ("N6", SMS, "04-15"),
        ], zone
        assert all("08:00" <= when[6:] < "20:00" for _, _, when in heard)
    assert (year.ledger.alerts, year.troubles) == ([], [])


async def test_a_family_that_books_is_told_before_and_no_more_of_booking(year: Year) -> None:
    child = await year.include(by_sms(), by_mail())
    held: list[str] = []

    async def booked(year: Year) -> None:
        held.append(await year.book(child.id, "2027-06-14T10:00", zone="Europe/Paris"))

    async def came(year: Year) -> None:
        await close_as(year, held[0], honoured=True)

    year.deeds = [(at("2027-02-22T10:00"), booked), (at("2027-06-14T10:00"), came)]
    await year.live(END)

    # The day before 14 June is a Sunday; the Saturday before it is not too late.
    assert [each for each in await year.told(child.id) if each[1] is SMS] == [
        ("N5", SMS, "02-02 08:00"),
        ("N1", SMS, "02-22 11:00"),
        ("N6", SMS, "05-15 08:00"),
        ("N2", SMS, "06-07 10:00"),
        ("N3", SMS, "06-12 18:00"),
    ]


async def test_a_missed_visit_is_told_two_days_later_and_to_be_booked_again_in_its_time(
    year: Year,
) -> None:
    child = await year.include(by_sms())
    held: list[str] = []

    async def booked(year: Year) -> None:
        held.append(await year.book(child.id, "2027-04-20T14:00", zone="Europe/Paris"))

    async def missed(year: Year) -> None:
        await close_as(year, held[0], honoured=False)

    year.deeds = [(at("2027-02-22T10:00"), booked), (at("2027-04-20T16:00"), missed)]
    await year.live(END)

    # A month before 20 April is a Sunday. Fourteen days after the last word, once more.
    assert await year.told(child.id) == [
        ("N5", SMS, "02-02 08:00"),
        ("N1", SMS, "02-22 11:00"),
        ("N6", SMS, "03-22 08:00"),
        ("N2", SMS, "04-13 14:00"),
        ("N3", SMS, "04-19 18:00"),
        ("N7", SMS, "04-22 18:00"),
        ("N5", SMS, "05-06 18:00"),
    ]


async def writes(year: Year, text: str, number: str = "+33639980011") -> None:
    """Let a family answer an SMS."""
    replies = RepliesService(
        children=year.house.stores.children, voice=voice_of(year.house), noted=year.troubles.append
    )
    await replies.take(Reply(from_number=number, text=text, at=year.clock()))


async def of_appointments(year: Year, child: ChildId, medium: Medium) -> list[tuple[str, str]]:
    """Give what a family was told of appointments by a medium: the line, and when."""
    heard = await year.told(child)
    return [(code, when) for code, by, when in heard if by is medium and code in {"N1", "N2", "N3"}]


async def test_who_takes_sms_up_again_hears_what_was_booked_meanwhile(
    year: Year,
) -> None:
    child = await year.include(by_sms())
    held: list[str] = []

    async def stopped(year: Year) -> None:
        await writes(year, "STOP")
        held.append(await year.book(child.id, "2027-03-15T10:00", zone="Europe/Paris"))

    async def started(year: Year) -> None:
        await writes(year, "START")
        await writes(year, "START")

    year.deeds = [(at("2027-01-20T09:00"), stopped), (at("2027-02-22T10:00"), started)]
    await year.live(at("2027-03-20T10:00"))

    assert await of_appointments(year, child.id, SMS) == [
        ("N1", "02-22 11:00"),
        ("N2", "03-08 10:00"),
        ("N3", "03-13 18:00"),
    ]


async def test_what_a_stop_called_off_is_told_after_a_start_while_it_is_to_come_and_true(
    year: Year,
) -> None:
    child = await year.include(by_sms(), by_mail())

    async def booked(year: Year) -> None:
        await year.book(child.id, "2027-03-15T10:00", zone="Europe/Paris")
        await year.book(child.id, "2027-02-03T10:00", zone="Europe/Paris", visit="V12")
        # Planned already, and called off by the worker when it asks a moment later.
        await writes(year, "STOP")

    async def started(year: Year) -> None:
        await writes(year, "START")

    year.deeds = [(at("2027-01-20T09:00"), booked), (at("2027-03-10T10:00"), started)]
    await year.live(at("2027-03-20T10:00"))

    # Seven days before is over by the start, the first visit as well; mails told all of it.
    assert await of_appointments(year, child.id, SMS) == [
        ("N1", "03-10 11:00"),
        ("N3", "03-13 18:00"),
    ]
    assert len(await of_appointments(year, child.id, EMAIL)) == 6


async def test_a_stop_that_stands_is_never_undone_by_what_else_is_said(year: Year) -> None:
    child = await year.include(by_sms())

    async def said(year: Year) -> None:
        await year.book(child.id, "2027-03-15T10:00", zone="Europe/Paris")
        for text in ("STOP", "START", "STOP", "Bonjour"):
            await writes(year, text)

    year.deeds = [(at("2027-01-20T09:00"), said)]
    await year.live(at("2027-03-20T10:00"))

    assert await year.told(child.id) == []


async def test_what_is_called_off_is_to_be_booked_again_only_after_the_pathway_s_days(
    year: Year,
) -> None:
    child = await year.include(by_sms())

    async def booked_and_called_off(year: Year) -> None:
        held = await year.book(child.id, "2027-06-14T10:00", zone="Europe/Paris")
        await year.see_to_it()
        told = (await year.house.stores.children.child(child.id)).recipients(year.clock().date())
        decide = partial(
            cancel, recipients=told, tellings=tellings_of(year.house.pathway), now=year.clock()
        )
        await year.house.stores.appointments.change(AppointmentId(held), decide)

    year.deeds = [(at("2027-02-22T10:00"), booked_and_called_off)]
    await year.live(at("2027-04-01T10:00"))

    assert await year.told(child.id) == [
        ("N5", SMS, "02-02 08:00"),
        ("N1", SMS, "02-22 11:00"),
        ("N4", SMS, "02-22 11:00"),
        ("N5", SMS, "03-08 11:00"),
    ]


async def test_a_visit_booked_before_its_time_is_never_to_be_booked(year: Year) -> None:
    child = await year.include(by_sms())
    await year.book(child.id, "2027-05-12T10:00", zone="Europe/Paris")

    await year.live(at("2027-05-11T21:00"))

    assert [code for code, _, _ in await year.told(child.id)] == ["N1", "N6", "N2", "N3"]


async def test_a_store_that_fails_at_any_write_makes_nobody_told_twice_or_forgotten(
    year: Year,
) -> None:
    chance = random.Random(11)
    children = [(await year.include(by_sms(), by_mail())).id for _ in range(12)]
    year.clock.now = at("2027-02-03T10:00")
    failing = FailingErrands(year.house.engine, year.house.keyring, chance)
    telling = year.house.follower.telling
    assert telling is not None
    follower = replace(year.house.follower, telling=replace(telling, errands=failing))

    for child in children:
        for _ in range(60):
            with contextlib.suppress(Unavailable):
                await follower.refresh(child)
    await year.see_to_it()

    assert failing.failures >= 8
    for child in children:
        assert [(code, medium) for code, medium, _ in await year.told(child)] in (
            [("N5", SMS), ("N5", EMAIL)],
            [("N5", EMAIL), ("N5", SMS)],
        )


async def test_nobody_is_told_after_leaving_refusing_or_stopping(year: Year) -> None:
    mine = {name: by_sms() for name in ("left", "refused", "stopped")}
    child = {name: (await year.include(each)).id for name, each in mine.items()}

    async def moved_away(year: Year) -> None:
        await year.book(child["left"], "2027-04-01T10:00", zone="Europe/Paris")
        await year.see_to_it()
        on = year.clock().date()
        await year.house.stores.children.change(
            child["left"], lambda held: replace(held, left_territory_on=on)
        )

    async def withdrew(year: Year) -> None:
        await year.book(child["refused"], "2027-03-30T10:00", zone="Europe/Paris")
        await year.see_to_it()
        await year.say(child["refused"], mine["refused"].id, Word.WITHDRAWN)

    async def stopped(year: Year) -> None:
        saying = Saying(way=Way.REPLY, at=year.clock())
        await year.house.stores.children.change(
            child["stopped"],
            lambda held: change_contact(
                held, mine["stopped"].id, lambda one: agreement.stop(one, SMS, saying)
            ),
        )

    days = (at("2027-02-10T10:00"), at("2027-02-12T10:00"), at("2027-02-13T10:00"))
    year.deeds = list(zip(days, (moved_away, withdrew, stopped), strict=True))
    await year.live(END)

    assert {
        name: [code for code, _, _ in await year.told(each)] for name, each in child.items()
    } == {
        "left": ["N5", "N1"],
        "refused": ["N5", "N1"],
        "stopped": ["N5"],
    }


async def test_who_agrees_again_is_told_again_of_what_is_to_come(year: Year) -> None:
    contact = by_sms()
    child = (await year.include(contact)).id

    async def withdrew(year: Year) -> None:
        await year.book(child, "2027-03-30T10:00", zone="Europe/Paris")
        await year.see_to_it()
        await year.say(child, contact.id, Word.WITHDRAWN)

    async def agreed(year: Year) -> None:
        await year.say(child, contact.id, Word.AGREED)

    year.deeds = [(at("2027-02-12T10:00"), withdrew), (at("2027-03-25T10:00"), agreed)]
    await year.live(at("2027-03-31T10:00"))

    assert [code for code, _, _ in await year.told(child)] == ["N5", "N1", "N6", "N3"]


async def test_an_address_nobody_confirmed_is_greeted_once_and_told_the_rest_once_confirmed(
    year: Year,
) -> None:
    contact = by_sms(confirmed=False)
    child = (await year.include(contact)).id

    async def confirmed(year: Year) -> None:
        saying = Saying(way=Way.LINK, at=year.clock())
        await year.house.stores.children.change(
            child,
            lambda held: change_contact(
                held, contact.id, lambda one: agreement.confirm(one, SMS, saying)
            ),
        )

    year.deeds = [(at("2027-02-12T10:00"), confirmed)]
    await year.live(END)

    told = await year.told(child)
    assert [code for code, _, _ in told] == ["greeting", "N5", "N6"]
    assert told[0][2] == "01-04 10:00"
    assert "02-12" <= told[1][2][:5] <= "02-13"


async def test_a_new_number_is_greeted_and_the_old_one_never_again(year: Year) -> None:
    contact = by_sms(confirmed=False)
    child = (await year.include(contact)).id
    await year.see_to_it()

    saying = Saying(way=Way.OFFICE, at=year.clock())
    put = replace(contact, phone="+33639980012")
    await year.house.stores.children.change(
        child,
        lambda held: change_contact(
            held, contact.id, lambda one: agreement.rewritten(one, put, saying)
        ),
    )
    await year.see_to_it()

    greeted = [each for each in await year.notices(child) if each.rule is Rule.GREETING]
    assert [each.state for each in greeted] == [State.SENT, State.SENT]
    assert len({each.id for each in greeted}) == 2


async def test_looking_again_tells_nobody_twice(year: Year) -> None:
    child = (await year.include(by_sms())).id
    year.clock.now = at("2027-02-03T10:00")
    await year.see_to_it()
    before = await year.notices(child)

    for _ in range(3):
        await year.house.follower.refresh(child)
        year.clock.move(hours=1)
        await year.see_to_it()

    assert await year.notices(child) == before
    assert [each.code for each in before if each.state is State.SENT] == ["N5"]


async def test_an_errand_that_a_killed_process_opened_is_not_opened_again(year: Year) -> None:
    child = (await year.include(by_sms())).id
    year.clock.now = at("2027-02-03T10:00")
    await year.house.follower.refresh(child)
    errand = errand_id(Rule.TO_BOOK, ChildId(child), "V24")
    kept = await year.house.stores.errands.errand(errand)

    year.clock.move(minutes=5)
    await year.house.follower.refresh(child)

    assert await year.house.stores.errands.errand(errand) == kept
    assert timedelta(0) <= kept.opened_at - at("2027-02-03T10:00") < timedelta(minutes=1)
