"""What is wrong or waits in a child's follow-up, each with what mends it.

A finding follows from a file, a day and the pathway alone. It names the thing it is about
(a visit, a document, a prescription), since when, and what exactly is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from care_circle.ages import CountedFrom, add_months
from care_circle.consent import Consent, Standing, standing
from care_circle.definition.follow_up_terms import FollowUpTerms
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import DocumentState
from care_circle.early_care.glance import PrescriptionGlance
from care_circle.follow_up.expected import expected_forms
from care_circle.follow_up.progress import (
    ChildFile,
    VisitStanding,
    VisitState,
    is_followed,
    loss_of,
    unsettled,
)
from care_circle.follow_up.untold import untold
from care_circle.ins import Reliability
from care_circle.meetings.plan import plan_of
from crypto.ids import ProfessionalId

MONTHS_IN_A_YEAR = 12


class FindingCode(StrEnum):
    """Everything that can be found, the gravest first: these are also the board's filters."""

    LOST = "lost"
    VISIT_LATE = "visit_late"
    NOTICE_FAILED = "notice_failed"
    NO_REFERRING_PHYSICIAN = "no_referring_physician"
    CONSENT_MISSING = "consent_missing"
    PRESCRIPTION_WITHOUT_FORFAIT = "prescription_without_forfait"
    PRESCRIPTION_WITHOUT_SESSION = "prescription_without_session"
    VISIT_TO_BOOK = "visit_to_book"
    APPOINTMENT_UNSETTLED = "appointment_unsettled"
    CONVENTION_ENDING = "convention_ending"
    DOCUMENT_UNSIGNED = "document_unsigned"
    FORFAIT_NEAR_END = "forfait_near_end"
    MEETING_DUE = "meeting_due"
    PLAN_REVIEW = "plan_review"
    FILE_INCOMPLETE = "file_incomplete"
    IDENTITY_UNQUALIFIED = "identity_unqualified"
    AGE_REACHED = "age_reached"


class Missing(StrEnum):
    """What a file can lack beside forms, which are named as `form:F05`."""

    GESTATIONAL_AGE = "gestational_age"
    DISCHARGE = "discharged_on"
    HOLDER = "holder_of_authority"
    REACHABLE = "reachable_contact"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    `subject` is a visit's code or an id, empty for the child itself. `since` is the day it
    began, `until` a day to come that matters. `missing` are words of `Missing` and forms, or
    which notices failed and what helps.
    `who` is the professional whose move it is, where it is one's.
    """

    code: FindingCode
    subject: str = ""
    since: date | None = None
    until: date | None = None
    missing: tuple[str, ...] = ()
    who: ProfessionalId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A file as it is looked at: on which day, by which pathway, visits already placed."""

    file: ChildFile
    visits: tuple[VisitStanding, ...]
    pathway: Pathway
    terms: FollowUpTerms
    on: date
    now: datetime


def findings_of(view: View) -> tuple[Finding, ...]:
    """Find all there is, the gravest first; of a child who is not followed only loose ends."""
    found = [*_of_appointments(view)]
    if is_followed(view.file, on=view.on):
        for look in (_of_visits, _of_the_child, _of_documents, _of_early_care, _of_people):
            found += look(view)
    order = list(FindingCode)
    return tuple(sorted(found, key=lambda each: (order.index(each.code), each.subject)))


def _of_appointments(view: View) -> Iterator[Finding]:
    for each in unsettled(view.file.appointments, now=view.now):
        yield Finding(
            code=FindingCode.APPOINTMENT_UNSETTLED,
            subject=each.id,
            since=each.slot.start.date(),
            who=each.professional,
        )
    for subject, words in untold(view.file):
        yield Finding(code=FindingCode.NOTICE_FAILED, subject=subject, missing=words)


def _of_visits(view: View) -> Iterator[Finding]:
    loss = loss_of(view.file, view.visits, view.terms, on=view.on)
    if loss is not None:
        yield Finding(
            code=FindingCode.LOST, subject=loss.visits[0], since=loss.since, missing=loss.visits
        )
    opens = view.terms.booking_opens_days
    for visit in view.visits:
        if visit.window is None:
            continue
        if visit.state is VisitState.LATE:
            late = _next(visit.window.closes)
            yield Finding(code=FindingCode.VISIT_LATE, subject=visit.visit, since=late)
        elif opens is not None and visit.state in (VisitState.COMING, VisitState.DUE):
            begins = visit.window.opens - timedelta(days=opens)
            if begins <= view.on:
                yield Finding(
                    code=FindingCode.VISIT_TO_BOOK,
                    subject=visit.visit,
                    since=begins,
                    until=visit.window.closes,
                )


