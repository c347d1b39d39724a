"""Sessions put on a forfait and taken back: by whom, on which days, how many.

Each refusal is its own, and tells who can put it right.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from care_circle.access import Forbidden
from care_circle.actor import Actor
from care_circle.convention import Convention, NoActiveConvention
from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Due, Side, TakenBack, settle, take_back
from care_circle.early_care.forfait import Forfait, NotOfTheDiscipline
from care_circle.early_care.session import BadSession, Held, Session, overlap, require_sayable
from care_circle.mending import Mendable, Mender
from care_circle.month import Month
from care_circle.role import Profession, Role
from crypto.ids import CareSessionId, is_id


class NotTheirForfait(Forbidden, Mendable):
    """The forfait is another professional's."""

    mended_by = Mender.COORDINATOR


class BeforeOpening(Mendable, Exception):
    """The session was before the forfait was opened."""

    mended_by = Mender.COORDINATOR


class AfterItsEnd(Mendable, Exception):
    """The session was after the last day of the forfait."""

    mended_by = Mender.PHYSICIAN


class QuotaUsedUp(Mendable, Exception):
    """The forfait has no such session left."""

    mended_by = Mender.PHYSICIAN


class SlotClaimed(Mendable, Exception):
    """The professional has claimed a session with this child at that time."""

    mended_by = Mender.PROFESSIONAL


class NoConventionThatDay(NoActiveConvention, Mendable):
    """The professional had no convention in force on the day of the session."""

    mended_by = Mender.COORDINATOR


class SessionIdTaken(Exception):
    """The id was used for another session."""


class TooLateToUndo(Mendable, Exception):
    """A session is undone on the day it was claimed; later it is corrected, with a cause."""

    mended_by = Mender.PROFESSIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """Whoever claims, with all their conventions and their other sessions with the child."""

    actor: Actor
    conventions: tuple[Convention, ...]
    profession: Profession
    now: datetime
    zone: ZoneInfo
    elsewhere: tuple[Session, ...] = ()


def claim(forfait: Forfait, session: CareSessionId, held: Held, by: Claimant) -> Forfait:
    """Add a session to its forfait; the very same one a second time changes nothing.

    Raises:
        SessionIdTaken: The id stands for another session.
        NotOfTheDiscipline: The discipline is another profession's.
        NotTheirForfait: The forfait is a colleague's.
        BadSession: Minutes, note or place are out of bounds, or the id is none.
        SessionInTheFuture: It has not begun yet.
        NoConventionThatDay: No convention was in force on its day.
        BeforeOpening: It was before the forfait was opened.
        AfterItsEnd: It was after the last day of the forfait.
        SlotClaimed: The time is claimed already.
        QuotaUsedUp: There is none of its sort left.
    """
    me = by.actor.professional
    known = next((each for each in forfait.sessions if each.id == session), None)
    if known is not None:
        if (known.professional, known.held) != (me, held):
            raise SessionIdTaken
        return forfait
    if not is_id(session):
        raise BadSession
    _require_theirs(forfait, by)
    require_sayable(held, now=by.now, zone=by.zone)
    _require_covered(forfait, held, by)
    own = (*by.elsewhere, *(each for each in forfait.sessions if each.professional == me))
    if any(each.stands and overlap(each.held, held) for each in own):
        raise SlotClaimed
    if held.done and not forfait.left_of(held.part):
        raise QuotaUsedUp
    due = Due(cents=_cents(forfait, held))
    claimed = Session(id=session, professional=me, held=held, claimed_at=by.now, due=due)
    return replace(forfait, sessions=(*forfait.sessions, claimed))


def undo(forfait: Forfait, session: CareSessionId, taken: TakenBack, *, zone: ZoneInfo) -> Forfait:
    """Take a session back on the day on which it was claimed.

    Raises:
        NoSuchSession: There is none of this id.
        NotTheirForfait: Somebody else claimed it.
        TooLateToUndo: It was claimed on an earlier day.
        AlreadyTakenBack: It was taken back before.
    """
    held = forfait.session(session)
    if held.professional != taken.by:
        raise NotTheirForfait
    if held.claimed_at.astimezone(zone).date() != taken.at.astimezone(zone).date():
        raise TooLateToUndo
    return _with(forfait, held.settled(take_back(held.due, taken)))


def correct(forfait: Forfait, session: CareSessionId, taken: TakenBack, *, by: Actor) -> Forfait:
    """Take a session back at any time, for a cause; if it was stated, a credit line follows.

    Raises:
        NoSuchSession: There is none of this id.
        NotTheirForfait: Neither they nor, for them, a coordinator asks.
        AlreadyTakenBack: It was taken back before.
        TooManyWords: The words are too long.
    """
    held = forfait.session(session)
    if held.professional != by.professional and by.role is not Role.COORDINATOR:
        raise NotTheirForfait
    return _with(forfait, held.settled(take_back(held.due, taken)))


def state_on(
    forfait: Forfait, lines: frozenset[tuple[CareSessionId, Side]], month: Month
) -> Forfait:
    """Note the locked statement that holds these sessions; a second time changes nothing."""

    def noted(session: Session) -> Session:
        due = session.due
        for side in Side:
            if (session.id, side) in lines:
                due = settle(due, side, month)
        return session.settled(due)

    return replace(forfait, sessions=tuple(map(noted, forfait.sessions)))


def _require_theirs(forfait: Forfait, by: Claimant) -> None:
    if by.actor.role is not Role.PROFESSIONAL or by.actor.profession is not by.profession:
        raise NotOfTheDiscipline
    if forfait.professional not in (None, by.actor.professional):
        raise NotTheirForfait


def _require_covered(forfait: Forfait, held: Held, by: Claimant) -> None:
    if not any(convention.is_active(held.on) for convention in by.conventions):
        raise NoConventionThatDay
    if held.on < forfait.opened_on:
        raise BeforeOpening
    if held.on > forfait.last_day:
        raise AfterItsEnd


def _cents(forfait: Forfait, held: Held) -> int | None:
    """Give what a session is paid, never more than what is left of the forfait's most."""
    if not held.done:
        return 0
    tariff = forfait.tariff
    price = tariff.assessment if held.part is Part.ASSESSMENT else tariff.session
    if price is None or tariff.most is None:
        return price
    spent = sum(each.due.cents or 0 for each in forfait.sessions if each.counts)
    return min(price, tariff.most - spent)


def _with(forfait: Forfait, changed: Session) -> Forfait:
    return replace(
        forfait,
        sessions=tuple(changed if each.id == changed.id else each for each in forfait.sessions),
    )
