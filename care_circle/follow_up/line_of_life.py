"""One child's line of life as it is shown: what was, in order, and what is to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from care_circle.actor import Actor
from care_circle.ages import is_corrected, term_date
from care_circle.appointment import OPEN, Status
from care_circle.definition.pathway import Pathway, UnknownForm
from care_circle.documents.document import DocumentState, is_readable
from care_circle.follow_up.expected import Expected
from care_circle.follow_up.findings import Finding, FindingCode
from care_circle.follow_up.follow_up import FollowUp, Moment
from care_circle.follow_up.header import ChildHeader
from care_circle.follow_up.life import DocumentHead, Life, standings
from care_circle.follow_up.progress import Loss, VisitStanding
from crypto.ids import ProfessionalId


class EventKind(StrEnum):
    """What happened, or is planned."""

    BIRTH = "birth"
    TERM = "term"
    DISCHARGE = "discharge"
    INCLUSION = "inclusion"
    CIRCLE_OPENED = "circle_opened"
    CIRCLE_CLOSED = "circle_closed"
    APPOINTMENT = "appointment"
    DOCUMENT = "document"
    PRESCRIPTION = "prescription"
    FORFAIT_OPENED = "forfait_opened"
    FIRST_SESSION = "first_session"
    FORFAIT_ENDED = "forfait_ended"
    MEETING = "meeting"
    PLAN_REVIEW = "plan_review"
    MOVE = "move"
    DEPARTURE = "departure"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """One point of the line. `code` is a form, a visit, a discipline or a reason.

    `state` is where an appointment or a document stands; `subject` is the id of what it is.
    """

    on: date
    kind: EventKind
    code: str = ""
    subject: str = ""
    state: str = ""
    professional: ProfessionalId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOfLife:
    """The line. `events` are in the order of time; those after `on` are planned.

    `expected` are the forms nobody has signed yet, with the last day in time. `loss` says
    that the child is lost to follow-up.
    """

    child: ChildHeader
    on: date
    visits: tuple[VisitStanding, ...]
    expected: tuple[Expected, ...]
    events: tuple[LifeEvent, ...]
    findings: tuple[Finding, ...]
    loss: Loss | None


def line_of(
    followed: FollowUp,
    header: ChildHeader,
    pathway: Pathway,
    *,
    actor: Actor,
    member: bool,
    moment: Moment,
) -> LineOfLife:
    """Draw a child's line as somebody may see it: of documents only those they may read."""
    life = followed.life
    events = [*_of_the_child(life, pathway), *_of_appointments(life), *_of_care(life)]
    heads = [each for each in life.documents if may_read(each, pathway, actor=actor, member=member)]
    events += _of_documents(heads, moment)
    events += _of_plan(life, heads)
    return LineOfLife(
        child=header,
        on=moment.on,
        visits=standings(life.visits, pathway),
        expected=life.expected,
        events=tuple(sorted(events, key=lambda each: (each.on, each.kind, each.subject))),
        findings=life.findings,
        loss=life.loss,
    )


def _of_the_child(life: Life, pathway: Pathway) -> Iterator[LifeEvent]:
    yield LifeEvent(on=life.birth_date, kind=EventKind.BIRTH)
    if life.gestational_age is not None and is_corrected(life.gestational_age, pathway.reckoning):
        term = term_date(life.birth_date, life.gestational_age, pathway.reckoning)
        yield LifeEvent(on=term, kind=EventKind.TERM)
    days = (
        (life.discharged_on, EventKind.DISCHARGE),
        (life.included_on, EventKind.INCLUSION),
        (life.opened_on, EventKind.CIRCLE_OPENED),
        (life.closed_on, EventKind.CIRCLE_CLOSED),
        (life.left_on, EventKind.MOVE),
    )
    for day, kind in days:
        if day is not None:
            yield LifeEvent(on=day, kind=kind)
    for met in life.meetings:
        yield LifeEvent(on=met, kind=EventKind.MEETING)
    if life.leaving is not None:
        yield LifeEvent(on=life.leaving.on, kind=EventKind.DEPARTURE, code=life.leaving.reason)


def _of_appointments(life: Life) -> Iterator[LifeEvent]:
    for each in life.appointments:
        if each.status in (*OPEN, Status.HONOURED, Status.MISSED):
            yield LifeEvent(
                on=each.slot.start.date(),
                kind=EventKind.APPOINTMENT,
                code=each.visit or "",
                subject=each.id,
                state=each.status,
                professional=each.professional,
            )


def _of_documents(heads: Iterable[DocumentHead], moment: Moment) -> Iterator[LifeEvent]:
    for each in heads:
        if each.state is not DocumentState.ENTERED_IN_ERROR:
            yield LifeEvent(
                on=moment.day_of(each.signed_at or each.saved_at),
                kind=EventKind.DOCUMENT,
                code=each.form,
                subject=each.id,
                state=each.state,
                professional=each.author,
            )


def _of_plan(life: Life, heads: Iterable[DocumentHead]) -> Iterator[LifeEvent]:
    """Tell of a plan whose review is due, to whoever may read the plan."""
    shown = {each.id for each in heads}
    for each in life.findings:
        if each.code is FindingCode.PLAN_REVIEW and each.subject in shown and each.since:
            yield LifeEvent(on=each.since, kind=EventKind.PLAN_REVIEW, subject=each.subject)


def _of_care(life: Life) -> Iterator[LifeEvent]:
    for each in life.early_care.prescriptions:
        yield LifeEvent(
            on=each.signed_on,
            kind=EventKind.PRESCRIPTION,
            code=each.discipline,
            subject=each.id,
            professional=each.prescriber,
        )
    for forfait in life.early_care.forfaits:
        days = (
            (forfait.opened_on, EventKind.FORFAIT_OPENED),
            (forfait.first_session_on, EventKind.FIRST_SESSION),
            (forfait.last_day, EventKind.FORFAIT_ENDED),
        )
        for day, kind in days:
            if day is not None:
                yield LifeEvent(
                    on=day,
                    kind=kind,
                    code=forfait.discipline,
                    subject=forfait.id,
                    professional=forfait.professional,
                )


def may_read(head: DocumentHead, pathway: Pathway, *, actor: Actor, member: bool) -> bool:
    """Tell whether somebody may know of a document; of a form that is gone nobody may."""
    try:
        form = pathway.form_of(head.form, head.version)
    except UnknownForm:
        return False
    return is_readable(head.state, form, actor, member=member)