def _of_the_child(view: View) -> Iterator[Finding]:
    child, included = view.file.child, view.file.child.decision
    since = None if included is None else included.on
    if child.referring_physician is None:
        yield Finding(code=FindingCode.NO_REFERRING_PHYSICIAN, since=since)
    consent = view.file.consent or Consent(child=child.id)
    if standing(consent, child.holders(view.on), view.pathway.signatures) is not Standing.GIVEN:
        yield Finding(code=FindingCode.CONSENT_MISSING, since=since)
    if child.identity.reliability is not Reliability.QUALIFIED:
        yield Finding(code=FindingCode.IDENTITY_UNQUALIFIED, since=since)
    oldest = view.terms.oldest_months
    if oldest is not None:
        over = [_next(visit.window.closes) for visit in view.visits if visit.window is not None]
        leaves = max((add_months(child.identity.birth_date, oldest), *over))
        if leaves <= view.on:
            yield Finding(code=FindingCode.AGE_REACHED, since=leaves)


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _of_documents(view: View) -> Iterator[Finding]:
    days = view.terms.unsigned_after_days
    for document in view.file.documents:
        if days is not None and document.state is DocumentState.DRAFT:
            saved = view.file.day_of(document.current.saved_at)
            if saved + timedelta(days=days) < view.on:
                yield Finding(
                    code=FindingCode.DOCUMENT_UNSIGNED,
                    subject=document.id,
                    since=saved,
                    who=document.author,
                )
    plan = plan_of(view.file.documents, view.pathway)
    if plan is not None and _is_past(plan.review_on, view.on):
        yield Finding(
            code=FindingCode.PLAN_REVIEW,
            subject=plan.document,
            since=plan.review_on,
            who=plan.author,
        )
    missing = tuple(_missing(view))
    if missing:
        yield Finding(code=FindingCode.FILE_INCOMPLETE, missing=missing)


def _missing(view: View) -> Iterator[str]:
    """Name what the calendar, the notices and the forms need and do not have."""
    child, counted = view.file.child, {visit.counted for visit in view.pathway.visits}
    if CountedFrom.CORRECTED in counted and child.perinatal.gestational_age is None:
        yield Missing.GESTATIONAL_AGE
    if CountedFrom.DISCHARGE in counted and child.perinatal.discharged_on is None:
        yield Missing.DISCHARGE
    if not child.holders(view.on):
        yield Missing.HOLDER
    elif not child.recipients(view.on):
        yield Missing.REACHABLE
    if view.file.circle is None:
        yield Missing.CIRCLE
    late = (each.form for each in expected_forms(view.file, view.pathway) if each.by < view.on)
    yield from sorted({f"form:{form}" for form in late})


def _of_early_care(view: View) -> Iterator[Finding]:
    for prescription in view.file.early_care.prescriptions:
        yield from _of_prescription(prescription, view)
    for forfait in view.file.early_care.forfaits:
        if not forfait.closed and (forfait.near_end or view.on > forfait.last_day):
            yield Finding(
                code=FindingCode.FORFAIT_NEAR_END,
                subject=forfait.id,
                since=forfait.opened_on,
                until=forfait.last_day,
                who=forfait.professional,
            )
    if is_meeting_due(view):
        yield Finding(code=FindingCode.MEETING_DUE, since=max(view.file.meetings, default=None))


def _of_prescription(prescription: PrescriptionGlance, view: View) -> Iterator[Finding]:
    """Tell of a prescription that waits for its forfait, or for its first session."""
    care, on = view.file.early_care, view.on
    if prescription.forfait is None and on >= prescription.lapses_on:
        return
    if prescription.forfait is None and _is_past(prescription.open_by, on):
        yield Finding(
            code=FindingCode.PRESCRIPTION_WITHOUT_FORFAIT,
            subject=prescription.id,
            since=prescription.signed_on,
            until=prescription.lapses_on,
        )
    waits = care.first_session_of(prescription.id) is None
    forfait = next((each for each in care.forfaits if each.id == prescription.forfait), None)
    over = forfait is not None and (forfait.closed or on > forfait.last_day)
    if waits and not over and _is_past(prescription.session_by, on):
        yield Finding(
            code=FindingCode.PRESCRIPTION_WITHOUT_SESSION,
            subject=prescription.id,
            since=prescription.signed_on,
            who=None if forfait is None else forfait.professional,
        )


def _is_past(day: date | None, on: date) -> bool:
    return day is not None and day < on


def is_meeting_due(view: View) -> bool:
    """Tell whether the professionals should meet: enough care runs, too few met in a year."""
    terms, on = view.pathway.meetings, view.on
    if terms is None:
        return False
    running = sum(each.is_running(on) for each in view.file.early_care.forfaits)
    since = add_months(on, -MONTHS_IN_A_YEAR)
    met = sum(since < day <= on for day in view.file.meetings)
    return running >= terms.active_cares and met < terms.least_per_year


def _of_people(view: View) -> Iterator[Finding]:
    """Tell of conventions that end soon, or ended, with no other in force after them."""
    days = view.terms.convention_ends_days
    if days is None:
        return
    ahead = view.on + timedelta(days=days)
    people = {each.professional for each in view.file.conventions}
    for person in sorted(people):
        held = [each for each in view.file.conventions if each.professional == person]
        ends = [each.active_to for each in held if each.signed_on is not None]
        known = [day for day in ends if day is not None]
        if known and len(known) == len(ends) and max(known) < ahead:
            yield Finding(
                code=FindingCode.CONVENTION_ENDING,
                subject=person,
                until=max(known),
                who=person,
            )
