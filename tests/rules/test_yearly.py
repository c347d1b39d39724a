"""The yearly report in a pathway of its own: every measure word, counted by hand beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from care_circle.appointment import Appointment, Slot, Status
from care_circle.circle import Circle
from care_circle.definition.inclusion import Decision
from care_circle.definition.indicators import Measured
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.perinatal import Perinatal
from care_circle.documents.document import Document, Version
from care_circle.early_care.glance import EarlyCareGlance, ForfaitGlance, PrescriptionGlance
from care_circle.follow_up.follow_up import Moment, follow_up_of
from care_circle.follow_up.progress import ChildFile, Leaving
from care_circle.follow_up.yearly import (
    Figure,
    NoSuchYear,
    UnderConvention,
    begun,
    count_child,
    count_people,
    year_of,
)
from care_circle.ins import Sex
from care_circle.role import Profession
from crypto.ids import (
    AppointmentId,
    CircleId,
    DocumentId,
    ForfaitId,
    PrescriptionId,
    ProfessionalId,
    new_id,
)
from tests.support.care import child

SCHOOL = read_pathway(Path(__file__).parents[1] / "support" / "second_pathway")
PARIS = ZoneInfo("Europe/Paris")
KIM = ProfessionalId("kim")
BORN = date(2021, 3, 1)
SIX = date(2027, 3, 1)
"""The day of visit R1, whose window goes from ten days before to twenty days after."""

PRESCRIPTION = PrescriptionGlance(
    id=PrescriptionId("prescription"),
    discipline="speech",
    prescriber=KIM,
    signed_on=date(2026, 12, 20),
    lapses_on=date(2027, 12, 20),
)
FORFAIT = ForfaitGlance(
    id=ForfaitId("forfait"),
    prescription=PRESCRIPTION.id,
    discipline="speech",
    professional=KIM,
    number=1,
    quota=4,
    done=2,
    near_end=False,
    opened_on=date(2027, 1, 4),
    last_day=date(2027, 4, 3),
    first_session_on=date(2027, 1, 9),
)


def pupil(**changes: object) -> ChildFile:
    """A child of six, in a circle since it was included at five and a half."""
    born = child(
        identity=replace(child().identity, birth_date=BORN, sex=Sex.FEMALE),
        perinatal=Perinatal(discharged_on=date(2021, 3, 4)),
        decision=Decision(reasons=("RENTREE-1",), version="1", on=date(2027, 1, 2), by=KIM),
    )
    circle = Circle(
        id=CircleId(new_id()),
        child=born.id,
        chain=(),
        participations=(),
        opened_at=datetime(2027, 1, 2, 9, tzinfo=UTC),
    )
    file = ChildFile(child=born, circle=circle, department="34", zone=PARIS)
    return replace(file, **changes)  # type: ignore[arg-type]  # any field of a file


def seen(file: ChildFile, on: date) -> ChildFile:
    slot = Slot(
        start=datetime(on.year, on.month, on.day, 9),  # noqa: DTZ001 - a wall time
        zone="Europe/Paris",
        duration_minutes=30,
        place_label="3 rue des Genêts",
    )
    visit = Appointment(
        id=AppointmentId(new_id()),
        child=file.child.id,
        professional=KIM,
        visit="R1",
        slot=slot,
        booked_by=KIM,
        status=Status.HONOURED,
    )
    return replace(file, appointments=(visit,))


def signed(file: ChildFile, at: datetime, **answers: object) -> ChildFile:
    version = Version(number=1, answers=answers, author=KIM, saved_at=at, signed_at=at)  # type: ignore[arg-type]  # what a form holds
    document = Document(
        id=DocumentId(new_id()),
        child=file.child.id,
        circle=file.circle.id if file.circle else None,
        form="E1",
        form_version="2",
        visit=None,
        author=KIM,
        edition=1,
        versions=(version,),
    )
    return replace(file, documents=(*file.documents, document))


def cared(file: ChildFile, *forfaits: ForfaitGlance) -> ChildFile:
    return replace(
        file, early_care=EarlyCareGlance(prescriptions=(PRESCRIPTION,), forfaits=forfaits)
    )


def report(
    files: Sequence[ChildFile],
    *,
    year: str = "2027",
    today: date = date(2028, 2, 1),
    people: Sequence[UnderConvention] = (),
) -> dict[str, Figure]:
    moment = Moment(now=datetime(today.year, today.month, today.day, 12, tzinfo=UTC), zone=PARIS)
    tallies, looked = begun(SCHOOL), year_of(SCHOOL, year, moment)
    for file in files:
        asked = {"E1": ("seen_on", "glad")}
        count_child(tallies, follow_up_of(file, SCHOOL, moment, asked=asked), looked)
    count_people(tallies, people)
    return {tally.indicator.code: tally.figure() for tally in tallies}


def parts(figure: Figure) -> dict[str, int]:
    return {part.key: part.count for part in figure.parts}


def test_the_second_pathway_counts_by_every_word_there_is() -> None:
    assert {each.measure.word for each in SCHOOL.indicators} == set(Measured)


def test_children_are_counted_in_the_year_they_were_included_by_each_of_their_reasons() -> None:
    two = pupil()
    both = Decision(reasons=("RENTREE-1", "RENTREE-2"), version="1", on=date(2027, 5, 1), by=KIM)
    two = replace(two, child=replace(two.child, decision=both), department=None)

    figures, before = report([pupil(), two]), report([pupil(), two], year="2026")

    assert parts(figures["by_criterion"]) == {"RENTREE-1": 2, "RENTREE-2": 1}
    assert parts(figures["by_department"]) == {"34": 1, "unknown": 1}
    assert parts(figures["by_sex"]) == {Sex.FEMALE.value: 2}
    assert (figures["included"].n, figures["included"].parts, before["included"].n) == (2, (), 0)


def test_a_delay_is_told_as_median_and_quartiles_of_the_days_between() -> None:
    files = [seen(pupil(), date(2027, 1, 2 + days)) for days in (4, 8, 16)]

    wait = report(files)["wait"]

    assert (wait.lower_quartile, wait.median, wait.upper_quartile) == (6, 8, 12)
    assert (wait.n, wait.mean) == (3, 9.33)


def test_a_delay_counts_in_the_year_in_which_it_ends() -> None:
    file = cared(pupil(), FORFAIT)

    this, last = report([file]), report([file], year="2026")

    assert (this["wait_for_lesson"].n, this["wait_for_lesson"].median) == (1, 20)
    assert last["wait_for_lesson"].n == 0
    assert this["home"].median == (date(2027, 1, 2) - date(2021, 3, 4)).days


@pytest.mark.parametrize(
    ("on", "hit", "key"),
    [
        (SIX, True, "in_time"),
        (date(2027, 3, 21), True, "in_time"),
        (date(2027, 3, 22), True, "late"),
        (None, False, "missed"),
        (date(2028, 1, 5), False, "missed"),
    ],
)
def test_a_visit_is_attended_in_its_window_late_or_not_within_the_year(
    on: date | None, *, hit: bool, key: str
) -> None:
    file = pupil() if on is None else seen(pupil(), on)

    figure = report([file])["seen"]

    assert (figure.numerator, figure.denominator, parts(figure)) == (int(hit), 1, {key: 1})
    assert figure.baseline == 50


def test_no_percentage_is_told_of_ten_and_one_is_of_eleven() -> None:
    files = [seen(pupil(), SIX), *(pupil() for _ in range(10))]

    ten, eleven = report(files[:10])["seen"], report(files)["seen"]

    assert (ten.few, ten.percent, ten.numerator, ten.denominator) == (True, None, 1, 10)
    assert (eleven.few, eleven.percent) == (False, 9.1)


def test_lost_is_who_was_lost_on_the_years_last_day_and_still_in_the_pathway() -> None:
    here, came = pupil(), seen(pupil(), date(2028, 1, 5))
    gone = pupil(leaving=Leaving(on=date(2027, 6, 1), reason="settled"))

    figure = report([here, came, gone, seen(pupil(), SIX)])["gone"]

    assert (figure.numerator, figure.denominator) == (2, 3)


def test_forfaits_count_as_opened_as_used_once_a_session_was_held_and_as_renewed() -> None:
    unused = replace(FORFAIT, id=ForfaitId("unused"), done=0, first_session_on=None)
    followed = replace(FORFAIT, id=ForfaitId("followed"), closed=True, renewed=True)

    figures = report([cared(pupil(), FORFAIT), cared(pupil(), unused), cared(pupil(), followed)])

    assert (figures["opened"].n, parts(figures["opened"])) == (3, {"speech": 3})
    assert (figures["used"].numerator, figures["used"].denominator) == (2, 3)
    assert (figures["renewed"].numerator, figures["renewed"].denominator) == (1, 3)


def test_a_forfait_that_still_runs_on_the_years_last_day_is_not_asked_whether_it_was_renewed() -> (
    None
):
    running = replace(FORFAIT, last_day=date(2028, 1, 3))

    assert report([cared(pupil(), running)])["renewed"].n == 0
    assert report([cared(pupil(), running)], year="2028")["renewed"].n == 1


def test_meetings_are_counted_for_each_child_for_whom_enough_care_ran() -> None:
    met = cared(pupil(meetings=(date(2027, 2, 1), date(2027, 3, 1), date(2026, 2, 1))), FORFAIT)
    never, without = cared(pupil(), FORFAIT), pupil(meetings=(date(2027, 2, 1),))

    figure = report([met, never, without])["met"]

    assert (figure.n, figure.mean, figure.numerator, figure.denominator) == (2, 1.0, 1, 2)


def test_exits_are_told_by_their_reason_and_a_move_is_one() -> None:
    settled = pupil(leaving=Leaving(on=date(2027, 6, 1), reason="settled"))
    moved = pupil()
    moved = replace(moved, child=replace(moved.child, left_territory_on=date(2027, 7, 1)))
    later = pupil(leaving=Leaving(on=date(2028, 1, 1), reason="settled"))

    figure = report([settled, moved, later])["left"]

    assert parts(figure) == {"moving": 1, "settled": 1}


def test_people_under_convention_are_told_by_profession_and_by_department() -> None:
    people = [
        UnderConvention(profession=Profession.NURSE, department="34"),
        UnderConvention(profession=Profession.NURSE, department=None),
    ]

    figures = report([], people=people)

    assert parts(figures["people"]) == {"nurse": 2}
    assert parts(figures["places"]) == {"34": 1, "unknown": 1}


def test_a_form_is_whole_if_every_field_that_counts_has_an_answer_and_no_is_one() -> None:
    at = datetime(2027, 5, 1, 9, tzinfo=UTC)
    whole = signed(pupil(), at, seen_on="2027-05-01", glad=False)
    half = signed(pupil(), at, seen_on="2027-05-01", glad=None)

    figure = report([whole, half])["whole"]

    assert (figure.numerator, figure.denominator) == (1, 2)
    assert parts(figure) == {"glad": 1, "seen_on": 2}


def test_a_form_signed_late_on_new_years_eve_counts_where_the_network_works() -> None:
    almost = signed(pupil(), datetime(2026, 12, 31, 22, 30, tzinfo=UTC), seen_on="x", glad=True)
    after = signed(pupil(), datetime(2026, 12, 31, 23, 30, tzinfo=UTC), seen_on="x", glad=True)

    this = report([almost, after])
    last = report([almost, after], year="2026")

    assert (this["whole"].n, last["whole"].n) == (1, 1)


@pytest.mark.parametrize("text", ["27", "1999", "2200", "20277", "٢٠٢٧", ""])
def test_what_is_no_year_is_refused(text: str) -> None:
    moment = Moment(now=datetime(2027, 1, 1, tzinfo=UTC), zone=PARIS)

    with pytest.raises(NoSuchYear):
        year_of(SCHOOL, text, moment)
