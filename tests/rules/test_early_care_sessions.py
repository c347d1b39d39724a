"""Sessions claimed, undone, corrected: by whom, on which days, how many, for how much."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from care_circle.actor import Actor
from care_circle.definition.early_care_terms import Part
from care_circle.early_care.claiming import (
    AfterItsEnd,
    BeforeOpening,
    NoConventionThatDay,
    NotTheirForfait,
    QuotaUsedUp,
    SessionIdTaken,
    SlotClaimed,
    TooLateToUndo,
    claim,
    correct,
    undo,
)
from care_circle.early_care.due import AlreadyTakenBack, Cause, TakenBack
from care_circle.early_care.forfait import (
    Forfait,
    NotOfTheDiscipline,
    assign,
    close,
    discreet,
)
from care_circle.early_care.session import BadSession, SessionInTheFuture
from care_circle.mending import Mendable, Mender
from care_circle.role import Profession, Role
from crypto.ids import CareSessionId, ProfessionalId, new_id
from tests.support.care import NOW, convention, coordinator
from tests.support.early_care import (
    COORDINATOR,
    PARIS,
    SINGING,
    SWIMMING,
    claimant,
    forfait,
    held,
)

ANA = coordinator()
DAY = date(2026, 9, 10)


def session_id() -> CareSessionId:
    return CareSessionId(new_id())


def filled(of: Forfait, meetings: int, by: ProfessionalId) -> Forfait:
    """Claim the assessment and then sessions, one a day."""
    for number in range(meetings):
        part = Part.SESSION if number else Part.ASSESSMENT
        said = held(of.opened_on + timedelta(days=number), part=part)
        of = claim(of, session_id(), said, claimant(by))
    return of


def taken(by: ProfessionalId, at: datetime, cause: Cause = Cause.NOT_HELD) -> TakenBack:
    return TakenBack(by=by, at=at, cause=cause)


def test_a_session_is_claimed_once_however_often_it_is_sent() -> None:
    kim, name = ProfessionalId(new_id()), session_id()
    opened = forfait(professional=kim)

    once = claim(opened, name, held(DAY), claimant(kim))

    assert claim(once, name, held(DAY), claimant(kim)) == once
    with pytest.raises(SessionIdTaken):
        claim(once, name, held(DAY, hour=10), claimant(kim))
    with pytest.raises(SessionIdTaken):
        claim(once, name, held(DAY), claimant())


def test_a_forfait_is_claimed_on_by_its_professional_or_by_the_profession() -> None:
    kim, lea = ProfessionalId(new_id()), ProfessionalId(new_id())

    hers = forfait(professional=kim)
    nobodys = assign(hers, None)

    with pytest.raises(NotTheirForfait):
        claim(hers, session_id(), held(DAY), claimant(lea))
    assert claim(nobodys, session_id(), held(DAY), claimant(lea)).done == 1
    nurse = claimant(lea, profession=Profession.NURSE)
    with pytest.raises(NotOfTheDiscipline):
        claim(nobodys, session_id(), held(DAY), nurse)


def test_what_counts_is_the_convention_on_the_day_of_the_session() -> None:
    kim, opened = ProfessionalId(new_id()), forfait()
    lapsed = convention(kim, until=DAY)
    fresh = convention(kim, since=DAY + timedelta(days=1))

    held_before = claim(opened, session_id(), held(DAY), claimant(kim, conventions=(lapsed,)))

    assert held_before.done == 1
    with pytest.raises(NoConventionThatDay):
        claim(opened, session_id(), held(DAY), claimant(kim, conventions=(fresh,)))
    next_day = held(DAY + timedelta(days=1))
    with pytest.raises(NoConventionThatDay):
        claim(opened, session_id(), next_day, claimant(kim, conventions=(lapsed,)))


def test_a_session_is_held_between_opening_and_last_day() -> None:
    kim, opened = ProfessionalId(new_id()), forfait()
    first, last = held(opened.opened_on), held(opened.valid_until)

    assert claim(opened, session_id(), first, claimant(kim)).done == 1
    assert claim(opened, session_id(), last, claimant(kim)).done == 1
    eve = held(opened.opened_on - timedelta(days=1))
    with pytest.raises(BeforeOpening):
        claim(opened, session_id(), eve, claimant(kim))
    morrow = held(opened.valid_until + timedelta(days=1))
    with pytest.raises(AfterItsEnd):
        claim(opened, session_id(), morrow, claimant(kim))


def test_a_session_has_begun_where_the_network_works() -> None:
    """At 22:30 in UTC it is half past midnight in Paris in summer, and the next day."""
    kim, opened = ProfessionalId(new_id()), forfait()
    late = datetime(2026, 9, 10, 22, 30, tzinfo=UTC)
    said = replace(held(date(2026, 9, 11)), at=time(0, 30))

    assert claim(opened, session_id(), said, claimant(kim, now=late)).done == 1
    later = replace(said, at=time(0, 31))
    with pytest.raises(SessionInTheFuture):
        claim(opened, session_id(), later, claimant(kim, now=late))
    with pytest.raises(SessionInTheFuture):
        claim(opened, session_id(), said, claimant(kim, now=late - timedelta(minutes=1)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"minutes": None},
        {"minutes": 45, "done": False},
        {"minutes": 481},
        {"place": "Chez elle, 3 rue Basse"},
        {"place": ""},
        {"note": "un\ndeux\ntrois\nquatre"},
        {"note": "x" * 601},
        {"at": time(9, 0, tzinfo=UTC)},
    ],
)
def test_what_cannot_be_said_of_a_session_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSession):
        claim(forfait(), session_id(), held(DAY, **wrong), claimant())


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(BadSession):
        claim(forfait(), CareSessionId("Rodomontade-0417"), held(DAY), claimant())


def test_a_professional_is_with_a_child_once_at_a_time() -> None:
    kim = ProfessionalId(new_id())
    once = claim(forfait(), session_id(), held(DAY), claimant(kim))
    just_after = replace(held(DAY), at=time(9, 45))

    assert claim(once, session_id(), just_after, claimant(kim)).done == 2
    with pytest.raises(SlotClaimed):
        claim(once, session_id(), replace(held(DAY), at=time(9, 44)), claimant(kim))
    elsewhere = claimant(kim, elsewhere=once.sessions)
    with pytest.raises(SlotClaimed):
        claim(forfait(), session_id(), replace(held(DAY), at=time(8, 30)), elsewhere)
    assert claim(once, session_id(), held(DAY), claimant()).done == 2


def test_midnight_parts_no_two_sessions_that_overlap() -> None:
    kim = ProfessionalId(new_id())
    late = replace(held(DAY), at=time(23, 30))
    once = claim(forfait(), session_id(), late, claimant(kim))

    early = replace(held(DAY + timedelta(days=1)), at=time(0, 10))
    with pytest.raises(SlotClaimed):
        claim(once, session_id(), early, claimant(kim))


def test_a_missed_session_uses_nothing_up_and_is_owed_nothing() -> None:
    kim = ProfessionalId(new_id())

    missed = claim(forfait(), session_id(), held(DAY, done=False), claimant(kim))

    assert (missed.done, missed.missed, missed.left) == (0, 1, 11)
    assert [each.owed for each in missed.sessions] == [None]


def test_each_sort_has_its_own_number() -> None:
    kim = ProfessionalId(new_id())
    full = filled(forfait(), 11, kim)

    again = held(DAY, hour=18, part=Part.ASSESSMENT)
    with pytest.raises(QuotaUsedUp):
        claim(forfait_with_its_assessment(kim), session_id(), again, claimant(kim))
    with pytest.raises(QuotaUsedUp):
        claim(full, session_id(), held(DAY, hour=18), claimant(kim))
    assert full.left == 0
    assert claim(full, session_id(), held(DAY, hour=18, done=False), claimant(kim)).missed == 1


def forfait_with_its_assessment(kim: ProfessionalId) -> Forfait:
    return filled(forfait(), 1, kim)


def test_the_year_pays_at_most_what_the_pathway_says() -> None:
    full = filled(forfait(), 11, ProfessionalId(new_id()))

    cents = [each.due.cents for each in full.sessions]
    assert cents == [5000, *[3000] * 9, 2000]
    assert sum(filter(None, cents)) == SWIMMING.year_cents


def test_an_amount_that_nobody_published_stays_unknown() -> None:
    singer = Actor(
        professional=ProfessionalId(new_id()),
        role=Role.PROFESSIONAL,
        profession=Profession.SPEECH_THERAPIST,
    )
    by = replace(
        claimant(singer.professional), actor=singer, profession=Profession.SPEECH_THERAPIST
    )

    sung = claim(forfait(discipline=SINGING), session_id(), held(DAY), by)

    assert [each.due.cents for each in sung.sessions] == [None]


def test_undoing_gives_the_place_back_and_only_on_the_same_day_in_paris() -> None:
    kim, name = ProfessionalId(new_id()), session_id()
    evening = datetime(2026, 9, 10, 21, 59, tzinfo=UTC)
    once = claim(forfait(), name, held(DAY), claimant(kim, now=evening))

    undone = undo(once, name, taken(kim, evening, Cause.UNDONE), zone=PARIS)

    assert (undone.done, undone.left, len(undone.sessions)) == (0, 11, 1)
    assert claim(undone, session_id(), held(DAY), claimant(kim)).done == 1
    with pytest.raises(AlreadyTakenBack):
        undo(undone, name, taken(kim, evening), zone=PARIS)
    after_midnight = evening + timedelta(minutes=1)
    with pytest.raises(TooLateToUndo):
        undo(once, name, taken(kim, after_midnight), zone=PARIS)
    with pytest.raises(NotTheirForfait):
        undo(once, name, taken(ProfessionalId(new_id()), evening), zone=PARIS)


def test_a_session_is_corrected_by_who_claimed_it_or_a_coordinator() -> None:
    kim, name = claimant(), session_id()
    once = claim(forfait(), name, held(DAY), kim)
    now = NOW + timedelta(days=60)

    by_her = correct(once, name, taken(kim.actor.professional, now), by=kim.actor)
    by_ana = correct(once, name, taken(ANA.id, now), by=ANA.actor)

    assert (by_her.done, by_ana.done) == (0, 0)
    lea = claimant()
    with pytest.raises(NotTheirForfait):
        correct(once, name, taken(lea.actor.professional, now), by=lea.actor)


def test_outside_the_circle_no_word_is_shown() -> None:
    kim, name = claimant(), session_id()
    once = claim(forfait(), name, held(DAY, note="elle a ri"), kim)
    words = TakenBack(by=kim.actor.professional, at=NOW, cause=Cause.OTHER, words="c'était sa sœur")
    told = correct(once, name, words, by=kim.actor)
    closed = close(told, by=COORDINATOR, now=NOW, today=DAY, reason="départ")

    assert "elle a ri" not in repr(closed)
    shown = discreet(closed)
    assert [each.held.note for each in shown.sessions] == [""]
    assert [each.due.taken_back and each.due.taken_back.words for each in shown.sessions] == [""]
    assert shown.closing is not None
    assert shown.closing.reason == ""
    assert (shown.done, shown.left) == (closed.done, closed.left)


def test_every_refusal_of_early_care_names_who_mends_it() -> None:
    def kinds(of: type[Mendable]) -> set[type[Mendable]]:
        return {of} | {each for kin in of.__subclasses__() for each in kinds(kin)}

    named = {kind.mended_by for kind in kinds(Mendable) - {Mendable}}

    assert named == set(Mender)
