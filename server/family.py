"""What a family's link opens, and what may be said through it; nothing that says why.

Who holds a link needs no account, and learns what the SMS said already. Looking changes
nothing, since scanners of mail and previews of links look too; each act is a form made for
one turn of one link.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from care_circle.access import NotFound
from care_circle.appointment import OPEN, Appointment
from care_circle.child import Child, UnknownContact
from care_circle.contact import Contact
from care_circle.follow_up.duty import Reason
from care_circle.services.family_voice import FamilyVoice
from care_circle.telling.answer import Act, HalfDay, answer_of
from care_circle.telling.handing import Handing, WrongItem, is_right, opened
from care_circle.telling.link_state import (
    LinkShut,
    LinkState,
    StaleForm,
    Turn,
    miss,
    require_turn,
    take_turn,
)
from care_circle.telling.proof import Deed, Saying, Way
from care_circle.telling.reaching import may_not_know
from care_circle.telling.store import Handings, LinkStates
from notifications import hours
from notifications.errand import Errand
from notifications.notice import Medium, Notice, Rule
from server.audit import Audit
from server.storage.outbox import StoredOutbox

STAYS_OPEN = timedelta(days=1)
"""A link shows its appointment until the day after; later it opens nothing."""

ERRAND_STAYS_OPEN = timedelta(days=14)
"""How long a link to anything else opens, from the day it was first sent, at the most:
where a pathway says nothing of it."""

KEPT_AFTER = timedelta(days=90)
"""How long it is remembered, after a link is over, what was said through it, likewise."""

_FORM_BYTES = 12
_OF_MEDIUM = {
    Act.STOP: Deed.STOPPED,
    Act.RESUME: Deed.RESUMED,
    Act.NOT_ME: Deed.DISOWNED,
    Act.CONFIRM: Deed.CONFIRMED,
}
_OF_OFFICE = {
    Act.CALL_ME: Reason.CALL_BACK,
    Act.NOT_COMING: Reason.CANNOT_COME,
    Act.BOOKED_ALREADY: Reason.SAYS_BOOKED,
    Act.PAPER: Reason.PAPER_WANTED,
}
_ALWAYS = frozenset({Act.STOP, Act.RESUME, Act.NOT_ME, Act.CONFIRM, Act.CALL_ME})
_OF_APPOINTMENT = frozenset({Act.COMING, Act.NOT_COMING})
_OF_RULE: dict[Rule, frozenset[Act]] = {
    Rule.TO_BOOK: frozenset({Act.BOOKED_ALREADY}),
    Rule.MISSED: frozenset({Act.BOOKED_ALREADY}),
    Rule.QUESTIONNAIRE: frozenset({Act.RECEIVED, Act.PAPER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind a link that is good today; `over` is when it opens no more."""

    carrier: Appointment | Errand
    notice: Notice
    child: Child = field(repr=False)
    contact: Contact = field(repr=False)
    state: LinkState
    now: datetime
    handing: Handing | None = None

    @property
    def medium(self) -> Medium:
        """The medium whose notice carried the link."""
        return self.notice.medium

    @property
    def is_theirs(self) -> bool:
        """Tell whether nobody said that the address is somebody else's."""
        return self.medium not in self.contact.disowned

    @property
    def coming(self) -> bool | None:
        """Whether this person said they come, to the appointment as it stands."""
        if not isinstance(self.carrier, Appointment):
            return None
        return answer_of(self.carrier.answers, self.contact.id, self.carrier.sequence)

    @property
    def is_ahead(self) -> bool:
        """Tell whether it is an appointment that stands and has not begun."""
        carrier = self.carrier
        return (
            isinstance(carrier, Appointment)
            and carrier.status in OPEN
            and carrier.slot.is_after(self.now)
        )

    def acts(self) -> frozenset[Act]:
        """Say what may be said through this link now."""
        if not self.is_theirs:
            return frozenset()
        more = _OF_RULE.get(self.notice.rule, frozenset())
        return _ALWAYS | more | (_OF_APPOINTMENT if self.is_ahead else frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyPages:
    """Opens links, and does what is said through them."""

    outbox: StoredOutbox
    links: LinkStates
    handings: Handings
    voice: FamilyVoice
    audit: Audit
    clock: Callable[[], datetime]
    errands_open: timedelta = ERRAND_STAYS_OPEN
    kept_after: timedelta = KEPT_AFTER

    async def open(self, token: str) -> Behind:
        """Show what a link stands for, as it is now and not as it was then.

        Raises:
            NotFound: It is none of ours, over, or no longer this person's to see.
        """
        behind = await self._behind(token)
        await self._record("open_link", behind)
        return behind

    async def say(
        self, token: str, act: Act, *, form: str, half_days: tuple[HalfDay, ...] = ()
    ) -> None:
        """Do what is said through a form; sent twice, it is done once.

        Raises:
            NotFound: As `open`.
            StaleForm: The form is for another link or turn, or this cannot be said now.
            LinkShut, TooManySayings, TooManyAnswers: So much was said that only a call helps.
        """
        behind = await self._behind(token)
        turn = turn_of(token, form, behind.state.turn)
        said = Turn(act=act, at=self.clock(), half_days=half_days)
        require_turn(behind.state, turn, said)
        if act not in behind.acts():
            raise StaleForm
        await self._record(f"{act}_by_link", behind)
        await self._do(behind, act, half_days)
        blank = behind.state
        await self.links.put(blank.id, lambda held: take_turn(_kept(held, blank), turn, said))

    async def unlock(self, token: str, given: str, *, form: str) -> Handing:
        """Open what was handed over, once, to whoever knows the second item.

        A try is counted before it is looked at, so that many at once count as many; the
        fifth wrong one shuts the link, and the office calls.

        Raises:
            NotFound: As `open`, or nothing was handed over.
            StaleForm: The form is for another link or turn.
            WrongItem: It is not the second item.
            LinkShut: It was wrong too often.
        """
        behind = await self._behind(token)
        turn_of(token, form, behind.state.turn)
        handing, blank = behind.handing, behind.state
        if handing is None or not behind.is_theirs:
            raise NotFound
        counted = await self.links.put(blank.id, lambda held: miss(_kept(held, blank)))
        await self._record("try_document_by_link", behind)
        if not is_right(handing, behind.child.identity.birth_date, given):
            if counted.is_shut:
                contact, about = behind.contact.id, subject_of(behind)
                await self.voice.ask(behind.child.id, contact, Reason.LINK_SHUT, about)
                raise LinkShut
            raise WrongItem
        read = Turn(act=Act.RECEIVED, at=self.clock())
        await self.links.put(blank.id, lambda held: _read(_kept(held, blank), read))
        await self._record("open_document_by_link", behind)
        await self._of_medium(behind, Deed.CONFIRMED, Way.LINK)
        return await self.handings.put(
            handing.id, lambda held: opened(held or handing, now=behind.now)
        )

    async def stop(self, token: str) -> None:
        """Stop a medium by one click of a mailbox (RFC 8058); again, nothing changes.

        Raises:
            NotFound: As `open`.
        """
        behind = await self._behind(token)
        await self._record("stop_by_mailbox", behind)
        await self._of_medium(behind, Deed.STOPPED, Way.ONE_CLICK)

    async def _behind(self, token: str) -> Behind:
        found = await self.outbox.behind(token)
        if found is None or found[0].child is None:
            raise NotFound
        carrier, notice = found
        now, fingerprint = self.clock(), notice.link or ""
        over = _over(carrier, notice, self.errands_open)
        child = await self.voice.children.child(found[0].child)
        contact = _contact(child, notice)
        if now > over or _is_hidden(contact, notice, now):
            raise NotFound
        blank = LinkState(id=fingerprint, child=child.id, until=over + self.kept_after)
        handing = await self._handing(carrier)
        return Behind(
            carrier=carrier,
            notice=notice,
            child=child,
            contact=contact,
            state=_kept(await self.links.state(fingerprint), blank),
            now=now,
            handing=handing if handing is not None and handing.stands(now) else None,
        )

    async def _handing(self, carrier: Appointment | Errand) -> Handing | None:
        return await self.handings.handing(carrier.id) if isinstance(carrier, Errand) else None

    async def _do(self, behind: Behind, act: Act, half_days: tuple[HalfDay, ...]) -> None:
        child, contact, about = behind.child.id, behind.contact.id, subject_of(behind)
        if act in _OF_MEDIUM:
            await self._of_medium(behind, _OF_MEDIUM[act], Way.LINK)
            return
        if act in _OF_OFFICE:
            reason = _reason(behind, act)
            await self.voice.ask(child, contact, reason, about, half_days)
        if act in (Act.COMING, Act.NOT_COMING):
            coming = act is Act.COMING
            await self.voice.answer(_appointment(behind).id, contact, coming=coming)
            if coming:
                await self.voice.take_back(child, Reason.CANNOT_COME, about)
        # Whoever answers has read it here: that is the confirmation asked for once.
        await self._of_medium(behind, Deed.CONFIRMED, Way.LINK)

    async def _of_medium(self, behind: Behind, deed: Deed, way: Way) -> None:
        saying = Saying(way=way, at=self.clock(), notice=behind.notice.id)
        await self.voice.say_of_medium(
            behind.child.id, behind.contact.id, behind.medium, deed, saying
        )

    async def _record(self, action: str, behind: Behind) -> None:
        kind = "appointment" if isinstance(behind.carrier, Appointment) else "errand"
        await self.audit.record(actor=None, action=action, kind=kind, id=behind.carrier.id)


def form_of(token: str, turn: int) -> str:
    """Give what a form shown for a turn of a link carries, and no other page can know."""
    digest = hmac.digest(token.encode(), f"ronde form v1:{turn}".encode(), hashlib.sha256)
    return digest[:_FORM_BYTES].hex()


def turn_of(token: str, form: str, turn: int) -> int:
    """Say which turn a form was made for: this one or the last.

    Raises:
        StaleForm: It is for neither, or for another link.
    """
    for made_for in (turn, turn - 1):
        if hmac.compare_digest(form_of(token, made_for).encode(), form.encode()):
            return made_for
    raise StaleForm


def subject_of(behind: Behind) -> str:
    """Name what somebody asks about: one duty for each person and appointment or errand."""
    return f"{behind.carrier.id}:{behind.contact.id}"


def start_of(appointment: Appointment) -> datetime:
    """Give when an appointment begins, aware, on the clocks of its own place."""
    slot = appointment.slot
    return hours.local(hours.instant(slot.start, slot.zone), slot.zone)


def _kept(held: LinkState | None, blank: LinkState) -> LinkState:
    """Keep what is held as long as the link may open now: an appointment may have been put off."""
    return blank if held is None else replace(held, until=max(held.until, blank.until))


def _read(state: LinkState, read: Turn) -> LinkState:
    """Forgive the tries of whoever knew the item, and note that it was opened."""
    known = state.last(Act.RECEIVED)
    turns = state.turns if known is not None else (*state.turns, read)
    return replace(state, tries=0, turns=turns)


def _reason(behind: Behind, act: Act) -> Reason:
    """A call wanted after « I cannot come » is about that: one duty, not two."""
    if act is Act.CALL_ME and behind.coming is False:
        return Reason.CANNOT_COME
    return _OF_OFFICE[act]


def _appointment(behind: Behind) -> Appointment:
    if not isinstance(behind.carrier, Appointment):
        raise StaleForm
    return behind.carrier


def _contact(child: Child, notice: Notice) -> Contact:
    try:
        return child.contact(notice.contact)
    except UnknownContact:
        raise NotFound from None


def _over(carrier: Appointment | Errand, notice: Notice, errands_open: timedelta) -> datetime:
    """Say when a link opens no more: a day after an appointment, or its own time after sending."""
    sent = hours.from_ms(notice.first_try or notice.not_before)
    if isinstance(carrier, Appointment):
        return sent + errands_open if notice.rule is Rule.MISSED else start_of(carrier) + STAYS_OPEN
    over = min(carrier.expires_at + STAYS_OPEN, sent + errands_open)
    return min(over, sent) if carrier.closed else over


def _is_hidden(contact: Contact, notice: Notice, now: datetime) -> bool:
    """Tell whether this person, or whoever had the address before, may not look any more."""
    today = hours.local(hours.to_ms(now), contact.zone).date()
    if may_not_know(contact, today) is not None:
        return True
    sent = notice.first_try
    return sent is not None and any(
        line.deed is Deed.READDRESSED
        and line.medium is notice.medium
        and hours.to_ms(line.saying.at) >= sent
        for line in contact.media_log
    )
