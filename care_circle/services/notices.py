"""Use cases of what families were told: list it, send it again, say that somebody called."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.appointment import OPEN, Appointment, Status
from care_circle.child import Child, UnknownContact
from care_circle.follow_up.duty import (
    Attempt,
    ContactMedium,
    ContactOutcome,
    Duty,
    Reason,
    TooManyAttempts,
    duty_id,
    note_attempt,
    settled,
)
from care_circle.follow_up.store import Duties
from care_circle.ins import Identity
from care_circle.services.files import everything
from care_circle.services.guard import Guard
from care_circle.store import Appointments, Children, People
from care_circle.surroundings import Surroundings
from care_circle.telling.ledger import Counts, Entry, Ledger, Narrowing, Record, moment_of
from crypto.ids import AppointmentId, ChildId, ErrandId, NoticeId, ProfessionalId
from notifications import hours
from notifications.notice import Carrier, CarrierKind, Notice, Rule, SeenTo, State
from notifications.settling import NothingToResend, settle
from notifications.siblings import told_again
from notifications.store import Errands, NoSuchErrand, Outbox

LONGEST = timedelta(days=366)
"""How far back the list of all notices goes."""

_PAGE = 200
_MAYBE_RECEIVED = frozenset({State.UNKNOWN, State.SENT})


class MayHaveArrived(Exception):
    """The notice was sent, or perhaps: telling it twice is for a person to want."""


class TooLongAgo(ValueError):
    """The list of all notices goes back a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One notice with the names that the asker may know.

    The child's names are None where it concerns no child. `holder` counts those who hold
    authority, from 1; 0 for somebody else.
    """

    entry: Entry
    given_name: str | None = field(repr=False)
    family_name: str | None = field(repr=False)
    recipient: str | None = field(repr=False)
    holder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesService:
    """What families were told; all methods raise NotFound or Forbidden for others."""

    ledger: Ledger
    outbox: Outbox
    appointments: Appointments
    errands: Errands
    children: Children
    people: People
    duties: Duties
    guard: Guard
    surroundings: Surroundings

    async def page(
        self, actor: Actor, wanted: Narrowing, *, after: str = "", limit: int = 100
    ) -> tuple[tuple[Line, ...], str | None]:
        """Page through the notices of all children; also gives the cursor of what follows.

        Raises:
            TooLongAgo: They are wanted from more than a year back.
        """
        await self.guard.network(actor, Action.LIST_NOTICES, kind="notice")
        today, here = self._today(wanted.since), replace(wanted, zone=self.surroundings.zone)
        found, following = await self.ledger.page(here, today=today, after=after, limit=limit)
        return await self._lines(found), following

    async def of_child(
        self, actor: Actor, child: ChildId, wanted: Narrowing | None = None
    ) -> tuple[Line, ...]:
        """Give all that one family was told or is to be told, the latest first."""
        way = await self.guard.child(actor, Action.READ_NOTICES, child, kind="notice")
        here = None if wanted is None else replace(wanted, zone=self.surroundings.zone)
        records: list[Record] = []
        records += await everything(
            lambda after: self.appointments.of_child(child, after=after, limit=_PAGE)
        )
        records += await everything(
            lambda after: self.errands.of_child(child, after=after, limit=_PAGE)
        )
        entries = [
            Entry(record=record, notice=notice)
            for record in records
            for notice in record.notices
            if here is None or here.fits(notice, record)
        ]
        entries.sort(key=lambda each: (moment_of(each.notice), each.notice.id), reverse=True)
        return tuple(_line(each, way.child, self._on()) for each in entries)

    async def counts(self, actor: Actor, *, since: date) -> Counts:
        """Count the notices of all children by state; opens none of them.

        Raises:
            TooLongAgo: They are wanted from more than a year back.
        """
        await self.guard.network(actor, Action.LIST_NOTICES, kind="notice")
        return await self.ledger.counts(
            since=since, today=self._today(since), zone=self.surroundings.zone
        )

    async def resend(
        self, actor: Actor, carrier: Carrier, notice: NoticeId, *, even_if_received: bool
    ) -> Line:
        """Have a notice told again, and give the new one; asked again, it is the same one.

        Raises:
            MayHaveArrived: It was sent, or perhaps, and the asker did not say that they know.
            NothingToResend: It has not ended, was taken back, or no longer says what is so.
        """
        record = await self._enter(actor, Action.RESEND_NOTICE, carrier, notice)
        held = _notice(record, notice)
        if held.state in _MAYBE_RECEIVED and not even_if_received:
            raise MayHaveArrived
        if not _still_holds(record, held):
            raise NothingToResend
        now, by = self.surroundings.now(), actor.professional
        notices = await self.outbox.change(
            carrier, lambda found: told_again(found, notice, by, now=now)
        )
        first, again = held.again_of or held.id, held.again + 1
        fresh = next(n for n in notices if n.again_of == first and n.again == again)
        return await self._shown(record, fresh)

    async def settle(
        self, actor: Actor, carrier: Carrier, notice: NoticeId, *, note: str = ""
    ) -> Line:
        """Note that somebody told the family in another way: the alarm and its duty are over.

        Raises:
            NothingToSettle: It did not fail.
            NoteTooLong: The note is too long.
        """
        await self._enter(actor, Action.SETTLE_NOTICE, carrier, notice)
        at = hours.to_ms(self.surroundings.now())
        seen_to = SeenTo(by=actor.professional, at=at, note=note)
        notices = await self.outbox.change(carrier, lambda found: settle(found, notice, seen_to))
        after = await self._record(carrier)
        if after.child is not None and not after.needs_a_person:
            await self._end_duty(after.child, carrier, seen_to)
        return await self._shown(after, next(n for n in notices if n.id == notice))

    async def _end_duty(self, child: ChildId, carrier: Carrier, seen_to: SeenTo) -> None:
        """Settle the duty that the failure raised, if it was; if another one fails, it is back."""
        duty = duty_id(child, Reason.NOTICE_FAILED, carrier.id)
        with suppress(NotFound):
            await self.duties.change(duty, partial(_ended_by, seen_to, self.surroundings.today()))

    async def _enter(
        self, actor: Actor, action: Action, carrier: Carrier, notice: NoticeId
    ) -> Record:
        """Let somebody at a record; a stranger is told that there is none."""
        record = await self._record(carrier)
        if record.child is None:
            await self.guard.network(actor, action, kind="notice", thing=notice)
        else:
            await self.guard.child(actor, action, record.child, kind="notice", thing=notice)
        return record

    async def _record(self, carrier: Carrier) -> Record:
        try:
            if carrier.kind is CarrierKind.ERRAND:
                return await self.errands.errand(ErrandId(carrier.id))
        except NoSuchErrand:
            raise NotFound from None
        return await self.appointments.appointment(AppointmentId(carrier.id))

    async def _shown(self, record: Record, notice: Notice) -> Line:
        (line,) = await self._lines((Entry(record=record, notice=notice),))
        return line

    async def _lines(self, entries: tuple[Entry, ...]) -> tuple[Line, ...]:
        """Put names to notices; each child is read once."""
        known: dict[ChildId, Child] = {}
        lines: list[Line] = []
        for each in entries:
            child = each.record.child
            if child is None:
                lines.append(await self._of_colleague(each))
                continue
            if child not in known:
                known[child] = await self.children.child(child)
            lines.append(_line(each, known[child], self._on()))
        return tuple(lines)

    async def _of_colleague(self, entry: Entry) -> Line:
        name = None
        with suppress(NotFound):
            who = await self.people.professional(ProfessionalId(entry.notice.contact))
            name = f"{who.given_name} {who.family_name}"
        return Line(entry=entry, given_name=None, family_name=None, recipient=name, holder=0)

    def _today(self, since: date) -> date:
        today = self.surroundings.today()
        if today - since > LONGEST:
            raise TooLongAgo
        return today

    def _on(self) -> date:
        return self.surroundings.today()


def _line(entry: Entry, child: Child, on: date) -> Line:
    identity = child.identity
    try:
        contact = child.contact(entry.notice.contact)
    except UnknownContact:
        contact = None
    name = None if contact is None else f"{contact.given_name} {contact.family_name}".strip()
    holders = [each.id for each in child.contacts if each.holds_authority(on)]
    held = entry.notice.contact
    return Line(
        entry=entry,
        given_name=_given_name(identity),
        family_name=identity.usual_family_name or identity.birth_family_name,
        recipient=name,
        holder=holders.index(held) + 1 if held in holders else 0,
    )


def _given_name(identity: Identity) -> str:
    return identity.usual_given_name or next(iter(identity.birth_given_names), "")


def _notice(record: Record, notice: NoticeId) -> Notice:
    held = next((each for each in record.notices if each.id == notice), None)
    if held is None:
        raise NotFound
    return held


def _still_holds(record: Record, notice: Notice) -> bool:
    """Tell whether a notice still says what is so of its appointment or errand."""
    if not isinstance(record, Appointment):
        return not record.closed
    if notice.rule is Rule.CANCELLED:
        return record.status is Status.CANCELLED and notice.sequence == record.sequence
    if notice.rule is Rule.MISSED:
        return record.status is Status.MISSED
    return record.status in OPEN and notice.sequence == record.sequence


def _ended_by(seen_to: SeenTo, today: date, duty: Duty) -> Duty:
    """Write the call down on a duty that is open, and settle it."""
    if duty.ending is not None:
        return duty
    now = hours.from_ms(seen_to.at)
    call = Attempt(
        id=f"{duty.id}:{seen_to.at}",
        on=today,
        medium=ContactMedium.PHONE,
        outcome=ContactOutcome.REACHED,
        by=ProfessionalId(seen_to.by),
        note=seen_to.note,
    )
    with suppress(TooManyAttempts):
        duty = note_attempt(duty, call, today=today)
    return settled(duty, now=now)
