"""A child's line of life, kept ready: what was, what is due, what is late, and until when.

`FollowUp` follows from a file, a pathway and a moment alone. It says itself when it is no
longer true though nobody wrote anything: `due` is the next moment at which the calendar
changes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care_circle.ages import add_months, completed_months
from care_circle.appointment import OPEN
from care_circle.definition.follow_up_terms import FollowUpTerms, terms_of
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import DocumentState
from care_circle.follow_up.expected import expected_forms
from care_circle.follow_up.findings import (
    MONTHS_IN_A_YEAR,
    FindingCode,
    View,
    findings_of,
)
from care_circle.follow_up.life import Asked, Life, appointment_heads, document_heads, mark_of
from care_circle.follow_up.progress import ChildFile, loss_of, stage_of, visits_of
from care_circle.follow_up.raising import days_told
from care_circle.meetings.plan import review_day
from care_circle.role import Role
from crypto.ids import ChildId, CircleId, ProfessionalId, StructureId
from notifications.hours import from_ms, instant

LOOKED_AT_LEAST_EVERY = timedelta(days=28)
"""What slipped every other net is mended after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One child's follow-up as of `at`; `due` is when it must be looked at again.

    `pathway` is the id and version of the definition it follows from. `coordinators` are
    those of the circle. `department` and `structure` are the referring physician's.
    `age_years`: completed years, not corrected.
    """

    child: ChildId
    pathway: str
    at: datetime
    due: datetime
    circle: CircleId | None
    roster: tuple[ProfessionalId, ...]
    coordinators: tuple[ProfessionalId, ...]
    physician: ProfessionalId | None
    structure: StructureId | None
    department: str | None
    age_years: int
    codes: tuple[FindingCode, ...]
    life: Life = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment, and the day it is where the network works."""

    now: datetime
    zone: ZoneInfo

    @property
    def on(self) -> date:
        """The day it is."""
        return self.day_of(self.now)

    def day_of(self, at: datetime) -> date:
        """Give the day another moment falls on."""
        return at.astimezone(self.zone).date()

    def begin_of(self, day: date) -> datetime:
        """Give the first moment of a day."""
        return datetime.combine(day, time(), self.zone).astimezone(self.now.tzinfo)


def written(pathway: Pathway) -> str:
    """Name a definition by its id and version."""
    return f"{pathway.id}@{pathway.version}"


def follow_up_of(
    file: ChildFile, pathway: Pathway, moment: Moment, *, asked: Asked | None = None
) -> FollowUp:
    """Follow a child up, as things stand at a moment."""
    child, circle = file.child, file.circle
    view = view_of(file, pathway, moment)
    life = _life(view, asked or {})
    members = () if circle is None else circle.members
    return FollowUp(
        child=child.id,
        pathway=written(pathway),
        at=moment.now,
        due=_due(view, moment),
        circle=None if circle is None else circle.id,
        roster=tuple(sorted({each.professional for each in members})),
        coordinators=tuple(
            sorted({each.professional for each in members if each.role == Role.COORDINATOR})
        ),
        physician=child.referring_physician,
        structure=file.structure,
        department=file.department,
        age_years=completed_months(child.identity.birth_date, moment.on) // MONTHS_IN_A_YEAR,
        codes=tuple(dict.fromkeys(each.code for each in life.findings)),
        life=life,
    )


def view_of(file: ChildFile, pathway: Pathway, moment: Moment) -> View:
    """Look at a file at a moment."""
    return View(
        file=file,
        visits=visits_of(file, pathway, on=moment.on),
        pathway=pathway,
        terms=terms_of(pathway),
        on=moment.on,
        now=moment.now,
    )


def next_change(view: View) -> date | None:
    """Give the next day on which the calendar alone may change anything, if there is one."""
    days = (
        *_days_of_visits(view),
        *_days_of_the_child(view),
        *_days_of_documents(view),
        *_days_of_care(view),
    )
    return min((day for day in days if view.on < day < date.max), default=None)


def _due(view: View, moment: Moment) -> datetime:
    """Give the moment of the next change: a day's beginning, or that of an appointment."""
    day = next_change(view)
    begins = (
        from_ms(instant(each.slot.start, each.slot.zone))
        for each in view.file.appointments
        if each.status in OPEN
    )
    moments = [begin for begin in begins if begin > moment.now]
    if day is not None:
        moments.append(moment.begin_of(day))
    return min((*moments, moment.now + LOOKED_AT_LEAST_EVERY))


