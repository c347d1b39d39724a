"""The outbox on a real file, with real sockets at both ends, and a worker that gets killed."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from care_circle.appointment import cancel
from crypto.ids import AppointmentId, NoticeId
from notifications import claiming, link
from notifications.notice import Carrier, CarrierKind, Medium, Notice, Rule, State
from notifications.senders import Alert, Alerts
from notifications.store import Claimed, Decide, NoSuchCarrier, Outbox
from server.storage.engine import Unavailable
from tests.support.outbox import KEYED, TELLINGS, Desk, recipient
from tests.support.providers import MailServer, Mood, SmsProvider

ROOT = Path(__file__).parents[2]


async def ends(office: Desk, appointment: AppointmentId) -> dict[tuple[Rule, Medium], State]:
    return {(n.rule, n.medium): n.state for n in await office.notices(appointment)}


async def test_a_family_is_told_of_its_booking_and_reminded_two_days_before(
    office: Desk, provider: SmsProvider, post: MailServer
) -> None:
    booked = await office.book(Medium.EMAIL, Medium.SMS)

    worked = await office.worker().run_once()
    again = await office.worker().run_once()
    office.turned = timedelta(days=7)  # Monday the 18th; two days before the 20th at noon.
    await office.worker().run_once()

    assert (worked, again) == (1, 0)
    assert set((await ends(office, booked.id)).values()) == {State.SENT}
    assert [mail["Subject"] for mail in post.mails] == [
        "Votre rendez-vous",
        "Rappel : votre rendez-vous".replace(" :", "\u00a0:"),
    ]
    assert [text["text"][:9] for text in provider.delivered] == ["RDV le me", "Rappel : "]
    assert (office.coordinator.alerts, office.troubles) == ([], [])


async def test_the_link_in_a_message_leads_back_to_its_notice_and_no_other_does(
    office: Desk, provider: SmsProvider
) -> None:
    booked = await office.book(Medium.SMS)
    await office.worker().run_once()
    token = provider.delivered[0]["text"].rpartition("/r/")[2]

    found = await office.outbox.behind(token)

    assert found is not None
    assert (found[0].id, found[1].rule) == (booked.id, Rule.BOOKED)
    assert await office.outbox.behind(link.token(b"x" * 32, NoticeId("n"))) is None
    assert await office.outbox.behind("../../etc/passwd") is None


async def test_what_was_called_off_meanwhile_is_not_sent(
    office: Desk, provider: SmsProvider
) -> None:
    booked = await office.book(Medium.SMS)
    await office.appointments.change(
        booked.id,
        lambda it: cancel(
            it, recipients=(recipient(Medium.SMS),), tellings=TELLINGS, now=office.now()
        ),
    )

    await office.worker().run_once()

    assert provider.keys == []
    assert set((await ends(office, booked.id)).values()) == {State.CANCELLED}


async def test_an_objection_is_honoured_at_the_moment_of_sending(
    office: Desk, provider: SmsProvider, post: MailServer
) -> None:
    booked = await office.book(Medium.EMAIL, Medium.SMS)
    del office.family.addresses[Medium.SMS]

    await office.worker().run_once()

    states = await ends(office, booked.id)
    assert states[Rule.BOOKED, Medium.SMS] is State.CANCELLED
    assert (len(provider.keys), len(post.mails)) == (0, 1)


@pytest.mark.parametrize("mood", [Mood.FAILS_BUT_TAKES, Mood.TAKES_AND_RESETS, Mood.TOO_MANY])
async def test_with_a_key_a_doubt_is_retried_and_the_family_gets_one(
    office: Desk, provider: SmsProvider, mood: Mood
) -> None:
    booked = await office.book(Medium.SMS)
    provider.moods = [mood]

    await office.worker().run_once()
    office.turned = timedelta(minutes=10)
    await office.worker().run_once()

    assert (await ends(office, booked.id))[Rule.BOOKED, Medium.SMS] is State.SENT
    assert len(provider.delivered) == 1
    assert len(set(provider.keys)) == 1


@pytest.mark.parametrize("mood", [Mood.FAILS_BUT_TAKES, Mood.FAILS, Mood.TAKES_AND_RESETS])
async def test_without_a_key_a_doubt_is_shown_to_a_person_and_never_sent_again(
    office: Desk, provider: SmsProvider, mood: Mood
) -> None:
    office.key_window = None
    booked = await office.book(Medium.SMS)
    provider.moods = [mood]

    for days in range(3):
        office.turned = timedelta(days=days)
        await office.worker().run_once()

    assert (await ends(office, booked.id))[Rule.BOOKED, Medium.SMS] is State.UNKNOWN
    assert len(provider.keys) == 1
    assert [(a.state, a.medium) for a in office.coordinator.alerts] == [(State.UNKNOWN, Medium.SMS)]


async def test_a_number_that_takes_no_text_is_dead_and_somebody_hears_of_it(
    office: Desk, provider: SmsProvider
) -> None:
    office.family.addresses[Medium.SMS] = "04 65 71 34 56"
    booked = await office.book(Medium.SMS)

    await office.worker().run_once()

    assert (await ends(office, booked.id))[Rule.BOOKED, Medium.SMS] is State.DEAD
    assert [alert.answer for alert in office.coordinator.alerts] == ["landline"]
    assert "04 65" not in repr(office.coordinator.alerts)


async def test_what_cannot_be_put_into_words_is_dead_and_somebody_hears_of_it(
    office: Desk, provider: SmsProvider
) -> None:
    booked = await office.book(Medium.SMS, place_label="улица Мира, 12")

    await office.worker().run_once()

    assert (await ends(office, booked.id))[Rule.BOOKED, Medium.SMS] is State.DEAD
    assert [alert.answer for alert in office.coordinator.alerts] == ["cannot_render"]
    assert provider.keys == []


async def test_a_worker_outlives_a_store_that_is_away(office: Desk, provider: SmsProvider) -> None:
    await office.book(Medium.SMS)
    away = AwayAtFirst(office.outbox)
    worker = replace(office.worker(), outbox=away)

    running = asyncio.create_task(worker.run(every=timedelta(milliseconds=1)))
    async with asyncio.timeout(30):
        await away.back.wait()
        while not provider.delivered:  # noqa: ASYNC110 - the provider is outside the worker
            await asyncio.sleep(0.01)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert office.troubles == ["outbox_unreachable"] * 3
    assert len(provider.delivered) == 1


class AwayAtFirst(Outbox):
    """A store that cannot be reached three times."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.failures = 3
        self.back = asyncio.Event()

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claimed, ...]:
        if self.failures:
            self.failures -= 1
            raise Unavailable
        self.back.set()
        return await self.outbox.claim(now=now, until=until, limit=limit)

    @override
    async def change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        return await self.outbox.change(carrier, decide)

    @override
    async def by_key(self, notice: NoticeId) -> Notice | None:
        return await self.outbox.by_key(notice)

    @override
    async def by_ref(self, provider: str, ref: str) -> Notice | None:
        return await self.outbox.by_ref(provider, ref)


