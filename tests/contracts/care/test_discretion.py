"""What a stranger is told of a network on a real store, and what the record keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from care_circle.access import Action, NotFound
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.services.children import Changes
from crypto.ids import CircleId, new_id
from tests.support.care import Somebody, child
from tests.support.care_answers import WHOLE
from tests.support.care_network import SLOT, Network

Look = Callable[[Network, Somebody, Child, Circle], Awaitable[object]]


@pytest.mark.parametrize(
    "look",
    [
        lambda network, who, noe, _: network.children.child(who.actor, noe.id),
        lambda network, who, noe, _: network.children.consent(who.actor, noe.id),
        lambda network, who, noe, _: network.children.calendar(who.actor, noe.id),
        lambda network, who, noe, _: network.children.eligibility(who.actor, noe.id),
        lambda network, who, noe, _: network.children.include(who.actor, noe.id),
        lambda network, who, noe, _: network.children.describe(who.actor, noe.id, Changes()),
        lambda network, who, *_: network.children.page(who.actor),
        lambda network, who, _, circle: network.circles.circle(who.actor, circle.id),
        lambda network, who, _, circle: network.circles.close(who.actor, circle.id),
        lambda network, who, _, circle: network.tasks.of_circle(who.actor, circle.id),
        lambda network, who, _, circle: network.documents.of_circle(who.actor, circle.id),
        lambda network, who, _, circle: network.documents.draft(
            who.actor, circle.id, form="v24", answers={}
        ),
        lambda network, who, noe, _: network.appointments.of_child(who.actor, noe.id),
        lambda network, who, noe, _: network.appointments.book(
            who.actor, noe.id, professional=who.id, slot=SLOT
        ),
    ],
)
async def test_a_stranger_is_answered_alike_for_what_exists_and_what_does_not(
    network: Network, eve: Somebody, noe: Child, circle: Circle, look: Look
) -> None:
    nowhere = replace(circle, id=CircleId(new_id()))
    nobody = child()
    network.recorded.clear()

    with pytest.raises(NotFound):
        await look(network, eve, noe, circle)
    with pytest.raises(NotFound):
        await look(network, eve, nobody, nowhere)

    assert network.recorded == []


async def test_every_read_and_write_is_recorded_once_by_who_what_and_which(
    network: Network, doc: Somebody, kim: Somebody, noe: Child, circle: Circle
) -> None:
    network.recorded.clear()

    await network.children.child(doc.actor, noe.id)
    begun = await network.documents.draft(doc.actor, circle.id, form="v24", answers=WHOLE)
    await network.documents.sign(doc.actor, begun.id, edition=1)
    await network.documents.document(kim.actor, begun.id)
    await network.documents.of_circle(kim.actor, circle.id)

    assert network.recorded == [
        (doc.id, Action.READ_CHILD, "child", noe.id),
        (doc.id, Action.DRAFT_DOCUMENT, "document", begun.id),
        (doc.id, Action.SIGN_DOCUMENT, "document", begun.id),
        (kim.id, Action.READ_DOCUMENT, "document", begun.id),
        (kim.id, Action.READ_DOCUMENT, "child", noe.id),
    ]
