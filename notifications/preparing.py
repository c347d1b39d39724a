"""Making ready what may leave, and the one decision by which it does.

What is asked of others, an address, words, a provider's memory, is asked before anything is
written down; what is then written holds only for a notice that is still as it was seen.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from crypto.ids import NoticeId
from notifications import claiming, delivery, hours, link
from notifications.delivery import Ambiguous, NotClaimed, Result
from notifications.notice import Medium, Notice, State
from notifications.reach import NotNow
from notifications.senders import Renderer
from notifications.store import Contacts
from notifications.ways import WaysOut

# Far shorter than the lease, so that an attempt is over before anybody calls it abandoned.
SEND_TIMEOUT = timedelta(seconds=30)

Attempt = Callable[[], Awaitable[Result]]
Verdict = Callable[[Notice], Notice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a worker means to do with a notice: how it was seen, and what claiming made of it."""

    seen: Notice
    claimed: Notice
    verdict: Verdict | None = None
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """Asks again whether notices hold, where they go and what they say."""

    ways: WaysOut
    contacts: Contacts
    renderer: Renderer
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    link_key: bytes = field(repr=False)

    def claimed(self, notice: Notice) -> Notice:
        """Take a notice in hand, or settle what needs no sending."""
        return claiming.claim(
            notice, self.ways.capabilities(notice), now=self.clock(), chance=self.chance
        )

    async def plan(self, notice: Notice) -> Plan:
        """Say what is to be written down of a due notice, and make ready what may leave."""
        claimed, provider = self.claimed(notice), self.ways.provider_of(notice)
        if claimed.state is not State.CLAIMED:
            return Plan(seen=notice, claimed=claimed)
        if provider is not None and delivery.asks_first(notice, self.ways.capabilities(notice)):
            found = await result_of(partial(self.ways.texter(provider).look_up, notice.id))
            settled = partial(delivery.settle_doubt, found=found, now=self.clock())
            return Plan(seen=notice, claimed=claimed, verdict=settled)
        if provider is not None and notice.medium is Medium.SMS:
            await self.ways.texter(provider).turn(notice.id)
        verdict, attempt = await self._ask(notice, provider)
        return Plan(seen=notice, claimed=claimed, verdict=verdict, attempt=attempt)

    async def _ask(self, notice: Notice, provider: str | None) -> tuple[Verdict, Attempt | None]:
        """Ask whether somebody may be told now, and put it into words if so."""
        now = self.clock()
        today = hours.local(hours.to_ms(now), notice.zone).date()
        reached = await self.contacts.reach(
            notice.contact, notice.medium, on=today, rule=notice.rule
        )
        if isinstance(reached, NotNow):
            return partial(claiming.put_aside, why=reached.code, now=self.clock()), None
        if provider is None:
            return partial(claiming.give_up, code="not_configured", now=self.clock()), None
        token = link.token(self.link_key, notice.id)
        try:
            attempt = self._attempt(notice, reached.address, token, provider)
        except Exception:  # noqa: BLE001 - CannotRender or a bug: no words, so a person must call
            return partial(claiming.give_up, code="cannot_render", now=self.clock()), None
        verdict = partial(
            claiming.start,
            capabilities=self.ways.capabilities(notice),
            now=self.clock(),
            provider=provider,
            link=link.fingerprint(token),
            reached=link.fingerprint(reached.address),
        )
        return verdict, attempt

    def _attempt(self, notice: Notice, address: str, token: str, provider: str) -> Attempt:
        """Put the notice into words, ready to leave."""
        if notice.medium is Medium.EMAIL:
            mail = self.renderer.mail(notice, to=address, token=token)
            return partial(self.ways.mailer(provider).send, mail, to=address, key=notice.id)
        text = self.renderer.text(notice, token=token)
        return partial(self.ways.texter(provider).send, text, to=address, key=notice.id)


@dataclass(slots=True, kw_only=True)
class Opening:
    """The decision by which notices leave; `begun` is what its last run began, by attempt."""

    preparing: Preparing
    plans: Mapping[NoticeId, Plan]
    begun: dict[NoticeId, int] = field(default_factory=dict)

    def __call__(self, notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        """Begin what is still as it was seen; who was quicker, or withdrew it, is right."""
        self.begun.clear()
        return tuple(self._begin(n, self.plans[n.id]) if n.id in self.plans else n for n in notices)

    def _begin(self, stored: Notice, plan: Plan) -> Notice:
        if stored.attempts != plan.seen.attempts:
            return stored
        claimed = plan.claimed if stored is plan.seen else self.preparing.claimed(stored)
        if claimed.state is not State.CLAIMED:
            return claimed
        if plan.verdict is None:
            return stored
        changed = plan.verdict(claimed)
        if changed.state is State.SENDING:
            self.begun[stored.id] = changed.attempts
        return changed

    def attempt_of(self, notice: Notice) -> Attempt:
        """Give how a notice that was begun leaves."""
        attempt = self.plans[notice.id].attempt
        if attempt is None:
            raise NotClaimed
        return attempt


async def result_of(attempt: Attempt) -> Result:
    """Send within bounds; whatever goes wrong, nobody can say that nothing left."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT.total_seconds()):
            return await attempt()
    except TimeoutError:
        return Ambiguous("timeout")
    except Exception:  # noqa: BLE001 - a sender's bug must end in a named state
        return Ambiguous("sender_failed")