async def test_an_alert_that_could_not_be_raised_is_raised_later(
    office: Desk, provider: SmsProvider
) -> None:
    provider.moods = [Mood.BAD_REQUEST]
    booked = await office.book(Medium.SMS)
    deaf = replace(office.worker(), alerts=Deaf())

    await deaf.run_once()
    office.turned = timedelta(minutes=5)
    await office.worker().run_once()

    assert office.troubles == ["carrier_failed"]
    assert [alert.answer for alert in office.coordinator.alerts] == ["http_400"]
    assert (await office.notices(booked.id))[0].alerted


class Deaf(Alerts):
    """A coordinator's desk that is out of order."""

    @override
    async def raise_task(self, alert: Alert) -> None:
        raise ConnectionError


async def test_two_workers_at_once_tell_nobody_twice(
    office: Desk, provider: SmsProvider, post: MailServer
) -> None:
    booked = [await office.book(Medium.EMAIL, Medium.SMS) for _ in range(10)]
    provider.honours_keys = False
    early = office.worker(clock=lambda: office.now() + timedelta(hours=1))

    await asyncio.gather(*(worker.run_once() for worker in (office.worker(), early) * 2))

    assert len(provider.delivered) == len(provider.keys) == len(booked)
    assert len(post.mails) == len(booked)


@pytest.mark.parametrize("kind", CarrierKind)
async def test_a_record_that_is_gone_is_nothing_to_change(office: Desk, kind: CarrierKind) -> None:
    with pytest.raises(NoSuchCarrier):
        await office.outbox.change(Carrier(kind=kind, id="a" * 26), lambda notices: notices)


async def test_a_lease_keeps_other_workers_off_until_it_ends(office: Desk) -> None:
    booked = await office.book(Medium.SMS)
    now, later = office.now(), office.now() + claiming.LEASE

    first = await office.outbox.claim(now=now, until=later, limit=9)
    second = await office.outbox.claim(now=now, until=later, limit=9)
    third = await office.outbox.claim(now=later, until=later + claiming.LEASE, limit=9)

    assert [[each.carrier.id for each in held] for held in (first, second, third)] == [
        [booked.id],
        [],
        [booked.id],
    ]


@pytest.mark.parametrize("promise", ["keyed", "keyless"])
async def test_a_worker_killed_while_sending_costs_a_doubt_and_no_second_message(
    office: Desk, provider: SmsProvider, post: MailServer, tmp_path: Path, promise: str
) -> None:
    booked = await office.book(Medium.SMS)
    provider.moods = [Mood.TAKES_SLOWLY]
    provider.slowness = 30

    await kill_once(
        (str(tmp_path / "ronde.sqlite3"), provider.url, str(post.port), promise),
        when=lambda: bool(provider.delivered),
    )
    left = (await office.notices(booked.id))[0].state
    office.key_window = KEYED if promise == "keyed" else None
    for minutes in (3, 10):
        office.turned = timedelta(minutes=minutes)
        await office.worker().run_once()

    told = (await office.notices(booked.id))[0]
    assert left is State.SENDING
    assert told.state is (State.SENT if promise == "keyed" else State.UNKNOWN)
    assert len(provider.delivered) == 1
    assert len(office.coordinator.alerts) == (promise == "keyless")


async def kill_once(arguments: tuple[str, ...], *, when: Callable[[], bool]) -> None:
    """Run a worker as a process of its own and kill it the hard way at a moment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.outbox", *arguments, cwd=ROOT
    )
    try:
        async with asyncio.timeout(30):
            while not when():  # noqa: ASYNC110 - another process sets it off
                await asyncio.sleep(0.01)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