def _life(view: View, asked: Asked) -> Life:
    file, child = view.file, view.file.child
    identity, decision, circle = child.identity, child.decision, file.circle
    return Life(
        given_name=identity.usual_given_name or next(iter(identity.birth_given_names), ""),
        family_name=identity.usual_family_name or identity.birth_family_name,
        birth_date=identity.birth_date,
        sex=identity.sex,
        gestational_age=child.perinatal.gestational_age,
        discharged_on=child.perinatal.discharged_on,
        included_on=None if decision is None else decision.on,
        reasons=() if decision is None else decision.reasons,
        opened_on=None if circle is None else file.day_of(circle.opened_at),
        closed_on=file.day_of(circle.closed_at) if circle and circle.closed_at else None,
        left_on=child.left_territory_on,
        leaving=file.leaving,
        stage=stage_of(file, on=view.on),
        loss=loss_of(file, view.visits, view.terms, on=view.on),
        visits=tuple(map(mark_of, view.visits)),
        appointments=appointment_heads(file),
        documents=document_heads(file, asked),
        expected=expected_forms(file, view.pathway),
        early_care=file.early_care,
        meetings=file.meetings,
        findings=findings_of(view),
    )


def _days_of_visits(view: View) -> Iterator[date]:
    """Give the days on which a visit opens, is to be booked, is late, or makes a child lost."""
    terms = view.terms
    for visit in view.visits:
        if visit.window is None:
            continue
        yield visit.window.opens
        yield _after(visit.window.closes)
        if terms.booking_opens_days is not None:
            yield visit.window.opens - timedelta(days=terms.booking_opens_days)
        if terms.lost_after_months is not None:
            yield _after(add_months(visit.window.closes, terms.lost_after_months))
    yield from days_told(view)
    for each in view.file.appointments:
        if each.status in OPEN:
            yield _after(each.slot.start.date())


def _days_of_the_child(view: View) -> Iterator[date]:
    """Give the days on which child, family or people round them change by themselves."""
    file, child = view.file, view.file.child
    birth = child.identity.birth_date
    years = completed_months(birth, view.on) // MONTHS_IN_A_YEAR + 1
    yield add_months(birth, years * MONTHS_IN_A_YEAR)
    if view.terms.oldest_months is not None:
        yield add_months(birth, view.terms.oldest_months)
    for day in (child.left_territory_on, None if file.leaving is None else file.leaving.on):
        if day is not None:
            yield day
    for authority in (each for contact in child.contacts for each in contact.authorities):
        if authority.since is not None:
            yield authority.since
        if authority.until is not None:
            yield _after(authority.until)
    yield from _days_of_conventions(file, view.terms)


def _days_of_conventions(file: ChildFile, terms: FollowUpTerms) -> Iterator[date]:
    for convention in file.conventions:
        if convention.active_to is not None and terms.convention_ends_days is not None:
            yield _after(convention.active_to - timedelta(days=terms.convention_ends_days))


def _days_of_documents(view: View) -> Iterator[date]:
    """Give the days on which a draft has waited too long, a form or a plan's review is late."""
    file, days = view.file, view.terms.unsigned_after_days
    for document in file.documents:
        if days is not None and document.state is DocumentState.DRAFT:
            saved = file.day_of(document.current.saved_at)
            yield _after(saved + timedelta(days=days))
    review = review_day(file.documents, view.pathway)
    if review is not None:
        yield _after(review)
    for expected in expected_forms(file, view.pathway):
        yield _after(expected.by)


def _days_of_care(view: View) -> Iterator[date]:
    """Give the days on which prescriptions, forfaits and meetings become late."""
    file = view.file
    for prescription in file.early_care.prescriptions:
        yield prescription.lapses_on
        for day in (prescription.open_by, prescription.session_by):
            if day is not None:
                yield _after(day)
    for forfait in file.early_care.forfaits:
        yield forfait.opened_on
        yield _after(forfait.last_day)
    yield from _days_of_meetings(file.meetings)


def _days_of_meetings(meetings: tuple[date, ...]) -> Iterator[date]:
    """Give the days on which a meeting begins to count, or counts no more.

    A month's end is clamped, so the year since one may be over up to three days later.
    """
    for met in meetings:
        yield met
        year = add_months(met, MONTHS_IN_A_YEAR)
        yield from (year + timedelta(days=late) for late in range(4))


def _after(day: date) -> date:
    """Give the day after; who writes the calendar's last day means that there is none."""
    return day if day == date.max else day + timedelta(days=1)
