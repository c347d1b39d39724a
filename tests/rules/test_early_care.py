"""Prescriptions, forfaits and sessions: who, how many, on which days, by the calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.ages import add_months
from care_circle.child import Child, ChildNotIncluded
from care_circle.circle import CircleClosed
from care_circle.convention import NoActiveConvention
from care_circle.definition.early_care_terms import Part, UnknownDiscipline
from care_circle.documents.document import ReasonMissing
from care_circle.early_care.claiming import (
    AfterItsEnd,
    claim,
)
from care_circle.early_care.forfait import (
    Forfait,
    ForfaitClosed,
    ForfaitOpen,
    ForfaitState,
    NoRenewalLeft,
    ReviewMissing,
    Warned,
    assign,
    close,
    follow,
    last_of,
    warnings,
)
from care_circle.early_care.prescription import (
    BeyondTheTerms,
    NotAPrescriber,
    Prescriber,
    PrescriptionCancelled,
    PrescriptionLapsed,
    PrescriptionState,
    PrescriptionUsed,
    Wish,
    cancel,
    prescribe,
    use,
)
from care_circle.role import Profession
from crypto.ids import CareSessionId, PrescriptionId, ProfessionalId, new_id
from tests.support.care import NOW, TODAY, child, convention, coordinator, somebody
from tests.support.early_care import (
    COORDINATOR,
    RULES,
    SWIMMING,
    TERMS,
    circle_of,
    claimant,
    forfait,
    held,
    prescription,
)

ANA = coordinator()
WISH = Wish(discipline="swimming", reason="elle n'aime pas l'eau", sessions=10, months=6)
DAY = date(2026, 9, 10)


def session_id() -> CareSessionId:
    return CareSessionId(new_id())


def prescriber(*, of: Child | None = None, **changes: object) -> Prescriber:
    doc = somebody(profession=Profession.PHYSICIAN)
    about = of or child(referring_physician=doc.id)
    made = Prescriber(
        actor=doc.actor,
        conventions=(convention(doc.id),),
        child=about,
        circle=circle_of(about, ANA, doc),
        today=TODAY,
        now=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a prescriber


def prescribed(by: Prescriber, **wish: object) -> None:
    prescribe(PrescriptionId(new_id()), replace(WISH, **wish), by, terms=TERMS)  # type: ignore[arg-type]  # any field


def filled(of: Forfait, meetings: int, by: ProfessionalId) -> Forfait:
    """Claim the assessment and then sessions, one a day."""
    for number in range(meetings):
        part = Part.SESSION if number else Part.ASSESSMENT
        said = held(of.opened_on + timedelta(days=number), part=part)
        of = claim(of, session_id(), said, claimant(by))
    return of


# Prescriptions.


def test_the_referring_physician_prescribes_and_it_is_signed_at_once() -> None:
    by = prescriber()

    written = prescribe(PrescriptionId(new_id()), WISH, by, terms=TERMS)

    assert written.state(TODAY) is PrescriptionState.SIGNED
    assert (written.signed_on, written.prescriber) == (TODAY, by.actor.professional)
    assert (written.assessments, written.sessions) == (1, 10)
    assert written.open_by(TERMS) == TODAY + timedelta(days=7)
    assert "elle n'aime pas" not in repr(written)


def test_another_physician_of_the_circle_prescribes_where_the_pathway_says_so() -> None:
    by = prescriber(of=child(referring_physician=ProfessionalId(new_id())))
    nobody_else = replace(TERMS, rules=replace(RULES, prescribers=()))

    prescribed(by)

    with pytest.raises(NotAPrescriber):
        prescribe(PrescriptionId(new_id()), WISH, by, terms=nobody_else)


def test_nobody_else_prescribes() -> None:
    by = prescriber()
    physio = somebody()
    outside = somebody(profession=Profession.PHYSICIAN)

    with pytest.raises(NotAPrescriber):
        prescribed(replace(by, actor=physio.actor, circle=circle_of(by.child, ANA, physio)))
    with pytest.raises(NotAPrescriber):
        prescribed(replace(by, actor=outside.actor))


def test_nothing_is_prescribed_outside_the_pathway_or_without_a_convention() -> None:
    by = prescriber()

    with pytest.raises(ChildNotIncluded):
        prescribed(replace(by, child=replace(by.child, decision=None)))
    with pytest.raises(CircleClosed):
        prescribed(replace(by, circle=replace(by.circle, closed_at=NOW)))
    with pytest.raises(NoActiveConvention):
        prescribed(replace(by, conventions=()))
    ended = convention(by.actor.professional, until=TODAY - timedelta(days=1))
    with pytest.raises(NoActiveConvention):
        prescribed(replace(by, conventions=(ended,)))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"discipline": "juggling"}, UnknownDiscipline),
        ({"sessions": 11}, BeyondTheTerms),
        ({"sessions": -1}, BeyondTheTerms),
        ({"months": 13}, BeyondTheTerms),
        ({"months": 0}, BeyondTheTerms),
        ({"reason": " "}, ReasonMissing),
        ({"reason": "x" * 501}, ReasonMissing),
    ],
)
def test_what_the_pathway_has_not_is_not_prescribed(
    wish: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        prescribed(prescriber(), **wish)


def test_an_assessment_alone_may_be_prescribed() -> None:
    prescribed(prescriber(), sessions=0)

    nothing = replace(TERMS, disciplines=(replace(SWIMMING, assessments=0),))
    with pytest.raises(BeyondTheTerms):
        prescribe(PrescriptionId(new_id()), replace(WISH, sessions=0), prescriber(), terms=nothing)


def test_a_prescription_is_cancelled_until_a_forfait_is_opened_on_it() -> None:
    by = prescriber()
    written = prescribe(PrescriptionId(new_id()), WISH, by, terms=TERMS)

    off = cancel(written, by, reason="la famille a déménagé", terms=TERMS)

    assert off.state(TODAY) is PrescriptionState.CANCELLED
    assert cancel(off, by, reason="deux fois", terms=TERMS) == off
    with pytest.raises(PrescriptionCancelled):
        use(off, today=TODAY)
    with pytest.raises(PrescriptionUsed):
        cancel(use(written, today=TODAY), by, reason="trop tard", terms=TERMS)


def test_a_prescription_waits_as_many_months_as_it_gives() -> None:
    written = prescription(signed_on=date(2027, 8, 31), months=6)

    assert written.lapses_on == date(2028, 2, 29)
    assert use(written, today=date(2028, 2, 28)).forfait == written.forfait_to_be
    with pytest.raises(PrescriptionLapsed):
        use(written, today=date(2028, 2, 29))


def test_what_was_used_stays_used_however_late_one_asks() -> None:
    used = use(prescription(), today=date(2026, 9, 2))

    assert use(used, today=date(2031, 1, 1)) == used


# Forfaits.


@pytest.mark.parametrize(
    ("opened_on", "months", "last"),
    [
        (date(2026, 9, 3), 6, date(2027, 3, 2)),
        (date(2027, 8, 31), 6, date(2028, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
        (date(2027, 2, 28), 12, date(2028, 2, 27)),
        (date(2026, 12, 31), 2, date(2027, 2, 27)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_a_forfait_lasts_until_the_eve_of_its_month(
    opened_on: date, months: int, last: date
) -> None:
    opened = forfait(prescription(months=months), opened_on=opened_on)

    assert opened.valid_until == last
    assert opened.state(last) is ForfaitState.OPEN
    assert opened.state(last + timedelta(days=1)) is ForfaitState.ENDED


@given(opened_on=st.dates(date(2024, 1, 1), date(2040, 12, 31)), months=st.integers(1, 24))
def test_forfaits_in_a_row_leave_no_day_out_and_share_none(opened_on: date, months: int) -> None:
    opened = forfait(prescription(months=months), opened_on=opened_on)

    assert opened.valid_until + timedelta(days=1) == add_months(opened_on, months)


def test_a_second_forfait_waits_until_the_first_is_finished() -> None:
    kim = ProfessionalId(new_id())
    first = forfait()
    over = first.valid_until + timedelta(days=1)

    with pytest.raises(ForfaitOpen):
        forfait(before=(first,), opened_on=first.valid_until)
    with pytest.raises(ReviewMissing):
        forfait(before=(first,), opened_on=over)
    too_old = first.opened_on - timedelta(days=1)
    with pytest.raises(ReviewMissing):
        forfait(before=(first,), opened_on=over, reviewed_on=too_old)
    after_the_days = forfait(before=(first,), opened_on=over, reviewed_on=over)
    used_up = filled(first, 11, kim)
    after_the_last = forfait(before=(used_up,), opened_on=DAY, reviewed_on=DAY)

    assert (after_the_days.number, after_the_days.renews) == (2, first.id)
    assert (after_the_last.number, after_the_last.renews) == (2, first.id)


def test_a_forfait_is_renewed_as_often_as_the_pathway_says_and_no_more() -> None:
    first = forfait()
    over = first.valid_until + timedelta(days=1)
    second = forfait(before=(first,), opened_on=over, reviewed_on=over)
    late = second.valid_until + timedelta(days=1)
    ended = follow(first, by=COORDINATOR, now=NOW, today=over)

    with pytest.raises(NoRenewalLeft):
        forfait(before=(ended, second), opened_on=late, reviewed_on=late)


def test_what_was_closed_unused_counts_for_nothing() -> None:
    first = forfait()
    closed = close(first, by=COORDINATOR, now=NOW, today=DAY, reason="ouvert par erreur")

    again = forfait(before=(closed,), opened_on=DAY)

    assert last_of((closed,)) is None
    assert (again.number, again.renews) == (1, None)


def test_a_renewal_ends_the_forfait_before_it_and_only_a_finished_one() -> None:
    first = forfait()
    over = first.valid_until + timedelta(days=3)

    ended = follow(first, by=COORDINATOR, now=NOW, today=over)

    assert (ended.state(over), ended.last_day) == (ForfaitState.ENDED, first.valid_until)
    assert follow(ended, by=COORDINATOR, now=NOW, today=over) == ended
    with pytest.raises(ForfaitOpen):
        follow(first, by=COORDINATOR, now=NOW, today=DAY)


def test_a_closed_forfait_takes_what_was_held_before_and_nothing_after() -> None:
    kim = ProfessionalId(new_id())
    closed = close(forfait(), by=COORDINATOR, now=NOW, today=DAY, reason="la famille a déménagé")

    late = claim(closed, session_id(), held(DAY), claimant(kim))

    assert late.done == 1
    assert closed.state(DAY) is ForfaitState.CLOSED
    with pytest.raises(AfterItsEnd):
        claim(closed, session_id(), held(DAY + timedelta(days=1)), claimant(kim))
    with pytest.raises(ForfaitClosed):
        assign(closed, kim)


def test_warnings_come_at_the_share_and_at_the_number_left() -> None:
    kim = ProfessionalId(new_id())
    begun = forfait()
    told = {done: warnings(filled(begun, done, kim), RULES, on=DAY) for done in (0, 7, 8, 9, 11)}
    over = begun.valid_until + timedelta(days=1)

    assert told[0] == told[7] == ()
    assert told[8] == (Warned.LEFT,)
    assert told[9] == (Warned.QUOTA, Warned.LEFT)
    assert told[11] == (Warned.QUOTA, Warned.LEFT, Warned.USED_UP)
    assert warnings(begun, RULES, on=over) == (Warned.OVER,)
    closed = close(begun, by=COORDINATOR, now=NOW, today=DAY, reason="fin")
    assert warnings(closed, RULES, on=over) == ()
