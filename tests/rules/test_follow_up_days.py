"""Days are those of the place where the network works: late evenings, and the change of clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.contact import Authority, LegalStatus
from care_circle.definition.inclusion import Decision
from care_circle.documents.document import Document, Version
from care_circle.follow_up.board import Act, act_of
from care_circle.follow_up.expected import expected_forms
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import Moment, follow_up_of
from care_circle.follow_up.header import header_from
from care_circle.follow_up.line_of_life import EventKind, line_of
from care_circle.follow_up.progress import UTC as GREENWICH
from care_circle.follow_up.progress import ChildFile, VisitState
from care_circle.role import Role
from crypto.ids import CircleId, DocumentId, ProfessionalId, new_id
from tests.support.care import PATHWAY, child

PARIS = ZoneInfo("Europe/Paris")
BEN = ProfessionalId("ben")
FAMILY = child()
LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
"""Half past midnight in Paris, of the day that follows."""

SPRING = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
"""Half an hour into the day of 23 hours: at two o'clock it is three."""


def file(**changes: object) -> ChildFile:
    circle = Circle(
        id=CircleId("circle"), child=FAMILY.id, chain=(), participations=(), opened_at=LATE
    )
    made = ChildFile(child=FAMILY, circle=circle, zone=PARIS)
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a file


def document(form: str, at: datetime, *, visit: str | None = None, signed: bool = True) -> Document:
    version = Version(
        number=1, answers={}, author=BEN, saved_at=at, signed_at=at if signed else None
    )
    return Document(
        id=DocumentId(new_id()),
        child=FAMILY.id,
        circle=CircleId("circle"),
        form=form,
        form_version="1",
        visit=visit,
        author=BEN,
        edition=1,
        versions=(version,),
    )


def moment(now: datetime) -> Moment:
    return Moment(now=now, zone=PARIS)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (LATE, date(2026, 11, 21)),
        (LATE - timedelta(hours=1), date(2026, 11, 20)),
        (SPRING, date(2027, 3, 28)),
        (SPRING + timedelta(hours=22, minutes=20), date(2027, 3, 28)),
        (SPRING + timedelta(hours=23), date(2027, 3, 29)),
    ],
)
def test_a_visit_is_done_on_the_day_it_was_signed_there(at: datetime, day: date) -> None:
    signed = file(documents=(document("F26", at, visit="V24"),))

    there = follow_up_of(signed, PATHWAY, moment(at + timedelta(days=2)))
    elsewhere = follow_up_of(
        replace(signed, zone=GREENWICH), PATHWAY, moment(at + timedelta(days=2))
    )

    assert {v.visit: v.done_on for v in there.life.visits}["V24"] == day
    assert {v.visit: v.done_on for v in elsewhere.life.visits}["V24"] == at.date()


def test_a_form_is_due_so_many_days_after_the_day_another_was_signed_there() -> None:
    form, after, days = next(
        (form.code, form.due.after, form.due.days)
        for form in PATHWAY.forms.values()
        if form.due is not None and form.due.after in PATHWAY.forms and not form.visits
    )

    found = expected_forms(file(documents=(document(after, LATE),)), PATHWAY)

    by = {each.form: each.by for each in found}[form]
    assert by == date(2026, 11, 21) + timedelta(days=days)


def test_nobody_is_late_with_a_child_who_was_not_in_the_pathway_yet() -> None:
    form, days = next(
        (form.code, form.due.days)
        for form in PATHWAY.forms.values()
        if form.due is not None and form.due.after == "discharge" and not form.visits
    )
    home, included = date(2026, 1, 10), date(2026, 9, 1)
    decision = Decision(reasons=("INC-1",), version="1", on=included, by=BEN)
    perinatal = replace(FAMILY.perinatal, discharged_on=home)
    waiting = replace(FAMILY, perinatal=perinatal, decision=None)

    before = {e.form: e.by for e in expected_forms(file(child=waiting), PATHWAY)}
    since = {
        e.form: e.by
        for e in expected_forms(file(child=replace(waiting, decision=decision)), PATHWAY)
    }

    assert before[form] == home + timedelta(days=days)
    assert since[form] == included + timedelta(days=days)


def test_a_draft_waits_from_the_day_it_was_written_there() -> None:
    days = PATHWAY.number("unsigned_document_days")
    assert days is not None
    waiting = file(documents=(document("F38", LATE, signed=False),))
    last = datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(days=days)

    in_time = follow_up_of(waiting, PATHWAY, moment(last))
    too_long = follow_up_of(waiting, PATHWAY, moment(last + timedelta(days=1)))

    assert FindingCode.DOCUMENT_UNSIGNED not in in_time.codes
    assert FindingCode.DOCUMENT_UNSIGNED in too_long.codes
    (found,) = (e for e in too_long.life.findings if e.code is FindingCode.DOCUMENT_UNSIGNED)
    assert found.since == date(2026, 11, 21)


