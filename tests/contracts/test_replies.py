"""What families write back by SMS, on a real store: stop, yes, not me, and what a person reads."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from care_circle.child import Child
from care_circle.contact import Contact
from care_circle.follow_up.duty import DutyState, Reason
from care_circle.services.replies import RepliesService
from care_circle.telling.answer import HalfDay
from notifications.notice import Medium
from notifications.replies import Reply
from server.accounts.passwords import Passwords
from server.family_house import voice_of
from server.house import House, furnish
from server.storage.keys import Keyring
from server.storage.opening import open_engine
from tests.support.care import child, mother
from tests.support.clock import StandingClock

SHARED = "+33639980011"
MASTER = bytes(range(32))


@dataclass(kw_only=True)
class Office:
    """A house with one family of two parents on one number, and one of another number."""

    house: House
    clock: StandingClock
    family: Child
    other: Child
    noted: list[str] = field(default_factory=list)

    async def hears(self, text: str, number: str = SHARED) -> tuple[Contact, ...]:
        """Take an SMS and give the family as it stands then."""
        replies = RepliesService(
            children=self.house.stores.children,
            voice=voice_of(self.house),
            noted=self.noted.append,
        )
        await replies.take(Reply(from_number=number, text=text, at=self.clock()))
        return (await self.house.stores.children.child(self.family.id)).contacts

    async def duties(self) -> list[Reason]:
        held = await self.house.stores.duties.of_child(self.family.id)
        return sorted(each.reason for each in held if each.state is DutyState.OPEN and each.wish)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = StandingClock()
    engine = await open_engine(str(tmp_path / "ronde.sqlite3"), clock)
    try:
        keyring = await Keyring.open(engine, MASTER)
        house = furnish(engine, keyring, clock=clock, zone="Europe/Paris", passwords=Passwords())
        family = child(contacts=(mother(), mother(email=None)))
        other = child(contacts=(mother(phone="+33639980099"),))
        await house.stores.children.add(family)
        await house.stores.children.add(other)
        yield Office(house=house, clock=clock, family=family, other=other)
    finally:
        await engine.close()


async def test_a_stop_counts_for_everybody_who_has_the_number_and_for_sms_alone(
    office: Office,
) -> None:
    contacts = await office.hears("« Arrêt svp »", number="06 39 98 00 11")
    other = await office.house.stores.children.child(office.other.id)

    assert [each.opted_out for each in contacts] == [(Medium.SMS,), (Medium.SMS,)]
    assert [each.media() for each in contacts] == [(Medium.EMAIL,), ()]
    assert contacts[0].media_log[-1].address == SHARED
    assert other.contacts[0].opted_out == ()
    assert await office.duties() == []


async def test_who_stopped_may_come_back_by_a_word(office: Office) -> None:
    await office.hears("STOP")
    contacts = await office.hears("Oui")

    assert [each.opted_out for each in contacts] == [(), ()]
    assert [each.confirmed for each in contacts] == [(Medium.SMS,), (Medium.SMS,)]


async def test_the_same_reply_taken_twice_is_proven_once(office: Office) -> None:
    once = await office.hears("STOP")
    twice = await office.hears("STOP")

    assert twice == once


async def test_a_wrong_number_stops_at_once_stays_so_and_is_verified(office: Office) -> None:
    await office.hears("Ce n'est pas moi")
    contacts = await office.hears("OUI")

    assert [each.disowned for each in contacts] == [(Medium.SMS,), (Medium.SMS,)]
    assert [each.confirmed for each in contacts] == [(), ()]
    assert await office.duties() == [Reason.NUMBER_TO_VERIFY, Reason.NUMBER_TO_VERIFY]


async def test_what_is_not_understood_is_a_call_and_its_text_is_nowhere(
    office: Office, tmp_path: Path
) -> None:
    secret = "Papelardise quarante de fievre"
    contacts = await office.hears(secret)
    await office.hears(f"encore {secret}")

    duties = await office.house.stores.duties.of_child(office.family.id)
    stored = on_disk(tmp_path)

    assert [each.media_log for each in contacts] == [(), ()]
    assert await office.duties() == [Reason.REPLY_CAME, Reason.REPLY_CAME]
    assert "Papelardise" not in str(duties)
    assert b"Papelardise" not in stored


async def test_a_reply_of_another_day_is_another_call(office: Office) -> None:
    await office.hears("?")
    office.clock.move(days=1)
    await office.hears("??")

    assert len(await office.duties()) == 4


async def test_a_stop_that_says_more_is_heard_and_read_by_a_person(office: Office) -> None:
    contacts = await office.hears("Stop je ne peux pas venir demain")

    assert [each.opted_out for each in contacts] == [(Medium.SMS,), (Medium.SMS,)]
    assert await office.duties() == [Reason.REPLY_CAME, Reason.REPLY_CAME]


@pytest.mark.parametrize("number", ["+33639980000", "36111", "", "RONDE", "é" * 300])
async def test_a_number_of_nobody_is_ignored_and_counted(office: Office, number: str) -> None:
    before = (await office.house.stores.children.child(office.family.id)).contacts
    after = await office.hears("STOP", number=number)

    assert after == before
    assert office.noted == ["reply_of_nobody"]


async def test_a_number_that_moved_to_another_family_is_no_longer_the_first_ones(
    office: Office,
) -> None:
    moved = replace(office.family.contacts[0], phone="+33639980044")
    await office.house.stores.children.change(
        office.family.id, lambda held: replace(held, contacts=(moved,))
    )

    await office.hears("STOP")

    held = await office.house.stores.children.child(office.family.id)
    assert held.contacts[0].opted_out == ()


async def test_a_call_wanted_again_after_it_was_made_is_raised_again(office: Office) -> None:
    voice, her = voice_of(office.house), office.family.contacts[0].id
    child_id, wanted = office.family.id, (HalfDay.MONDAY_MORNING,)

    first = await voice.ask(child_id, her, Reason.CALL_BACK, "x", wanted)
    same = await voice.ask(child_id, her, Reason.CALL_BACK, "x")
    await voice.take_back(child_id, Reason.CALL_BACK, "x")
    office.clock.move(hours=1)
    again = await voice.ask(child_id, her, Reason.CALL_BACK, "x")

    assert (first.id, first.wish) == (same.id, same.wish)
    assert (again.id, again.state) == (first.id, DutyState.OPEN)
    await office.house.follower.refresh(child_id)
    assert await office.duties() == [Reason.CALL_BACK]


def on_disk(folder: Path) -> bytes:
    """Read everything that a thief of the folder would have."""
    return b"".join(each.read_bytes() for each in folder.iterdir())
