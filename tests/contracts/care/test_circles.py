"""Who opens a circle, who enters it and until when, on a real store."""

from datetime import timedelta

import pytest

from care_circle.access import NotFound
from care_circle.child import Child, ChildNotIncluded
from care_circle.circle import Circle, CircleExists
from care_circle.consent import ConsentMissing, ParentOpposed, Word
from care_circle.convention import NoActiveConvention
from crypto.ids import CircleId, new_id
from tests.support.care import (
    NOW,
    TODAY,
    Somebody,
    addition,
    convention,
    genesis,
    removal,
    somebody,
)
from tests.support.care_network import Network, agree, newly_born


async def test_a_circle_opens_with_consent_and_the_same_request_gets_the_same_circle(
    network: Network, ana: Somebody, noe: Child
) -> None:
    name = CircleId(new_id())
    first = genesis(name, ana)

    opened = await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)
    again = await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)

    assert again == opened
    other = CircleId(new_id())
    with pytest.raises(CircleExists):
        await network.circles.open(ana.actor, noe.id, circle=other, genesis=genesis(other, ana))


async def test_without_inclusion_or_with_a_withdrawn_consent_no_circle_opens(
    network: Network, ana: Somebody, doc: Somebody, noe: Child
) -> None:
    fresh = await network.children.register(ana.actor, newly_born(doc), although_alike=True)
    name = CircleId(new_id())
    first = genesis(name, ana)

    with pytest.raises(ConsentMissing):
        await network.circles.open(ana.actor, fresh.id, circle=name, genesis=first)
    await agree(network, ana, fresh)
    with pytest.raises(ChildNotIncluded):
        await network.circles.open(ana.actor, fresh.id, circle=name, genesis=first)
    await agree(network, ana, noe, Word.WITHDRAWN)
    with pytest.raises(ParentOpposed):
        await network.circles.open(ana.actor, noe.id, circle=name, genesis=first)


async def test_only_a_convention_of_that_day_opens_the_door(
    network: Network, ana: Somebody, circle: Circle
) -> None:
    late = await network.employ(somebody(), convened=False)
    await network.store.add_convention(convention(late.id, until=TODAY))

    network.now[0] = NOW + timedelta(days=1)
    with pytest.raises(NoActiveConvention):
        await network.circles.admit(ana.actor, circle.id, addition(circle, late, ana))
    network.now[0] = NOW
    entered = await network.circles.admit(ana.actor, circle.id, addition(circle, late, ana))

    assert late.id in entered.roster


async def test_a_lapsed_member_is_told_so_and_a_removed_one_finds_nothing(
    network: Network, ana: Somebody, kim: Somebody, circle: Circle
) -> None:
    held = await network.people.conventions(kim.actor, kim.id)
    before = await network.circles.circle(kim.actor, circle.id)

    await network.people.end_convention(ana.actor, held[0].id, last_day=TODAY - timedelta(days=1))
    with pytest.raises(NoActiveConvention):
        await network.circles.circle(kim.actor, circle.id)
    await network.circles.release(ana.actor, circle.id, removal(circle, kim, ana))
    with pytest.raises(NotFound):
        await network.circles.circle(kim.actor, circle.id)

    assert before == circle
    assert await network.circles.mine(kim.actor) == ()


async def test_a_day_ends_at_midnight_where_the_network_is(
    network: Network, kim: Somebody, ana: Somebody, circle: Circle
) -> None:
    held = await network.people.conventions(kim.actor, kim.id)
    await network.people.end_convention(ana.actor, held[0].id, last_day=TODAY)

    network.now[0] = NOW.replace(hour=22, minute=59)
    await network.circles.circle(kim.actor, circle.id)
    network.now[0] = NOW.replace(hour=23, minute=0)
    with pytest.raises(NoActiveConvention):
        await network.circles.circle(kim.actor, circle.id)
