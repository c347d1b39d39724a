"""Meetings, departures, plans and relay files as rules."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from care_circle.ages import add_months
from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition.form_reading import read_form
from care_circle.definition.pathway import Meetings as MeetingTerms
from care_circle.definition.record_reading import check_exits
from care_circle.definition.source import DefinitionError, parse
from care_circle.documents.answers import BadAnswers, Known
from care_circle.documents.document import Document, StaleEdition, Version
from care_circle.documents.growth import Reading
from care_circle.documents.record_answers import beside
from care_circle.fhir.bundle import relay_bundle
from care_circle.ins import Ins, InsKind, Reliability, nir_key
from care_circle.labels import Mark
from care_circle.leaving.departure import (
    BadDeparture,
    Departure,
    DepartureTakenBack,
    Farewell,
    Leaver,
    RelayState,
    RelayStep,
    TooLateToTakeBack,
    depart,
    hear,
    leaving_of,
    take_back,
)
from care_circle.leaving.relay import Dossier, goes_along
from care_circle.meetings.holding import Chair, call, cancel, correct, move, report, sign
from care_circle.meetings.meeting import (
    Advice,
    BadMeeting,
    Calling,
    Decision,
    Meeting,
    MeetingOver,
    MeetingState,
    Minutes,
    MinutesSigned,
    NotHeldYet,
    NotOfTheCircle,
    Report,
    advice,
)
from care_circle.meetings.plan import plan_of, review_day
from crypto.ids import DepartureId, DocumentId, MeetingId, ProfessionalId, TaskId, new_id
from tests.support.care import NOW, PATHWAY, TODAY, Somebody, child, coordinator, somebody
from tests.support.early_care import circle_of

ANA, DOC, KIM = coordinator(), somebody(), somebody()
NOE = child(referring_physician=DOC.id)
CIRCLE = circle_of(NOE, ANA, DOC, KIM)
PARIS = ZoneInfo("Europe/Paris")
KNOWN = Known(birth=NOE.identity.birth_date, today=TODAY)
TERMS = MeetingTerms(active_cares=2, least_per_year=1, most_per_year=2, mark=Mark.ASSUMED)
WALL = datetime(2026, 12, 3, 18, 30)  # noqa: DTZ001 -- a wall time, as people agreed on it


def chair(by: Somebody = ANA, *, circle: Circle = CIRCLE, about: Child = NOE) -> Chair:
    return Chair(actor=by.actor, child=about, circle=circle, form=None, known=KNOWN, now=NOW)


def called(**changes: object) -> Meeting:
    return call(MeetingId(new_id()), calling(**changes), chair())


def calling(**changes: object) -> Calling:
    made = Calling(starts_at=WALL, zone="Europe/Paris", invited=(DOC.id,))
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a calling


def said(**changes: object) -> Report:
    made = Report(held_on=TODAY, points="Elle marche.", present=(DOC.id,))
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a report


def leaver(by: Somebody = ANA, *, today: date = TODAY, about: Child = NOE) -> Leaver:
    return Leaver(
        actor=by.actor,
        child=about,
        circle=CIRCLE,
        form=None,
        known=KNOWN,
        refused=False,
        today=today,
        zone=PARIS,
        now=datetime.combine(today, NOW.timetz()),
    )


def left(on: date = TODAY) -> Departure:
    farewell = Farewell(reason="camsp", on=on)
    return depart(DepartureId(new_id()), farewell, PATHWAY.exit("camsp"), leaver())


# Meetings.

STEPS = ("move", "cancel", "report", "sign", "correct")


@given(st.lists(st.sampled_from(STEPS), max_size=8))
def test_whatever_is_done_to_a_meeting_signed_minutes_stay_and_editions_only_grow(
    steps: list[str],
) -> None:
    meeting = called()
    signed: tuple[Minutes, ...] = ()
    for step in steps:
        before = meeting
        try:
            meeting = done(meeting, step)
        except (MeetingOver, MinutesSigned, NotHeldYet):
            assert meeting is before
        kept = tuple(each for each in meeting.versions if each.signed_at is not None)
        assert kept[: len(signed)] == signed
        assert meeting.edition >= before.edition
        assert (meeting.state is MeetingState.SIGNED) == bool(kept)
        assert not (meeting.cancellation and meeting.versions)
        signed = kept


def done(meeting: Meeting, step: str) -> Meeting:
    match step:
        case "move":
            later = calling(starts_at=WALL + timedelta(days=meeting.edition))
            return move(meeting, later, chair(), edition=meeting.edition)
        case "cancel":
            return cancel(meeting, chair(), reason="Grippe")
        case "report":
            return report(meeting, said(), chair(), edition=meeting.edition)
        case "sign":
            return sign(meeting, chair(), edition=meeting.edition)
        case _:
            return correct(meeting, said(), chair(), edition=meeting.edition, reason="Relu")


def test_who_writes_on_an_old_edition_is_told() -> None:
    meeting = report(called(), said(), chair(), edition=1)

    with pytest.raises(StaleEdition):
        sign(meeting, chair(), edition=1)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"invited": (ProfessionalId(new_id()),)}, NotOfTheCircle),
        ({"invited": (DOC.id, DOC.id)}, BadMeeting),
        ({"minutes": 0}, BadMeeting),
        ({"link": "a\nb"}, BadMeeting),
        ({"subject": "x" * 2001}, BadMeeting),
        ({"answers": {"anything": True}}, BadAnswers),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(wrong: dict[str, object], refusal: type) -> None:
    with pytest.raises(refusal):
        called(**wrong)


@pytest.mark.parametrize(
    "decisions",
    [
        (Decision(id=TaskId("no id"), words="x"),),
        (Decision(id=TaskId("a" * 26), words="x"), Decision(id=TaskId("a" * 26), words="y")),
        (Decision(id=TaskId("a" * 26), words=" "),),
    ],
)
def test_each_decision_has_words_and_an_id_of_its_own(decisions: tuple[Decision, ...]) -> None:
    with pytest.raises(BadMeeting):
        report(called(), said(decisions=decisions), chair(), edition=1)


@given(st.integers(0, 4), st.lists(st.integers(-800, 60), max_size=5).map(tuple))
def test_the_pathways_numbers_warn_by_an_independent_count(
    running: int, ago: tuple[int, ...]
) -> None:
    held = tuple(TODAY + timedelta(days=days) for days in ago)
    year = {TODAY - timedelta(days=days) for days in range(370)}
    recent = [day for day in held if day in year and day > add_months(TODAY, -12)]

    told = advice(TERMS, running=running, held=held, on=TODAY)

    assert (Advice.TOO_FEW_CARES in told) == (running < 2)
    assert (Advice.OFTEN in told) == (len(recent) >= 2)


# Departures.


@given(st.integers(-400, 800), st.integers(0, 90))
def test_a_departure_is_taken_back_on_the_last_of_its_days_and_not_on_the_next(
    ahead: int, within: int
) -> None:
    on = TODAY + timedelta(days=ahead)
    if not TODAY <= on <= TODAY + timedelta(days=366):
        with pytest.raises(BadDeparture):
            left(on)
        return
    made, last = left(on), on + timedelta(days=within)

    back = taken(made, today=last, within=within)

    assert (back.stands, leaving_of([back])) == (False, None)
    with pytest.raises(TooLateToTakeBack):
        taken(made, today=last + timedelta(days=1), within=within)


def test_the_days_to_take_a_departure_back_begin_on_the_day_it_is_where_the_network_works() -> None:
    late = datetime.combine(TODAY, time(23, 30), UTC)
    made = replace(left(TODAY), at=late)
    last = TODAY + timedelta(days=1 + 30)

    assert not taken(made, today=last, within=30).stands
    with pytest.raises(TooLateToTakeBack):
        taken(made, today=last + timedelta(days=1), within=30)


def test_nobody_has_heard_tomorrow_of_a_relay() -> None:
    tomorrow = TODAY + timedelta(days=1)
    step = RelayStep(state=RelayState.ASKED, on=tomorrow, by=ANA.id, at=NOW)

    with pytest.raises(BadDeparture):
        hear(left(), step, today=TODAY)
    assert hear(left(), step, today=tomorrow).relay is RelayState.ASKED


def taken(departure: Departure, *, today: date, within: int) -> Departure:
    return take_back(
        departure,
        leaver(today=today),
        reason="Erreur",
        rules=PATHWAY.inclusion,
        within_days=within,
    )


@given(st.lists(st.sampled_from(RelayState), max_size=6))
def test_the_last_word_about_a_relay_counts_and_the_same_word_is_kept_once(
    states: list[RelayState],
) -> None:
    made = left()
    for state in states:
        made = hear(made, RelayStep(state=state, on=TODAY, by=ANA.id, at=NOW), today=TODAY)

    told = [step.state for step in made.steps]
    assert made.relay == (states[-1] if states else None)
    assert all(one is not next_ for one, next_ in pairwise(told))


def test_nothing_is_heard_of_a_departure_that_was_taken_back() -> None:
    back = taken(left(), today=TODAY, within=30)

    with pytest.raises(DepartureTakenBack):
        hear(back, RelayStep(state=RelayState.ASKED, on=TODAY, by=ANA.id, at=NOW), today=TODAY)


def test_a_form_of_a_departure_gets_its_own_values_and_computes_nothing_from_elsewhere() -> None:
    form = PATHWAY.form("F40")
    own = {"exit_reason": "pco", "exit_on": str(TODAY), "relay_structure": None}

    kept = beside(form, own, {"exit_words": "Vers le PCO"}, known=KNOWN)

    assert kept == {"exit_words": "Vers le PCO"}
    with pytest.raises(BadAnswers):
        beside(form, own, {"exit_on": str(TODAY)}, known=KNOWN)


# Plans.


def signed(form: str, answers: dict[str, object], *, day: int = 1) -> Document:
    at = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
    return Document(
        id=DocumentId(new_id()),
        child=NOE.id,
        circle=CIRCLE.id,
        form=form,
        form_version=PATHWAY.form(form).version,
        visit=PATHWAY.form(form).visit,
        author=DOC.id,
        edition=2,
        versions=(
            Version(number=1, answers=answers, author=DOC.id, saved_at=at, signed_at=at),  # type: ignore[arg-type]  # answers of any kind
        ),
    )


def a_plan(*, day: int, review: str) -> Document:
    goal = {"goal": "Marcher", "owner": KIM.id, "goal_by": "2027-03-01", "goal_state": "reached"}
    answers: dict[str, object] = {
        "plan_date": "2026-11-01",
        "child_today": "x",
        "goals": (goal,),
        "review_on": review,
    }
    return signed("F12", answers, day=day)


def test_the_plan_signed_last_counts_and_says_when_it_is_reviewed() -> None:
    older, newer = a_plan(day=1, review="2027-01-01"), a_plan(day=2, review="2027-06-01")

    plan = plan_of((newer, older), PATHWAY)

    assert plan is not None
    assert (plan.document, plan.goals[0].status) == (newer.id, "completed")
    assert review_day((newer, older), PATHWAY) == date(2027, 6, 1)
    assert review_day((), PATHWAY) is None


# The relay.

NUMBER = "124095910201212"


def dossier(about: Child = NOE, *documents: Document) -> Dossier:
    readings = tuple(Reading(document=each, form=PATHWAY.form(each.form)) for each in documents)
    return Dossier(
        child=about,
        circle=CIRCLE,
        departure=left(),
        people={each.id: each.record for each in (ANA, DOC, KIM)},
        structures={},
        visits=(),
        series=(),
        readings=readings,
        prescriptions=(),
        forfaits=(),
        plan=plan_of(documents, PATHWAY),
        pathway=PATHWAY,
        by=ANA.id,
        today=TODAY,
        zone=PARIS,
        now=NOW,
    )


def qualified(**changes: object) -> Child:
    number = NUMBER[:13] + f"{nir_key(NUMBER[:13]):02d}"
    identity = replace(
        NOE.identity,
        reliability=Reliability.QUALIFIED,
        ins=Ins(number=number, kind=InsKind.TEST),
        birth_place="59001",
    )
    return replace(NOE, identity=replace(identity, **changes))  # type: ignore[arg-type]  # of an identity


def resources(of: Dossier) -> list[dict[str, Any]]:
    """Make the Bundle, see that it is valid, and give its resources."""
    made: Any = relay_bundle(of)
    Bundle.model_validate(made)
    return [entry["resource"] for entry in made["entry"]]


def identifiers(of: Dossier) -> list[str]:
    [patient] = [each for each in resources(of) if each["resourceType"] == "Patient"]
    return [each["system"] for each in patient["identifier"]]


def test_the_national_number_goes_along_only_when_it_may_leave_the_house() -> None:
    assert identifiers(dossier(qualified()))[0] == InsKind.TEST
    assert InsKind.TEST not in identifiers(dossier(NOE))
    assert InsKind.TEST not in identifiers(dossier(qualified(birth_place=None)))


def test_goals_of_the_plan_are_goals_of_the_bundle() -> None:
    made = resources(dossier(NOE, a_plan(day=1, review="2027-06-01")))

    [goal] = [each for each in made if each["resourceType"] == "Goal"]
    [plan] = [each for each in made if each["resourceType"] == "CarePlan"]
    assert (goal["lifecycleStatus"], goal["target"]) == ("completed", [{"dueDate": "2027-03-01"}])
    assert plan["period"]["end"] == "2027-06-01"
    assert plan["activity"][0]["detail"]["performer"]


def test_only_signed_documents_of_forms_that_say_so_go_along() -> None:
    plan, talk = a_plan(day=1, review="2027-06-01"), signed("F37", {})
    draft = replace(plan, versions=(replace(plan.versions[0], signed_at=None),))

    told = [goes_along(each, PATHWAY.form(each.form)) for each in (plan, talk, draft)]

    assert told == [True, False, False]


def test_no_form_of_the_pathway_lets_go_what_is_for_some_readers() -> None:
    assert [form.code for form in PATHWAY.forms.values() if form.relay and form.readers] == []


# The language.

MEETING = """
code: M1
version: "1"
label: {fr: Réunion, en: Meeting}
mark: A
stage: coordination
record: meeting
fillers: [coordinator]
sections:
  - code: when
    label: {fr: Quand, en: When}
    mark: A
    fields:
      - {code: starts_at, label: {fr: Quand, en: When}, type: moment, mark: A}
      - {code: subject, label: {fr: Sujet, en: Subject}, type: text, mark: A}
