"""A notice that failed is a duty of its child within moments, until somebody saw to it (N9)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from care_circle.child import Child
from care_circle.follow_up.duty import Duty, Reason
from notifications import siblings
from notifications.errand import Errand, open_errand
from notifications.notice import Medium, Notice, Rule, State, Telling
from notifications.senders import Alert
from server.alerting import RaisedAlerts
from server.house import House
from server.vigil import vigil_of
from tests.contracts.test_vigil import a_process, register
from tests.support.clock import StandingClock

WAITING = Telling(code="N8", rule=Rule.WAITING)


@pytest.fixture
async def house(store_address: str) -> AsyncIterator[House]:
    async with a_process(store_address, StandingClock()) as opened:
        yield opened


def alerts(house: House) -> RaisedAlerts:
    return RaisedAlerts(
        appointments=house.stores.appointments,
        errands=house.stores.errands,
        marks=house.stores.follow_up_marks,
        clock=house.clock,
    )


async def failed_errand(house: House, child: Child | None) -> Errand:
    """Keep an errand whose text message the provider refused for good, and alert."""
    told = child.recipients(house.clock().date())[:1] if child else ()
    opened = open_errand(
        WAITING,
        child=child.id if child else None,
        subject="letter",
        recipients=tuple(replace(each, media=(Medium.SMS,)) for each in told),
        expires_at=house.clock() + timedelta(days=9),
        now=house.clock(),
    )
    lost = tuple(replace(n, state=State.DEAD, attempts=1) for n in opened.notices)
    kept = await house.stores.errands.add(replace(opened, notices=lost))
    for notice in kept.notices:
        await alerts(house).raise_task(
            Alert(
                notice=notice.id,
                carrier=kept.carrier,
                contact=notice.contact,
                medium=notice.medium,
                state=notice.state,
                answer=notice.answer,
            )
        )
    return kept


async def duties(house: House, child: Child) -> list[Duty]:
    await vigil_of(house).look()
    held = await house.stores.duties.open_of(child.id)
    return [each for each in held if each.reason is Reason.NOTICE_FAILED]


def sent(wanted: str, notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    return tuple(
        replace(n, state=State.SENT, next_at=None) if n.again_of == wanted else n for n in notices
    )


async def test_a_failed_notice_of_an_errand_is_a_duty_until_it_was_sent_again(
    house: House,
) -> None:
    child = (await register(house, 1))[0]
    errand = await failed_errand(house, child)
    lost = errand.notices[0]

    raised = await duties(house, child)
    again = partial(siblings.told_again, wanted=lost.id, by="camille", now=house.clock())
    await house.outbox.change(errand.carrier, again)
    still = await duties(house, child)
    await house.outbox.change(errand.carrier, partial(sent, lost.id))
    settled = await duties(house, child)

    assert [each.subject for each in raised] == [each.subject for each in still] == [errand.id]
    assert settled == []


async def test_what_failed_and_what_helps_stands_in_the_finding(house: House) -> None:
    child = (await register(house, 1))[0]
    await failed_errand(house, child)

    known = await house.follower.refresh(child.id)

    assert known is not None
    found = [each for each in known.life.findings if each.code.value == "notice_failed"]
    assert [each.missing for each in found] == [("N8:sms:mend",)]


async def test_a_failure_at_an_address_that_was_mended_is_nobodys_duty(house: House) -> None:
    child = (await register(house, 1))[0]
    errand = await failed_errand(house, child)
    await house.outbox.change(
        errand.carrier, lambda notices: tuple(replace(n, reached="another") for n in notices)
    )

    assert await duties(house, child) == []


async def test_an_errand_of_no_child_is_nobodys_duty(house: House) -> None:
    errand = await failed_errand(house, None)

    assert errand.child is None
    assert await vigil_of(house).look_once() == 0
