"""When a visit to book and a questionnaire are told: the day before it is too early."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.child import Child
from care_circle.definition.inclusion import Decision
from care_circle.definition.pathway import Occasion, visit_window
from care_circle.follow_up.follow_up import Moment, view_of
from care_circle.follow_up.progress import ChildFile
from care_circle.follow_up.raising import Wanted, days_told, wanted_of
from crypto.ids import ContactId, ProfessionalId, new_id
from notifications import hours
from notifications.errand import Errand, open_errand
from notifications.notice import Medium, Rule, State
from tests.support.care import PATHWAY, child, mother, newborn

PARIS = ZoneInfo("Europe/Paris")
ZONES = (
    *("Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Cayenne", "America/Miquelon"),
    *("Pacific/Marquesas", "Pacific/Tahiti", "Pacific/Noumea", "Pacific/Wallis"),
)
BIRTHS = st.dates(date(2022, 1, 1), date(2027, 12, 31))
WEEKS = st.sampled_from(["25+0", "28+3", "33+0", "36+6", "40+0"])


def family(birth: date, gestation: str, zone: str) -> Child:
    """A child at home since forty days after birth, in the pathway from then on."""
    home = birth + timedelta(days=40)
    first, second = (mother(id=ContactId(new_id()), zone=zone) for _ in range(2))
    bare = child(
        contacts=(
            replace(first, confirmed=tuple(Medium)),
            replace(second, confirmed=(Medium.SMS,)),
        ),
        chosen_holder=first.id,
        perinatal=replace(newborn(gestation), discharged_on=home),
        decision=Decision(
            reasons=("INC-1",), version="1", on=home, by=ProfessionalId("coordinator")
        ),
    )
    return replace(bare, identity=replace(bare.identity, birth_date=birth))


def wanted_on(
    of: Child, day: date, hour: int = 12, held: tuple[Errand, ...] = ()
) -> tuple[Wanted, ...]:
    now = datetime.combine(day, time(hour), PARIS).astimezone(UTC)
    view = view_of(ChildFile(child=of, zone=PARIS), PATHWAY, Moment(now=now, zone=PARIS))
    return wanted_of(view, held)


def told_once(of: Child, wanted: Wanted) -> Errand:
    """Tell what is wanted, and close it, as when something was booked."""
    opened = open_errand(
        wanted.telling,
        child=of.id,
        subject=wanted.subject,
        recipients=wanted.recipients,
        expires_at=wanted.expires_at,
        now=wanted.at,
    )
    sent = tuple(replace(each, state=State.SENT) for each in opened.notices)
    return replace(opened, notices=sent, closed=True)


@given(BIRTHS, WEEKS, st.sampled_from(ZONES), st.sampled_from(["V09", "V12", "V18", "V24", "V48"]))
def test_a_visit_to_book_is_told_six_weeks_before_its_window_on_everybody_s_own_day(
    birth: date, gestation: str, zone: str, visit: str
) -> None:
    noe = family(birth, gestation, zone)
    window = visit_window(
        PATHWAY.visit(visit),
        birth=birth,
        perinatal=noe.perinatal,
        reckoning=PATHWAY.reckoning,
    )
    assert window is not None
    day = window.opens - timedelta(days=42)

    early = [each.subject for each in wanted_on(noe, day - timedelta(days=1))]
    (told,) = (each for each in wanted_on(noe, day, 0) if each.subject == visit)

    leaves = hours.local(hours.next_decent(hours.to_ms(told.at), zone), zone)
    sunday = day.weekday() == 6
    assert visit not in early
    assert (told.telling.rule, told.telling.code) == (Rule.TO_BOOK, "N5")
    assert leaves.date() == (day + timedelta(days=1) if sunday else day)
    assert leaves.time() == time(8)
    assert {each.contact for each in told.recipients} == {each.id for each in noe.contacts}
    assert told.expires_at.astimezone(PARIS).date() == window.closes + timedelta(days=1)


@pytest.mark.parametrize(("before_the_end", "again"), [(40, ["V24:2"]), (2, [])])
def test_a_visit_is_told_again_only_while_its_window_lasts(
    before_the_end: int, again: list[str]
) -> None:
    noe = family(date(2024, 10, 7), "33+0", "Europe/Paris")
    window = visit_window(
        PATHWAY.visit("V24"), birth=date(2024, 10, 7), perinatal=noe.perinatal,
        reckoning=PATHWAY.reckoning,
    )  # fmt: skip
    assert window is not None
    day = window.closes - timedelta(days=before_the_end)
    (first,) = (each for each in wanted_on(noe, day) if each.subject == "V24")
    told = told_once(noe, replace(first, at=datetime.combine(day, time(12), PARIS)))

    later = wanted_on(noe, window.closes, held=(told,))

    assert [each.subject for each in later if each.subject.startswith("V24:2")] == again


@given(BIRTHS, WEEKS, st.sampled_from(ZONES))
def test_a_questionnaire_is_sent_a_month_before_its_visit_to_the_holder_chosen_for_it(
    birth: date, gestation: str, zone: str
) -> None:
    noe = family(birth, gestation, zone)
    window = visit_window(
        PATHWAY.visit("V24"), birth=birth, perinatal=noe.perinatal, reckoning=PATHWAY.reckoning
    )
    assert window is not None
    day = window.due - timedelta(days=30)

    early = [each.telling.rule for each in wanted_on(noe, day - timedelta(days=1))]
    (told,) = (e for e in wanted_on(noe, day, 0) if e.telling.rule is Rule.QUESTIONNAIRE)

    assert Rule.QUESTIONNAIRE not in early
    assert (told.telling.code, told.subject) == ("N6", "V24:F31")
    assert [each.contact for each in told.recipients] == [noe.chosen_holder]


@given(BIRTHS, WEEKS)
def test_a_follow_up_wakes_on_every_day_on_which_something_is_first_told(
    birth: date, gestation: str
) -> None:
    noe = family(birth, gestation, "Europe/Paris")
    now = datetime.combine(birth + timedelta(days=41), time(12), PARIS).astimezone(UTC)
    view = view_of(ChildFile(child=noe, zone=PARIS), PATHWAY, Moment(now=now, zone=PARIS))

    days = sorted({day for day in days_told(view) if day > view.on})

    for day in days:
        before = {(e.telling.code, e.subject) for e in wanted_on(noe, day - timedelta(days=1))}
        after = {(e.telling.code, e.subject) for e in wanted_on(noe, day)}
        assert after - before


def test_what_is_told_so_is_what_the_pathway_says() -> None:
    lines = {each.on: (each.code, each.days) for each in PATHWAY.reminders}

    assert lines[Occasion.TO_BOOK] == ("N5", -42)
    assert lines[Occasion.QUESTIONNAIRE] == ("N6", -30)
