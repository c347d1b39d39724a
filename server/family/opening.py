"""Opens families' links, and does what is said through them.

Looking changes nothing, since scanners of mail and previews of links look too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from care_circle.access import NotFound
from care_circle.appointment import Appointment
from care_circle.child import Child, UnknownContact
from care_circle.contact import Contact
from care_circle.follow_up.duty import Reason
from care_circle.services.family_voice import FamilyVoice
from care_circle.telling.answer import Act, HalfDay
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
from care_circle.telling.store import Handings, LinkStates
from notifications.errand import Errand
from notifications.notice import Notice
from server.audit import Audit
from server.family.link import Behind, ends, is_hidden, subject_of, turn_of
from server.storage.outbox import StoredOutbox

ERRAND_STAYS_OPEN = timedelta(days=14)
"""How long a link to anything else opens, from the day it was first sent, at the most:
where a pathway says nothing of it."""

KEPT_AFTER = timedelta(days=90)
"""How long it is remembered, after a link is over, what was said through it, likewise."""

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

    async def is_known(self, token: str) -> bool:
        """Tell whether we ever gave out a link, whatever became of it; nothing is recorded."""
        return await self.outbox.behind(token) is not None

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
        over = ends(carrier, notice, self.errands_open)
        child = await self.voice.children.child(found[0].child)
        contact = _contact(child, notice)
        if now > over or is_hidden(contact, notice, now):
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
