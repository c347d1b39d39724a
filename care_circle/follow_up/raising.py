"""What a family is to be told that is no appointment, as it follows from a child's file.

A visit to book when its time comes and nothing is booked (N5), a questionnaire before the
visit it is for (N6), a greeting at an address that nobody has confirmed. Which of them, when
and to whom is the pathway's data. What is told already stays told: whoever looks again, by
day or by night, wants the same errands under the same names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from care_circle.consent import Consent, Standing, standing
from care_circle.contact import Contact
from care_circle.definition.pathway import Occasion, Reminder, Told
from care_circle.documents.document import DocumentState
from care_circle.follow_up.findings import View
from care_circle.follow_up.progress import VisitStanding, VisitState, is_followed
from care_circle.telling.proof import Deed
from care_circle.tellings import telling_of
from crypto.ids import AppointmentId, ErrandId
from notifications import hours
from notifications.errand import Errand, errand_id
from notifications.notice import MAYBE_TOLD, Medium, Notice, Recipient, Rule, State, Telling

RAISED = frozenset({Rule.TO_BOOK, Rule.QUESTIONNAIRE, Rule.GREETING})
"""The rules whose errands follow from the file; the others are opened by somebody's word."""

_AHEAD = (VisitState.COMING, VisitState.DUE, VisitState.BOOKED)
_REFUSED = (Standing.OPPOSED, Standing.WITHDRAWN)
_PENDING = MAYBE_TOLD | {State.PLANNED, State.CLAIMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An errand that should be open: about what, for whom, told from when, and until when."""

    telling: Telling
    subject: str = field(repr=False)
    recipients: tuple[Recipient, ...]
    at: datetime
    expires_at: datetime


def is_refused(view: View) -> bool:
    """Tell whether a holder of authority refused or withdrew: then the family is told nothing."""
    said = view.file.consent or Consent(child=view.file.child.id)
    holders = view.file.child.holders(view.on)
    return standing(said, holders, view.pathway.signatures) in _REFUSED


def wanted_of(view: View, held: tuple[Errand, ...]) -> tuple[Wanted, ...]:
    """Give all errands that should be open, in the light of those there ever were."""
    if not is_followed(view.file, on=view.on) or is_refused(view):
        return ()
    found = [*_greetings(view, held)]
    for reminder in view.pathway.reminders:
        match reminder.on:
            case Occasion.TO_BOOK:
                found += _to_book(view, reminder, held)
            case Occasion.QUESTIONNAIRE:
                found += _questionnaires(view, reminder)
            case _:
                continue
    # What may only be told when it is over is told by nobody: a window ends before its family,
    # who has just heard of the visit, may hear of it again.
    return tuple(each for each in found if each.recipients and each.at < each.expires_at)


def errand_of(view: View, wanted: Wanted) -> ErrandId:
    """Name the errand that something wanted is, or will be."""
    return errand_id(wanted.telling.rule, view.file.child.id, wanted.subject)


def days_told(view: View) -> Iterator[date]:
    """Give the days on which something is first told, whether or not they are over."""
    for reminder in view.pathway.reminders:
        for visit in _visits(view, reminder):
            if visit.window is None:
                continue
            if reminder.on is Occasion.TO_BOOK:
                yield visit.window.opens + timedelta(days=reminder.days)
            elif reminder.on is Occasion.QUESTIONNAIRE:
                yield _anchor(view, visit, visit.window.due) + timedelta(days=reminder.days)


def _to_book(view: View, reminder: Reminder, held: tuple[Errand, ...]) -> Iterator[Wanted]:
    for visit in _visits(view, reminder):
        window = visit.window
        if window is None or visit.state not in (VisitState.COMING, VisitState.DUE):
            continue
        day = window.opens + timedelta(days=reminder.days)
        if day > view.on:
            continue
        round_ = _round(view, visit, held)
        if round_ is None:
            continue
        subject, quiet_until = round_
        told = _recipients(view, reminder)
        at = _on(view, day, telling_of(reminder).time, told)
        yield Wanted(
            telling=telling_of(reminder),
            subject=subject,
            recipients=told,
            at=at if quiet_until is None else max(at, quiet_until),
            expires_at=_begin(view, window.closes + timedelta(days=1)),
        )


def _round(
    view: View, visit: VisitStanding, held: tuple[Errand, ...]
) -> tuple[str, datetime | None] | None:
    """Name the telling of a visit to book, and say before when it must not be told.

    A family hears of one visit once, until something was booked and fell through; then again
    when the pathway's days are over since it last heard of this visit. None: not again.
    """
    rounds = [each for each in held if each.rule is Rule.TO_BOOK and _is_about(each, visit.visit)]
    last = max(rounds, key=lambda each: each.opened_at, default=None)
    heard = _last_heard(view, visit.visit, rounds)
    again = view.pathway.number("to_book_again_days")
    if last is not None and (not last.closed or not _was_told(last)):
        return last.subject, None if heard is None else _later(heard, again)
    if last is not None and again is None:
        return None
    subject = visit.visit if last is None else f"{visit.visit}:{len(rounds) + 1}"
    return subject, None if heard is None else _later(heard, again)


def _is_about(errand: Errand, visit: str) -> bool:
    return errand.subject.partition(":")[0] == visit


def _was_told(errand: Errand) -> bool:
    return any(_was_heard(each) for each in errand.notices)


def _was_heard(notice: Notice) -> bool:
    return notice.state in MAYBE_TOLD or notice.doubtful


def _last_heard(view: View, visit: str, rounds: list[Errand]) -> int | None:
    """Give when the family last heard, or is about to hear, of a visit (ms UTC)."""
    of_visits = (each for each in view.file.appointments if each.visit == visit)
    told = [n for each in of_visits for n in each.notices if n.state in _PENDING]
    told += [n for each in rounds if each.closed for n in each.notices if _was_heard(n)]
    return max((each.not_before for each in told), default=None)


def _later(heard: int, days: int | None) -> datetime:
    return hours.from_ms(heard) + timedelta(days=days or 0)


def _questionnaires(view: View, reminder: Reminder) -> Iterator[Wanted]:
    for visit in _visits(view, reminder):
        if visit.window is None or visit.state not in _AHEAD or _is_filled(view, reminder):
            continue
        anchor = _anchor(view, visit, visit.window.due)
        day = anchor + timedelta(days=reminder.days)
        if day > view.on:
            continue
        told = _recipients(view, reminder)
        yield Wanted(
            telling=telling_of(reminder),
            subject=f"{visit.visit}:{reminder.form or ''}",
            recipients=told,
            at=_on(view, day, telling_of(reminder).time, told),
            expires_at=_begin(view, max(anchor, visit.window.closes) + timedelta(days=1)),
        )


def _is_filled(view: View, reminder: Reminder) -> bool:
    """Tell whether the form is there already, for this visit or for none."""
    return any(
        each.form == reminder.form
        and each.visit in (None, reminder.visit)
        and each.state is not DocumentState.ENTERED_IN_ERROR
        for each in view.file.documents
    )


def _anchor(view: View, visit: VisitStanding, due: date) -> date:
    """Give the day a visit is on: the one it is booked for, else the one it is due on."""
    return next((each for each in _booked(view, visit.appointment)), due)


def _booked(view: View, appointment: AppointmentId | None) -> Iterator[date]:
    for each in view.file.appointments:
        if each.id == appointment:
            yield each.slot.start.date()


def _greetings(view: View, held: tuple[Errand, ...]) -> Iterator[Wanted]:
    """Ask once, at each address that nobody has confirmed, whether it is theirs."""
    days = view.pathway.number("greeting_days")
    if days is None:
        return
    telling = Telling(code="", rule=Rule.GREETING)
    for contact in view.file.child.contacts:
        if not (contact.may_be_told and contact.holds_authority(view.on)):
            continue
        for medium in contact.media():
            if medium in contact.confirmed:
                continue
            subject = f"{contact.id}:{medium}:{_addresses(contact, medium)}"
            name = errand_id(Rule.GREETING, view.file.child.id, subject)
            opened = next((each for each in held if each.id == name), None)
            begun = view.now if opened is None else opened.opened_at
            yield Wanted(
                telling=telling,
                subject=subject,
                recipients=(_by_one(contact, medium),),
                at=begun,
                expires_at=begun + timedelta(days=days),
            )


def _addresses(contact: Contact, medium: Medium) -> int:
    """Count the addresses a medium had, so that each is greeted and none is named."""
    return sum(
        each.medium is medium and each.deed is Deed.READDRESSED for each in contact.media_log
    )


def _by_one(contact: Contact, medium: Medium) -> Recipient:
    return Recipient(
        contact=contact.id, media=(medium,), language=contact.language, zone=contact.zone
    )


def _visits(view: View, reminder: Reminder) -> Iterator[VisitStanding]:
    return (each for each in view.visits if reminder.visit in (None, each.visit))


def _recipients(view: View, reminder: Reminder) -> tuple[Recipient, ...]:
    child = view.file.child
    one = reminder.to is Told.CHOSEN_HOLDER
    return child.chosen(view.on) if one else child.recipients(view.on)


def _on(view: View, day: date, hour: time | None, told: tuple[Recipient, ...]) -> datetime:
    """Give the moment at which that hour of a day has come on everybody's clocks."""
    wall = datetime.combine(day, hour or hours.OPENING)
    moments = [hours.from_ms(hours.instant(wall, each.zone)) for each in told]
    return max(moments, default=view.now)


def _begin(view: View, day: date) -> datetime:
    """Give the first moment of a day where the network works."""
    return datetime.combine(day, time(), view.file.zone).astimezone(view.now.tzinfo)