def test_a_plan_is_to_be_reviewed_from_the_day_after_it_said_and_no_more_once_it_is() -> None:
    review, before = date(2026, 12, 1), datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
    planned = file(documents=(plan(review, LATE),))
    again = file(documents=(*planned.documents, plan(date(2027, 12, 1), before)))

    in_time = follow_up_of(planned, PATHWAY, moment(before))
    late = follow_up_of(planned, PATHWAY, moment(before + timedelta(hours=1)))
    done = follow_up_of(again, PATHWAY, moment(before + timedelta(hours=1)))

    assert FindingCode.PLAN_REVIEW not in {*in_time.codes, *done.codes}
    assert in_time.due <= before + timedelta(minutes=30)
    (found,) = (each for each in late.life.findings if each.code is FindingCode.PLAN_REVIEW)
    assert (found.subject, found.since, found.who) == (planned.documents[0].id, review, BEN)
    assert act_of(found) is Act.REVIEW_PLAN


def test_the_line_of_life_tells_of_a_plan_to_review_those_who_may_read_it() -> None:
    planned = file(documents=(plan(date(2026, 12, 1), LATE),))
    now = moment(datetime(2026, 12, 3, tzinfo=UTC))
    followed = follow_up_of(planned, PATHWAY, now)

    shown = {
        member: [
            each.subject
            for each in line_of(
                followed,
                header_from(followed, PATHWAY, now),
                PATHWAY,
                actor=Actor(professional=BEN, role=Role.PROFESSIONAL),
                member=member,
                moment=now,
            ).events
            if each.kind is EventKind.PLAN_REVIEW
        ]
        for member in (True, False)
    }

    assert shown == {True: [planned.documents[0].id], False: []}


def plan(review: date, at: datetime) -> Document:
    written = document("F12", at)
    return replace(
        written, versions=(replace(written.current, answers={"review_on": str(review)}),)
    )


def test_a_line_of_life_and_the_circle_tell_the_day_it_was_there() -> None:
    now = moment(LATE + timedelta(hours=1))
    followed = follow_up_of(file(documents=(document("F26", LATE, visit="V24"),)), PATHWAY, now)

    line = line_of(
        followed,
        header_from(followed, PATHWAY, now),
        PATHWAY,
        actor=Actor(professional=BEN, role=Role.COORDINATOR),
        member=True,
        moment=now,
    )

    days = {each.kind: each.on for each in line.events}
    assert line.on == date(2026, 11, 21)
    assert days[EventKind.CIRCLE_OPENED] == date(2026, 11, 21)
    assert days[EventKind.DOCUMENT] == date(2026, 11, 21)


@pytest.mark.parametrize(
    "closes",
    [date(2027, 3, 27), date(2027, 3, 28), date(2026, 10, 24), date(2026, 10, 25)],
)
def test_a_visit_is_late_from_midnight_there_on_the_day_the_clock_changes_too(
    closes: date,
) -> None:
    window = next(
        v.window for v in follow_up_of(file(), PATHWAY, moment(LATE)).life.visits
        if v.visit == "V24"
    )  # fmt: skip
    assert window is not None
    shifted = replace(
        FAMILY,
        identity=replace(
            FAMILY.identity, birth_date=FAMILY.identity.birth_date + (closes - window.closes)
        ),
        decision=None if FAMILY.decision is None else replace(
            FAMILY.decision, on=date(2025, 1, 1)
        ),
    )  # fmt: skip
    kept = file(child=shifted)
    midnight = datetime.combine(closes + timedelta(days=1), datetime.min.time(), PARIS)
    midnight = midnight.astimezone(UTC)

    before = follow_up_of(kept, PATHWAY, moment(midnight - timedelta(seconds=1)))
    after = follow_up_of(kept, PATHWAY, moment(midnight))

    states = [{v.visit: v for v in each.life.visits}["V24"] for each in (before, after)]
    assert states[0].window is not None
    assert states[0].window.closes == closes
    assert [each.state for each in states] == [VisitState.DUE, VisitState.LATE]
    assert before.due == midnight


def test_an_authority_until_the_last_day_of_the_calendar_never_ends() -> None:
    for_ever = Authority(status=LegalStatus.HOLDER, until=date.max)
    family = tuple(replace(each, authorities=(for_ever,)) for each in FAMILY.contacts)
    held = file(child=replace(FAMILY, contacts=family))

    told = follow_up_of(held, PATHWAY, moment(LATE))

    assert family
    assert told.due == follow_up_of(file(), PATHWAY, moment(LATE)).due