"""
PLAN = """
code: P1
version: "1"
label: {fr: Plan, en: Plan}
mark: A
stage: coordination
fillers: [nurse]
relay: true
plan: {goals: rows, goal: goal, review: again}
sections:
  - code: rows
    label: {fr: Buts, en: Goals}
    mark: A
    repeats: {least: 0, most: 3}
    fields:
      - {code: goal, label: {fr: But, en: Goal}, type: line, mark: A}
  - code: then
    label: {fr: Suite, en: Then}
    mark: A
    fields:
      - {code: again, label: {fr: Encore, en: Again}, type: date, mark: A}
"""


@pytest.mark.parametrize("text", [MEETING, PLAN])
def test_forms_of_another_pathway_are_read_alike(text: str) -> None:
    form = read_form(parse(text, "x"))

    assert form.relay is (form.plan is not None)


@pytest.mark.parametrize(
    ("text", "old", "new", "told"),
    [
        (MEETING, "type: moment", "type: date", "x:14: (starts_at) this code is the record's own"),
        (MEETING, "code: starts_at", "code: begins", "x:7: (M1) a form of this record asks for"),
        (PLAN, "goals: rows", "goals: then", "x:9: (P1) there is no section of this code that"),
        (PLAN, "goal: goal,", "goal: goals,", "x:9: (P1) the goals have no field of this code"),
        (PLAN, "review: again", "review: goal", "x:9: (P1) there is no date of this code outside"),
        (PLAN, "relay: true", "relay: true\nreaders: [nurse]", "x:8: (P1) what is for some"),
    ],
)
def test_what_a_record_a_plan_or_a_relay_cannot_be_is_told_with_its_line(
    text: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_form(parse(text.replace(old, new), "x"))

    found = [str(each) for each in refused.value.complaints]
    assert [each for each in found if each.startswith(told)] != [], found


EXITS = "exits: [{code: age, form: M1}, {code: unheard_of}]"


def test_an_exit_that_no_form_knows_is_told_with_its_line() -> None:
    with pytest.raises(DefinitionError) as refused:
        check_exits(parse(EXITS, "x"), PATHWAY.forms)

    assert [str(each) for each in refused.value.complaints] == [
        "x:1: (age) there is no form of a departure of this code",
        "x:1: (unheard_of) the form F40 has no such exit",
    ]
