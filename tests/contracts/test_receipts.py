"""What comes back for a notice that really left: once, twice, too early, forged, from another."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from care_circle.access import NotFound
from crypto.ids import AppointmentId
from notifications.delivery import ReceiptState
from notifications.notice import Medium, Notice, State
from notifications.replies import Replies, Reply
from server.clock import system_clock
from server.coming_back import fetch_replies
from server.receipts import KEPT_FOR, Receipts
from server.senders import signature
from server.senders.calling_back import Call, Callbacks, Told
from server.senders.sms import SignedCallbacks
from server.storage.heard import HeardReplies
from server.storage.keys import Keyring
from server.storage.sqlite import SqliteEngine
from server.ways_out import MAIL
from tests.support.outbox import Desk, desk
from tests.support.providers import SECRET, MailServer, SmsProvider

PHONE = "+33639980012"


@dataclass(slots=True)
class Written(Replies):
    """Answers that were handed on."""

    taken: list[Reply] = field(default_factory=list)

    @override
    async def take(self, reply: Reply) -> None:
        self.taken.append(reply)


@pytest.fixture
async def open_desk(tmp_path: Path, provider: SmsProvider, post: MailServer) -> AsyncIterator[Desk]:
    async with desk(
        tmp_path / "ronde.sqlite3", sms_url=provider.url, smtp_port=post.port
    ) as opened:
        yield opened


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def receipts(open_desk: Desk, written: Written) -> Receipts:
    known: dict[str, Callbacks] = {
        "webhook": SignedCallbacks(secret=SECRET),
        "other": SignedCallbacks(secret="another secret"),
        MAIL: SignedCallbacks(secret="of mails"),
    }
    return Receipts(outbox=open_desk.outbox, replies=written, callbacks=known, clock=open_desk.now)


async def told(open_desk: Desk, medium: Medium = Medium.SMS) -> tuple[AppointmentId, Notice]:
    """Book an appointment and tell the family; give its first notice."""
    booked = await open_desk.book(medium)
    await open_desk.worker().run_once()
    return booked.id, await first(open_desk, booked.id)


async def first(open_desk: Desk, appointment: AppointmentId) -> Notice:
    return min(await open_desk.notices(appointment), key=lambda notice: notice.not_before)


def call(open_desk: Desk, said: object, *, secret: str = SECRET) -> Call:
    body, at = json.dumps(said).encode(), open_desk.now()
    timestamp = int(at.timestamp())
    headers = {
        signature.TIMESTAMP_HEADER: str(timestamp),
        signature.SIGNATURE_HEADER: signature.sign(secret, body, timestamp=timestamp),
    }
    return Call(url="", secret="", query={}, headers=headers, body=body, at=at)


async def test_a_receipt_says_that_a_text_arrived_and_a_copy_changes_nothing(
    open_desk: Desk, receipts: Receipts
) -> None:
    appointment, sent = await told(open_desk)
    arrived = call(open_desk, {"ref": sent.ref, "state": "delivered"})

    await receipts.called("webhook", arrived)
    once = await open_desk.notices(appointment)
    await receipts.called("webhook", arrived)
    await receipts.called("webhook", call(open_desk, {"key": sent.id, "state": "failed"}))

    assert sent.state is State.SENT
    assert (await first(open_desk, appointment)).delivered_at is not None
    assert await open_desk.notices(appointment) == once


async def test_a_receipt_says_that_a_text_did_not_arrive_and_a_person_hears(
    open_desk: Desk, receipts: Receipts
) -> None:
    appointment, sent = await told(open_desk)

    said = {"key": sent.id, "state": "failed", "code": "absent"}
    await receipts.called("webhook", call(open_desk, said))
    await open_desk.worker().run_once()

    assert (await first(open_desk, appointment)).state is State.DEAD
    assert [alert.notice for alert in open_desk.coordinator.alerts] == [sent.id]


async def test_a_receipt_that_was_quicker_than_its_answer_is_kept_for_it(
    open_desk: Desk, receipts: Receipts
) -> None:
    early = Told(state=ReceiptState.DELIVERED, at=open_desk.now(), ref="p-1")
    await receipts.take("webhook", early)

    appointment, sent = await told(open_desk)
    await receipts.look_again()

    assert sent.ref == "p-1"
    assert (await first(open_desk, appointment)).delivered_at is not None


async def test_a_receipt_that_fits_nothing_is_forgotten_and_counted(
    open_desk: Desk, receipts: Receipts
) -> None:
    await receipts.take(
        "webhook", Told(state=ReceiptState.FAILED, at=open_desk.now(), ref="nobody's")
    )
    await receipts.look_again()
    open_desk.turned += KEPT_FOR + timedelta(seconds=1)

    await receipts.look_again()
    await receipts.look_again()

    assert receipts.counted.unknown == 1


@pytest.mark.parametrize(
    ("name", "secret", "late"),
    [
        ("webhook", "guessed", 0),
        ("other", SECRET, 0),
        ("nobody", SECRET, 0),
        ("webhook", SECRET, 301),
        ("webhook", SECRET, -301),
    ],
)
async def test_a_forged_or_stale_receipt_is_answered_as_if_nothing_were_here(
    open_desk: Desk, receipts: Receipts, name: str, secret: str, late: int
) -> None:
    appointment, sent = await told(open_desk)
    before = await open_desk.notices(appointment)
    forged = call(open_desk, {"key": sent.id, "state": "failed"}, secret=secret)
    forged = Call(
        url="",
        secret="",
        query={},
        headers=forged.headers,
        body=forged.body,
        at=forged.at + timedelta(seconds=late),
    )

    with pytest.raises(NotFound):
        await receipts.called(name, forged)

    assert await open_desk.notices(appointment) == before


@pytest.mark.parametrize(
    "said",
    [
        "nothing",
        [],
        {},
        {"key": "a"},
        {"state": "delivered"},
        {"key": 7, "state": "lost"},
        {"key": ["a"], "state": "failed"},
        {"from": "somebody", "text": "STOP"},
    ],
)
async def test_a_receipt_without_sense_is_counted_and_changes_nothing(
    open_desk: Desk, receipts: Receipts, said: object
) -> None:
    appointment, _ = await told(open_desk)
    before = await open_desk.notices(appointment)

    await receipts.called("webhook", call(open_desk, said))

    assert receipts.counted.unreadable == 1
    assert await open_desk.notices(appointment) == before


async def test_who_did_not_take_a_notice_cannot_say_that_it_failed(
    open_desk: Desk, receipts: Receipts
) -> None:
    appointment, sent = await told(open_desk)

    failed = call(open_desk, {"key": sent.id, "state": "failed"}, secret="another secret")
    await receipts.called("other", failed)
    unmoved = await first(open_desk, appointment)
    arrived = call(open_desk, {"key": sent.id, "state": "delivered"}, secret="another secret")
    await receipts.called("other", arrived)

    assert unmoved.state is State.SENT
    assert (await first(open_desk, appointment)).delivered_at is not None


async def test_a_mail_that_came_back_is_dead_whichever_server_took_it(
    open_desk: Desk, receipts: Receipts
) -> None:
    appointment, sent = await told(open_desk, Medium.EMAIL)

    said = {"key": sent.id, "state": "failed", "code": "5.1.1"}
    await receipts.called(MAIL, call(open_desk, said, secret="of mails"))

    assert sent.state is State.SENT
    assert (await first(open_desk, appointment)).state is State.DEAD


async def test_a_signed_answer_is_handed_on(
    open_desk: Desk, receipts: Receipts, written: Written
) -> None:
    await receipts.called("webhook", call(open_desk, {"from": "06 39 98 00 12", "text": "Merci"}))

    assert [(each.from_number, each.text) for each in written.taken] == [(PHONE, "Merci")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider at the edge of the world that gives the same answers at every look."""

    given: tuple[Reply, ...]
    name: str = "asked"

    async def replies(self, since: datetime) -> tuple[Reply, ...]:
        return tuple(each for each in self.given if each.at >= since)


async def test_an_answer_is_handed_on_once_however_often_it_is_fetched(
    open_desk: Desk, receipts: Receipts, written: Written, tmp_path: Path
) -> None:
    now = open_desk.now()
    stop = Reply(from_number=PHONE, text="STOP", at=now)
    merci = Reply(from_number=PHONE, text="Merci", at=now)
    old = Reply(from_number=PHONE, text="STOP", at=now - timedelta(days=3))
    engine = await SqliteEngine.open(tmp_path / "heard.sqlite3", system_clock)
    keyring = await Keyring.open(engine, bytes(range(32)))

    for given in ((old, stop), (stop,), (stop, merci), (merci, stop)):
        # A memory of its own each time, as after a restart.
        await fetch_replies(Asked(given), receipts, HeardReplies(engine, keyring))
    await engine.close()

    assert [each.text for each in written.taken] == ["STOP", "Merci"]
