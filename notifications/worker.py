"""The hands of the outbox: take what is due, ask again, send, write down what became of it.

Everything is written before it is relied on, so a worker may be killed at any await and
another one go on. Several may run at once: the store's compare-and-set on the appointment
keeps them apart, leases only spare them useless work.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

from crypto.ids import AppointmentId, NoticeId
from notifications import delivery, hours, link
from notifications.delivery import Ambiguous, Capabilities, NotClaimed, Result
from notifications.notice import ALARMING, Medium, Notice, State
from notifications.senders import Alert, Alerts, Mailer, Renderer, Texter
from notifications.store import Contacts, NoSuchAppointment, Outbox

# Far shorter than the lease, so that an attempt is over before anybody calls it abandoned.
SEND_TIMEOUT = timedelta(seconds=30)

Attempt = Callable[[], Awaitable[Result]]
Verdict = Callable[[Notice], Notice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker of the outbox.

    `clock` gives the aware time, `chance` a number in [0, 1) for the jitter of retries,
    `link_key` derives the tokens of links. `trouble` hears, in one constant word, of
    failures that no notice can record; the work itself stays leased and is found again.
    `at_once` bounds the appointments in hand at the same time.
    """

    outbox: Outbox
    contacts: Contacts
    renderer: Renderer
    mailer: Mailer
    texter: Texter
    alerts: Alerts
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    trouble: Callable[[str], None]
    link_key: bytes = field(repr=False)
    at_once: int = 32

    async def run(self, *, every: timedelta) -> NoReturn:
        """Work until cancelled: at once again while there is plenty, else after a pause."""
        while True:
            try:
                full = await self.run_once() == self.at_once
            except Exception:  # noqa: BLE001 - an unreachable store must not end the worker
                self.trouble("outbox_unreachable")
                full = False
            if not full:
                await asyncio.sleep(every.total_seconds())

    async def run_once(self) -> int:
        """Handle what is due now and say how many appointments that touched."""
        now = self.clock()
        until = now + delivery.LEASE
        due = await self.outbox.claim(now=now, until=until, limit=self.at_once)
        async with asyncio.TaskGroup() as group:
            for appointment in due:
                group.create_task(self._handle(appointment))
        return len(due)

    async def _handle(self, appointment: AppointmentId) -> None:
        """Handle one appointment's due notices; what fails here is found again by its lease."""
        try:
            now = self.clock()
            leased = hours.to_ms(now + delivery.LEASE)
            decide = partial(self._claim_all, now=now)
            for notice in await self.outbox.change(appointment, decide):
                if notice.next_at == leased and notice.state is State.CLAIMED:
                    await self._deliver(notice)
                elif notice.next_at is not None and notice.state in ALARMING:
                    await self._alert(notice)
        except NoSuchAppointment:
            self.trouble("appointment_gone")
        except Exception:  # noqa: BLE001 - one appointment's failure must not stop the others
            self.trouble("appointment_failed")

    def _claim_all(self, notices: tuple[Notice, ...], *, now: datetime) -> tuple[Notice, ...]:
        return tuple(
            delivery.claim(n, self._capabilities(n.medium), now=now, chance=self.chance)
            for n in notices
        )

    async def _deliver(self, notice: Notice) -> None:
        """Ask again whether it holds, write `sending`, send, write the answer."""
        try:
            started, attempt = await self._start(notice)
        except NotClaimed:
            return  # It was withdrawn meanwhile, or another worker was quicker.
        if started.state is not State.SENDING or attempt is None:
            await self._alert(started)
            return
        result = await _result_of(attempt)
        verdict = partial(
            delivery.record,
            result=result,
            attempt=started.attempts,
            capabilities=self._capabilities(notice.medium),
            now=self.clock(),
            chance=self.chance,
        )
        await self._alert(await self._change(notice, verdict))

    async def _start(self, notice: Notice) -> tuple[Notice, Attempt | None]:
        """Write down that an attempt begins, or how the notice ended instead.

        Raises:
            NotClaimed: The notice is no longer ours to send.
        """
        capabilities = self._capabilities(notice.medium)
        if delivery.asks_first(notice, capabilities):
            found = await _result_of(partial(self.texter.look_up, notice.id))
            verdict: Verdict = partial(delivery.settle_doubt, found=found, now=self.clock())
            return await self._change(notice, verdict), None
        today = hours.local(hours.to_ms(self.clock()), notice.zone).date()
        address = await self.contacts.address(notice.contact, notice.medium, on=today)
        if address is None:
            verdict = partial(delivery.call_off, code="no_address", now=self.clock())
            return await self._change(notice, verdict), None
        token = link.token(self.link_key, notice.id)
        try:
            attempt = self._attempt(notice, address, token)
        except Exception:  # noqa: BLE001 - CannotRender or a bug: no words, so a person must call
            verdict = partial(delivery.give_up, code="cannot_render", now=self.clock())
            return await self._change(notice, verdict), None
        verdict = partial(
            delivery.start,
            capabilities=capabilities,
            now=self.clock(),
            link=link.fingerprint(token),
        )
        return await self._change(notice, verdict), attempt

    def _attempt(self, notice: Notice, address: str, token: str) -> Attempt:
        """Put the notice into words, ready to leave."""
        if notice.medium is Medium.EMAIL:
            mail = self.renderer.mail(notice, to=address, token=token)
            return partial(self.mailer.send, mail, to=address, key=notice.id)
        text = self.renderer.text(notice, token=token)
        return partial(self.texter.send, text, to=address, key=notice.id)

    async def _alert(self, notice: Notice) -> None:
        """Put a notice that failed before a person, and note that this was done."""
        if notice.state not in ALARMING or notice.alerted:
            return
        await self.alerts.raise_task(
            Alert(
                notice=notice.id,
                appointment=notice.appointment,
                contact=notice.contact,
                medium=notice.medium,
                state=notice.state,
                code=notice.code,
            )
        )
        await self._change(notice, delivery.was_alerted)

    async def _change(self, notice: Notice, verdict: Verdict) -> Notice:
        """Replace one notice by a verdict on what is stored of it; the others stay."""
        changed = await self.outbox.change(
            notice.appointment, partial(_replace_one, notice.id, verdict)
        )
        return next(each for each in changed if each.id == notice.id)

    def _capabilities(self, medium: Medium) -> Capabilities:
        sender = self.mailer if medium is Medium.EMAIL else self.texter
        return sender.capabilities


def _replace_one(
    wanted: NoticeId, verdict: Verdict, notices: tuple[Notice, ...]
) -> tuple[Notice, ...]:
    return tuple(verdict(each) if each.id == wanted else each for each in notices)


async def _result_of(attempt: Attempt) -> Result:
    """Send within bounds; whatever goes wrong, nobody can say that nothing left."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
            return await attempt()
    except TimeoutError:
        return Ambiguous("timeout")
    except Exception:  # noqa: BLE001 - a sender's bug must end in a named state
        return Ambiguous("sender_failed")
