"""The outbox on the generic repository: notices live in the record of what they tell.

So "the appointment moved" and "its notices are planned" are one write on either engine.
A record's `due` is the earliest notice due; claiming moves it forward.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

from typing_extensions import override

from care_circle.appointment import Appointment
from crypto.ids import ChildId, NoticeId
from notifications import hours, link
from notifications.errand import Errand
from notifications.notice import ALARMING, Carrier, CarrierKind, Notice, next_due
from notifications.store import Claimed, Decide, NoSuchCarrier, Outbox
from server.storage.engine import Stale
from server.storage.notice_labels import labels_of
from server.storage.repository import Held, Missing, Repository

Telling = TypeVar("Telling", Appointment, Errand)

SeenTo = Callable[[ChildId], Awaitable[None]]

_REMEMBERED = 256


def due_of(record: Appointment | Errand) -> datetime | None:
    """Say when a worker must look at a record: `Shape.due_of`."""
    due = next_due(record.notices)
    return None if due is None else hours.from_ms(due)


def notice_tags(record: Appointment | Errand) -> tuple[str, ...]:
    """Give the tags by which notices are found: to be among `Shape.tags_of`.

    By the fingerprint of a link, by the key and the reference that providers know, by the
    states there are, by day and state for those who list them.
    """
    notices = record.notices
    links = (f"link:{each.link}" for each in notices if each.link is not None)
    keys = (key_tag(each.id) for each in notices if each.attempts or each.state in ALARMING)
    refs = (
        ref_tag(each.provider, each.ref)
        for each in notices
        if each.provider is not None and each.ref
    )
    states = (state_tag(each.state) for each in notices)
    return tuple(dict.fromkeys((*links, *keys, *refs, *states, *labels_of(notices))))


def key_tag(notice: NoticeId) -> str:
    """Give the key of the record that holds a notice."""
    return f"key:{notice}"


def ref_tag(provider: str, ref: str) -> str:
    """Give the key of the record of what a provider calls so; its word may be any text."""
    return "ref:" + hashlib.sha256(f"{provider}\n{ref}".encode()).hexdigest()


def state_tag(state: str) -> str:
    """Give the key of the records of which a notice is in a state."""
    return f"notices:{state}"


class _Shelf(Generic[Telling]):
    """One kind of records, and those of them that were just claimed or written.

    A worker that goes on with what it holds need not read it again: its write is refused if
    somebody else wrote meanwhile, and then it reads.
    """

    def __init__(self, kind: CarrierKind, repository: Repository[Telling]) -> None:
        self.kind = kind
        self.repository: Repository[Telling] = repository
        self._held: OrderedDict[str, Held[Telling]] = OrderedDict()

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> list[Claimed]:
        held = await self.repository.claim(now=now, until=until, limit=limit)
        for each in held:
            self._remember(each)
        return [
            Claimed(carrier=Carrier(kind=self.kind, id=each.value.id), notices=each.value.notices)
            for each in held
        ]

    async def change(self, key: str, decide: Decide) -> tuple[Telling, bool]:
        """Write on what is held if that still stands, else on what is stored.

        Gives the record, and whether a person was needed for it before.
        """
        needed = False

        def decided(stored: Telling) -> Telling:
            nonlocal needed
            needed = stored.needs_a_person
            return replace(stored, notices=decide(stored.notices))

        held = self._held.pop(key, None)
        if held is not None and (written := await self._try(held, decided)) is not None:
            return written, needed
        try:
            return await self.repository.change(key, decided), needed
        except Missing as cause:
            raise NoSuchCarrier from cause

    async def _try(
        self, held: Held[Telling], decided: Callable[[Telling], Telling]
    ) -> Telling | None:
        """Write a decision on what is held; None where that is stale, or changes nothing."""
        try:
            value = decided(held.value)
        except Exception:  # noqa: BLE001 - what is held may be stale: the stored one decides
            return None
        if value == held.value:
            return None
        try:
            written = await self.repository.replace(held, value)
        except Stale:
            return None
        self._remember(written)
        return value

    def _remember(self, held: Held[Telling]) -> None:
        self._held[held.value.id] = held
        self._held.move_to_end(held.value.id)
        while len(self._held) > _REMEMBERED:
            self._held.popitem(last=False)


Found = tuple[Appointment | Errand, Notice]
"""A record of which a notice is looked for, and the notice."""


class StoredOutbox(Outbox):
    """The notices in the documents of two repositories.

    `seen_to` hears of a child of whose failed notices the last was sent again, or arrived.
    """

    def __init__(
        self,
        appointments: Repository[Appointment],
        errands: Repository[Errand],
        seen_to: SeenTo | None = None,
    ) -> None:
        self._appointments = _Shelf(CarrierKind.APPOINTMENT, appointments)
        self._errands = _Shelf(CarrierKind.ERRAND, errands)
        self._seen_to = seen_to
        self._turns = count()

    @override
    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claimed, ...]:
        """Lease of both kinds; by turns the one or the other goes first."""
        if next(self._turns) % 2:
            first = await self._errands.claim(now=now, until=until, limit=limit)
            room = limit - len(first)
            second = (
                await self._appointments.claim(now=now, until=until, limit=room) if room else []
            )
        else:
            first = await self._appointments.claim(now=now, until=until, limit=limit)
            room = limit - len(first)
            second = await self._errands.claim(now=now, until=until, limit=room) if room else []
        return (*first, *second)

    @override
    async def change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        record: Appointment | Errand
        if carrier.kind is CarrierKind.APPOINTMENT:
            record, needed = await self._appointments.change(carrier.id, decide)
        else:
            record, needed = await self._errands.change(carrier.id, decide)
        seen_to = needed and not record.needs_a_person
        if seen_to and record.child is not None and self._seen_to is not None:
            await self._seen_to(record.child)
        return record.notices

    @override
    async def by_key(self, notice: NoticeId) -> Notice | None:
        found = await self._find(key_tag(notice), lambda each: each.id == notice)
        return None if found is None else found[1]

    @override
    async def by_ref(self, provider: str, ref: str) -> Notice | None:
        found = await self._find(
            ref_tag(provider, ref), lambda each: (each.provider, each.ref) == (provider, ref)
        )
        return None if found is None else found[1]

    async def behind(self, token: str) -> Found | None:
        """Find what a family's link stands for; None for a link that is none of ours."""
        if not link.is_token(token):
            return None
        fingerprint = link.fingerprint(token)
        return await self._find(f"link:{fingerprint}", lambda each: each.link == fingerprint)

    async def _find(self, tag: str, is_it: Callable[[Notice], bool]) -> Found | None:
        for shelf in (self._appointments, self._errands):
            record = await shelf.repository.find_one(tag)
            if record is not None:
                found = (each for each in record.notices if is_it(each))
                return next(((record, notice) for notice in found), None)
        return None
