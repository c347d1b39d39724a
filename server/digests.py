"""Telling professionals by e-mail that something waits: at the hour they chose, or at once.

A digest is an errand of the outbox, named after the person and the day, so that it leaves
once however often a process dies. It says numbers; what waits, and about whom, stays here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from typing_extensions import override

from care_circle.access import NotFound
from crypto.ids import ContactId, EntryId, ErrandId, ProfessionalId
from notifications.errand import Errand, open_errand
from notifications.notice import Medium, Recipient, Rule, State, Telling, Unread
from notifications.reach import NotNow, Reach, Reached, WhyNot
from notifications.store import Contacts
from server.accounts.accounts import AccountStore
from server.accounts.preferences import Digest, Preferences, PreferenceStore, with_next_digest
from server.accounts.unread import Waiting
from server.logs import logger

HOLDS = timedelta(hours=12)
"""How long a digest is worth sending: later the next one says more."""

URGENT_HOLDS = timedelta(hours=2)
URGENT = "urgent"
"""The code by which an urgent message has words of its own."""

LEASE = timedelta(minutes=2)
_AT_ONCE = 50
_ENDED = frozenset({State.SENT, State.EXPIRED, State.CANCELLED, State.UNKNOWN})


class DigestErrands(Protocol):
    """Where digests are kept until the next one."""

    async def add(self, errand: Errand) -> Errand:
        """Keep a new errand; if there is one of its id, that one stays and is given."""
        ...

    async def find(self, errand: ErrandId) -> Errand | None:
        """Give one, if it is there."""
        ...

    async def forget(self, errand: ErrandId) -> None:
        """Remove one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Opens digests when they are due, and urgent words when somebody asks for them."""

    preferences: PreferenceStore
    errands: DigestErrands
    waiting: Waiting
    clock: Callable[[], datetime]
    zone: ZoneInfo

    async def look(self) -> None:
        """Open the digests that are due; one person in trouble does not silence the others."""
        now = self.clock()
        due = await self.preferences.digests_due(now=now, until=now + LEASE, limit=_AT_ONCE)
        for choices in due:
            try:
                await self._digest(choices)
            except NotFound:
                await self._go_on(choices, told=None)
            except Exception as error:  # noqa: BLE001 -- found again when the lease is over
                logger().error("digest_failed", cause=error)

    async def tell_urgent(self, professional: ProfessionalId, entry: EntryId) -> None:
        """Tell somebody by e-mail, if they want that, and once, that an urgent message waits."""
        choices = await self.preferences.find(professional)
        now = self.clock()
        quiet = choices.is_quiet(now.astimezone(self.zone))
        if not choices.urgent_email or (quiet and not choices.urgent):
            return
        occasion = _Occasion(subject=f"{URGENT}:{entry}", code=URGENT, holds=URGENT_HOLDS)
        errand = _errand(choices, occasion, now, self.zone)
        await self.errands.add(errand)
        await self._forget(choices.digest_errand, but=errand.id)
        await self.preferences.change(
            professional, lambda held: replace(held, digest_errand=errand.id)
        )

    async def _digest(self, choices: Preferences) -> None:
        if choices.next_digest is None:
            return
        standing = await self.waiting.of(choices.professional)
        if not standing.is_news(choices.last_digest):
            await self._go_on(choices, told=None)
            return
        day = choices.next_digest.astimezone(self.zone).date()
        occasion = _Occasion(subject=str(day), code="", holds=HOLDS)
        errand = _errand(choices, occasion, self.clock(), self.zone)
        await self.errands.add(_counting(errand, standing.unread))
        await self._forget(choices.digest_errand, but=errand.id)
        await self._go_on(choices, told=errand.id)

    async def _go_on(self, choices: Preferences, *, told: ErrandId | None) -> None:
        """Wait for the next one, whatever was chosen meanwhile."""
        now = self.clock()

        def decide(held: Preferences) -> Preferences:
            moved = with_next_digest(held, now, self.zone)
            return moved if told is None else replace(moved, last_digest=now, digest_errand=told)

        await self.preferences.change(choices.professional, decide)

    async def _forget(self, errand: ErrandId | None, *, but: ErrandId) -> None:
        """Keep one digest of each person: the last one, and one whose address failed."""
        if errand is None or errand == but:
            return
        held = await self.errands.find(errand)
        if held is not None and all(each.state in _ENDED for each in held.notices):
            await self.errands.forget(errand)


@dataclass(frozen=True, slots=True, kw_only=True)
class EverybodysContacts(Contacts):
    """Where families and, for digests, professionals are reached; asked when something leaves."""

    families: Contacts
    accounts: AccountStore
    preferences: PreferenceStore
    waiting: Waiting

    @override
    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        if rule is not Rule.DIGEST:
            return await self.families.reach(contact, medium, on=on, rule=rule)
        professional = ProfessionalId(contact)
        account = await self.accounts.find(professional)
        if account is None or account.disabled_at is not None:
            return NotNow(WhyNot.GONE)
        choices = await self.preferences.find(professional)
        if choices.digest is Digest.OFF and not choices.urgent_email:
            return NotNow(WhyNot.OPTED_OUT)
        standing = await self.waiting.of(professional)
        if standing.newest is None:
            return NotNow(WhyNot.NOTHING_NEW)
        return Reach(account.email)


class _Occasion(NamedTuple):
    """What an errand is for: its name, the code of its words, how long it is worth sending."""

    subject: str
    code: str
    holds: timedelta


def _errand(choices: Preferences, occasion: _Occasion, now: datetime, zone: ZoneInfo) -> Errand:
    recipient = Recipient(
        contact=ContactId(choices.professional),
        media=(Medium.EMAIL,),
        language=choices.language,
        zone=zone.key,
    )
    return open_errand(
        Telling(code=occasion.code, rule=Rule.DIGEST),
        child=None,
        subject=f"{choices.professional}:{occasion.subject}",
        recipients=(recipient,),
        expires_at=now + occasion.holds,
        now=now,
    )


def _counting(errand: Errand, unread: Unread) -> Errand:
    return replace(errand, notices=tuple(replace(each, unread=unread) for each in errand.notices))
