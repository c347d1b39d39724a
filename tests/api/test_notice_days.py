"""What families were told is listed and counted by the days of the network, not by those of UTC."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from care_circle.contact import Contact
from crypto.ids import ContactId, new_id
from notifications import hours
from notifications.notice import Carrier, CarrierKind, Medium, Notice, State
from server.senders.addresses import MAIL_KINDS, SMS_KINDS, read_addresses
from server.storage.notice_labels import Label, read_labels
from server.ways_settings import WaysSettings
from tests.support.actors import Person, founded, stranger
from tests.support.server import running
from tests.support.year import Year

WAYS = WaysSettings(
    mail=read_addresses("smtp://127.0.0.1:9", MAIL_KINDS),
    sms=read_addresses("webhook+http://:shared@127.0.0.1:9/sms", SMS_KINDS),
)
"""A mail server, which gives no receipts, and a provider of texts that does; neither is asked."""

AT_NIGHT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
"""Half past midnight of the 21st in Paris, half past seven of the 20th in Martinique."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """A coordinator of a network in some zone, whose one family was told at that moment."""

    ana: Person

    async def sent(self, since: str) -> tuple[int, int]:
        """Give how many notices are listed as sent from a day on, and how many are counted."""
        listed = (await self.ana.get(f"/notices?state=sent&from={since}")).body["items"]
        counted = (await self.ana.get(f"/notices/counts?from={since}")).body["states"]
        return len(listed), next(each["number"] for each in counted if each["state"] == "sent")


@pytest.fixture
async def office(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(tmp_path, zone=request.param, ways=WAYS))
        ana = await founded(await stack.enter_async_context(stranger(server)))
        # Nothing else is to become of what is told here.
        paused = await ana.ask("PUT", "/sending", {"paused": True, "reason": "essai"})
        assert paused.status == 200
        family = Year(house=server.house, clock=server.clock)
        mother = Contact(
            id=ContactId(new_id()),
            family_name="Amarante",
            phone="+33639980012",
            confirmed=(Medium.SMS,),
        )
        child = await family.include(mother)
        held = await family.book(child.id, "2026-12-15T10:00", zone="Europe/Paris")
        await server.house.outbox.change(
            Carrier(kind=CarrierKind.APPOINTMENT, id=held),
            lambda notices: (told(notices[0]),),
        )
        yield Office(ana=ana)


def told(notice: Notice) -> Notice:
    at = hours.to_ms(AT_NIGHT)
    return replace(
        notice, state=State.SENT, next_at=None, attempts=1, first_try=at, provider="webhook"
    )


@pytest.mark.parametrize(
    ("office", "on_the_20th", "on_the_21st"),
    [("Europe/Paris", 1, 1), ("America/Martinique", 1, 0), ("Pacific/Marquesas", 1, 0)],
    indirect=["office"],
)
async def test_what_left_around_midnight_belongs_to_the_networks_own_day(
    office: Office, on_the_20th: int, on_the_21st: int
) -> None:
    assert await office.sent("2026-11-20") == (on_the_20th, on_the_20th)
    assert await office.sent("2026-11-21") == (on_the_21st, on_the_21st)


@pytest.mark.parametrize("office", ["Europe/Paris"], indirect=True)
async def test_without_a_day_the_list_begins_a_week_before_the_networks_today(
    office: Office,
) -> None:
    listed: list[Any] = (await office.ana.get("/notices?state=sent")).body["items"]
    counts = (await office.ana.get("/notices/counts")).body

    assert len(listed) == 1
    assert counts["since"] == "2026-11-14"


def test_labels_of_a_store_of_before_are_read_by_their_day() -> None:
    (old,) = read_labels(("n:2026-11-21:sent:sms:3", "day:2026-11-21", "need:1"))

    assert old == Label(datetime(2026, 11, 21, 12, tzinfo=UTC), State.SENT, Medium.SMS, 3)


@pytest.mark.parametrize("office", ["Europe/Paris"], indirect=True)
async def test_a_notice_says_whether_it_can_ever_be_told_that_it_arrived(office: Office) -> None:
    (line,) = (await office.ana.get("/notices?state=sent")).body["items"]
    waiting = (await office.ana.get("/notices?state=planned")).body["items"]

    assert (line["provider"], line["receipts"]) == ("webhook", True)
    assert {each["receipts"] for each in waiting} <= {False}
    assert office.ana.server.house.sending.receipting.names == {"webhook"}
