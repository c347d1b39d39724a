"""A pathway document over its life: draft, signed, amended, struck, never overwritten."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from care_circle.access import NotFound
from care_circle.circle import Circle, Newcomer, admit, open_circle, release
from care_circle.convention import NoActiveConvention
from care_circle.definition.form import Answer, Computation, Field, FieldType, FormRecord, Operation
from care_circle.documents.answers import BadAnswers, Known
from care_circle.documents.document import (
    Document,
    DocumentState,
    FormReplaced,
    KeptElsewhere,
    NotADraft,
    NotSignedYet,
    ReasonMissing,
    StaleEdition,
    Struck,
    Version,
    WrongProfession,
    WrongVisit,
    is_readable,
)
from care_circle.documents.pen import Pen, amend, draft, edit, sign, strike
from care_circle.documents.register import signed_of
from care_circle.role import Profession
from crypto.ids import CircleId, DocumentId, new_id
from tests.support.care import (
    NOW,
    PATHWAY,
    TODAY,
    Somebody,
    addition,
    child,
    convention,
    coordinator,
    genesis,
    removal,
    somebody,
)
from tests.support.care_answers import WHOLE

ANA = coordinator()
DOC = somebody(profession=Profession.PHYSICIAN)
KIM = somebody(profession=Profession.PHYSIOTHERAPIST)
OUT = somebody(profession=Profession.PHYSICIAN)
NAME = DocumentId("document")
V24 = PATHWAY.form("F26")


def circle_of(*members: Somebody) -> Circle:
    name = CircleId(new_id())
    circle = open_circle(name, child(), genesis(name, ANA), coordinator=ANA.record, now=NOW)
    for member in members:
        circle = admit(
            circle,
            addition(circle, member, ANA),
            newcomer=Newcomer(professional=member.record, conventions=(convention(member.id),)),
            by=ANA.id,
            now=NOW,
            today=TODAY,
        )
    return circle


CIRCLE = circle_of(DOC, KIM)


def pen(who: Somebody = DOC, **changes: object) -> Pen:
    whole = Pen(
        actor=who.actor,
        conventions=(convention(who.id),),
        child=CIRCLE.child,
        circle=CIRCLE,
        form=V24,
        known=Known(today=TODAY),
        today=TODAY,
        now=NOW,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # any field of a pen


@pytest.fixture
def begun() -> Document:
    return draft(NAME, pen(), {"walks_alone": True}, visit=None)


@pytest.fixture
def signed() -> Document:
    return sign(draft(NAME, pen(), WHOLE, visit=None), pen(), edition=1)


def test_a_draft_is_edited_under_its_edition(begun: Document) -> None:
    edited = edit(begun, pen(), WHOLE, edition=1)

    assert (begun.state, begun.edition, begun.visit) == (DocumentState.DRAFT, 1, "V24")
    assert (edited.state, edited.edition) == (DocumentState.DRAFT, 2)
    assert edited.current.answers == WHOLE
    with pytest.raises(StaleEdition):
        edit(edited, pen(), WHOLE, edition=1)


def test_a_whole_draft_is_signed_and_then_amended_by_a_further_version(
    signed: Document,
) -> None:
    heavier: dict[str, Answer] = WHOLE | {"weight_kg": 11.9}

    amended = amend(signed, pen(), heavier, edition=2, reason="Erreur de lecture du poids")

    assert (signed.state, amended.state) == (DocumentState.SIGNED, DocumentState.AMENDED)
    assert [version.number for version in amended.versions] == [1, 2]
    assert amended.versions[0] == signed.versions[0]
    assert amended.current.reason == "Erreur de lecture du poids"
    assert amended.current.signed_at == NOW


def test_an_incomplete_draft_is_not_signed(begun: Document) -> None:
    with pytest.raises(BadAnswers):
        sign(begun, pen(), edition=1)


def test_a_signed_document_is_not_edited_and_a_draft_is_not_amended(
    begun: Document, signed: Document
) -> None:
    with pytest.raises(NotADraft):
        edit(signed, pen(), WHOLE, edition=2)
    with pytest.raises(NotADraft):
        sign(signed, pen(), edition=2)
    with pytest.raises(NotSignedYet):
        amend(begun, pen(), WHOLE, edition=1, reason="x")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_an_amendment_and_a_strike_say_why(signed: Document, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        amend(signed, pen(), WHOLE, edition=2, reason=reason)
    with pytest.raises(ReasonMissing):
        strike(signed, pen(), edition=2, reason=reason)


def test_what_was_entered_in_error_stays_readable_and_takes_nothing_more(
    signed: Document,
) -> None:
    struck = strike(signed, pen(), edition=2, reason="Mauvais enfant")

    assert struck.state is DocumentState.ENTERED_IN_ERROR
    assert struck.versions == signed.versions
    assert is_readable(struck.state, V24, KIM.actor)
    with pytest.raises(Struck):
        amend(struck, pen(), WHOLE, edition=3, reason="x")
    with pytest.raises(Struck):
        strike(struck, pen(), edition=3, reason="x")


def test_only_the_right_profession_in_the_circle_under_a_convention_writes(
    begun: Document,
) -> None:
    over = convention(DOC.id, until=TODAY - timedelta(days=1))

    with pytest.raises(WrongProfession):
        sign(begun, pen(KIM), edition=1)
    with pytest.raises(WrongProfession):
        sign(begun, pen(ANA), edition=1)
    with pytest.raises(NotFound):
        sign(begun, pen(OUT), edition=1)
    with pytest.raises(NoActiveConvention):
        sign(begun, pen(conventions=(over,)), edition=1)
    with pytest.raises(NoActiveConvention):
        draft(NAME, pen(conventions=()), WHOLE, visit=None)


def test_whoever_left_the_circle_signs_nothing_more(begun: Document) -> None:
    left = release(CIRCLE, removal(CIRCLE, DOC, ANA), by=ANA.id, now=NOW)

    with pytest.raises(NotFound):
        sign(begun, pen(circle=left), edition=1)


def test_a_document_is_written_in_its_own_circle_and_on_its_own_form(begun: Document) -> None:
    with pytest.raises(NotFound):
        edit(begun, pen(child=child(), circle=circle_of(DOC)), WHOLE, edition=1)
    with pytest.raises(FormReplaced):
        edit(begun, pen(form=replace(V24, version="another")), WHOLE, edition=1)


def test_a_draft_is_its_writers_own_and_a_signed_document_is_for_the_circle(
    begun: Document, signed: Document
) -> None:
    assert is_readable(begun.state, V24, DOC.actor)
    for reader in (ANA, KIM):
        assert is_readable(signed.state, V24, reader.actor)
        assert not is_readable(begun.state, V24, reader.actor)


def test_the_office_reads_outside_its_circles_only_what_names_it(signed: Document) -> None:
    named = replace(V24, readers=("coordinator",))

    assert not is_readable(signed.state, V24, ANA.actor, member=False)
    assert is_readable(signed.state, named, ANA.actor, member=False)
    assert not is_readable(DocumentState.DRAFT, named, ANA.actor, member=False)


def test_a_form_may_name_its_readers(signed: Document) -> None:
    narrow = replace(V24, readers=("psychologist",))

    assert is_readable(signed.state, narrow, DOC.actor)
    assert not any(is_readable(signed.state, narrow, reader.actor) for reader in (ANA, KIM))


def test_the_office_fills_what_names_it_without_a_circle_or_a_convention() -> None:
    theirs = replace(V24, fillers=("coordinator",))

    begun = draft(NAME, pen(ANA, form=theirs, circle=None, conventions=()), {}, visit=None)

    assert (begun.circle, begun.child) == (None, CIRCLE.child)
    with pytest.raises(NotFound):
        draft(NAME, pen(circle=None), {}, visit=None)


def test_a_form_of_a_record_is_filled_where_the_record_is_kept() -> None:
    kept = replace(V24, record=FormRecord.PRESCRIPTION)

    with pytest.raises(KeptElsewhere) as refusal:
        draft(NAME, pen(form=kept), {}, visit=None)

    assert refusal.value.record is FormRecord.PRESCRIPTION


def test_a_form_is_for_its_own_visits() -> None:
    with pytest.raises(WrongVisit):
        draft(NAME, pen(), {}, visit="V03")


def test_numbers_are_computed_at_every_write_whatever_was_sent() -> None:
    computation = Computation(operation=Operation.MONTHS, terms=("birth", "visit_date"))
    age = Field(
        code="age_months",
        label=V24.label,
        type=FieldType.WHOLE,
        mark=V24.mark,
        unit="mo",
        minimum=0,
        maximum=99,
        compute=computation,
    )
    first, *others = V24.sections
    form = replace(V24, sections=(replace(first, fields=(*first.fields, age)), *others))
    known = Known(birth=date(2024, 2, 29), today=TODAY)
    held: dict[str, Answer] = {"visit_date": "2026-02-28", "age_months": 3}

    begun = draft(NAME, pen(form=form, known=known), held, visit=None)
    edited = edit(
        begun,
        pen(form=form, known=known),
        {"visit_date": "2026-03-29", "age_months": 3},
        edition=1,
    )

    assert (begun.current.answers["age_months"], edited.current.answers["age_months"]) == (24, 25)


RIGHT = pen()
PENS = st.sampled_from([RIGHT, pen(KIM), pen(OUT), pen(conventions=())])
ANSWERS = st.sampled_from([WHOLE, WHOLE | {"weight_kg": 12.5}, {"walks_alone": False}, {"x": 1}])
REFUSALS = (
    *(BadAnswers, NotADraft, NotSignedYet, StaleEdition, Struck, ReasonMissing),
    *(WrongProfession, NotFound, NoActiveConvention),
)


class DocumentLife(RuleBasedStateMachine):
    """A document's life: whatever is tried, what was signed stays as it was signed."""

    def __init__(self) -> None:
        super().__init__()
        self.document = draft(NAME, pen(), {}, visit=None)
        self.signed: list[Version] = []
        self.writes = 1

    @rule(who=PENS, answers=ANSWERS, back=st.integers(0, 1))
    def it_is_edited(self, who: Pen, answers: dict[str, Answer], back: int) -> None:
        self._try(lambda d: edit(d, who, answers, edition=d.edition - back), who, stale=bool(back))

    @rule(who=PENS, back=st.integers(0, 1))
    def it_is_signed(self, who: Pen, back: int) -> None:
        self._try(lambda d: sign(d, who, edition=d.edition - back), who, stale=bool(back))

    @rule(who=PENS, answers=ANSWERS, reason=st.sampled_from(["", "Correction"]))
    def it_is_amended(self, who: Pen, answers: dict[str, Answer], reason: str) -> None:
        self._try(
            lambda d: amend(d, who, answers, edition=d.edition, reason=reason),
            who,
            stale=not reason,
        )

    @rule(who=PENS, sure=st.integers(0, 4))
    def it_is_struck(self, who: Pen, sure: int) -> None:
        if sure == 4:
            self._try(
                lambda d: strike(d, who, edition=d.edition, reason="Erreur"), who, stale=False
            )

    @invariant()
    def what_was_signed_is_there_unchanged_and_in_order(self) -> None:
        kept = [version for version in self.document.versions if version.signed_at is not None]
        assert kept == self.signed
        assert [v.number for v in self.document.versions] == list(
            range(1, len(self.document.versions) + 1)
        )

    @invariant()
    def every_write_counts_one_edition(self) -> None:
        assert self.document.edition == self.writes

    @invariant()
    def the_state_is_what_happened(self) -> None:
        expected = (
            (DocumentState.DRAFT, DocumentState.SIGNED, DocumentState.AMENDED)[
                min(len(self.signed), 2)
            ]
            if self.document.strike is None
            else DocumentState.ENTERED_IN_ERROR
        )
        assert self.document.state is expected

    def _try(self, act: object, who: Pen, *, stale: bool) -> None:
        assert callable(act)
        before = self.document
        was_struck = before.strike is not None
        try:
            after = act(before)
        except REFUSALS:
            assert self.document is before
            return
        assert isinstance(after, Document)
        assert who is RIGHT
        assert not stale
        assert not was_struck
        self.document = after
        self.writes += 1
        if after.current.signed_at is not None and len(after.versions) > len(self.signed):
            self.signed.append(after.current)


TestDocumentLife = DocumentLife.TestCase
TestDocumentLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [("Europe/Paris", 23, 1), ("Indian/Reunion", 19, 0), ("America/Martinique", 3, -1)],
)
def test_a_measure_is_told_with_the_day_it_was_signed_on_where_the_network_works(
    zone: str, hour: int, day: int
) -> None:
    at = datetime.combine(TODAY, time(hour, 30), UTC)
    document = draft(DocumentId(new_id()), pen(), WHOLE, visit="V24")
    signed_late = sign(document, pen(now=at), edition=1)

    (source,) = signed_of([signed_late], PATHWAY, zone=ZoneInfo(zone))

    assert source.on == TODAY + timedelta(days=day)
