"""Appointments on a real store, and whom they are told to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from care_circle.access import NotFound
from care_circle.appointment import InThePast, Status
from care_circle.child import Child, ChildNotIncluded
from care_circle.role import Role
from care_circle.telling.proof import Deed
from notifications.notice import Medium
from tests.support.care import Somebody, somebody
from tests.support.care_network import SLOT, Network, newly_born


async def test_an_appointment_is_booked_moved_and_cancelled_with_its_notices(
    network: Network, ana: Somebody, doc: Somebody, noe: Child, eve: Somebody
) -> None:
    sam = await network.employ(somebody(Role.SECRETARY))
    booked = await network.appointments.book(
        sam.actor, noe.id, professional=doc.id, slot=SLOT, visit="V24"
    )
    later = replace(SLOT, start=SLOT.start + timedelta(days=2))
    moved = await network.appointments.move(ana.actor, booked.id, later)
    off = await network.appointments.cancel(sam.actor, booked.id)

    assert {(each.code, each.medium) for each in booked.notices} == {
        (code, medium) for code in ("N1", "N2", "N3") for medium in Medium
    }
    assert [one.status for one in (booked, moved, off)] == [
        *(Status.BOOKED, Status.MOVED, Status.CANCELLED)
    ]
    assert await network.appointments.of_child(sam.actor, noe.id) == (off,)
    with pytest.raises(NotFound):
        await network.appointments.appointment(eve.actor, booked.id)
    with pytest.raises(InThePast):
        await network.appointments.book(
            sam.actor,
            noe.id,
            professional=doc.id,
            slot=replace(SLOT, start=SLOT.start - timedelta(days=30)),
        )


async def test_an_appointment_is_not_told_by_a_refused_medium(
    network: Network, ana: Somebody, doc: Somebody, noe: Child
) -> None:
    await network.children.note_medium(
        ana.actor, noe.id, noe.contacts[0].id, Medium.SMS, Deed.STOPPED
    )

    booked = await network.appointments.book(
        ana.actor, noe.id, professional=doc.id, slot=SLOT, visit="V24"
    )

    assert {notice.medium for notice in booked.notices} == {Medium.EMAIL}


async def test_no_appointment_is_made_for_a_child_outside_the_pathway(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    family = await network.children.register(ana.actor, newly_born(doc))

    with pytest.raises(ChildNotIncluded):
        await network.appointments.book(ana.actor, family.id, professional=doc.id, slot=SLOT)
