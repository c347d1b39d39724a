"""Inclusion as data: the vectors of the domain paper (section 5.1), and what is unknown."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.condition import Fact, evaluate, missing_facts, read_condition
from care_circle.definition.inclusion import (
    Guard,
    GuardsUnmet,
    NotIncludable,
    Outcome,
    assess,
    decide,
    read_rules,
    unmet_guards,
)
from care_circle.definition.pathway import COCON
from care_circle.definition.perinatal import KNOWN_FACTS, Perinatal
from care_circle.definition.source import DefinitionError, parse, written
from care_circle.labels import Mark
from crypto.ids import ProfessionalId
from tests.support.care import PATHWAY, newborn

RULES = PATHWAY.inclusion
BY = ProfessionalId("coordinator")
TEXT = (COCON / "inclusion.yaml").read_text(encoding="utf-8")


def facts(birth: Perinatal, **circumstances: bool | None) -> dict[str, Fact]:
    known: dict[str, Fact] = {"parental_refusal": False, "moved_out_of_territory": False}
    return birth.facts() | known | circumstances


@pytest.mark.parametrize(
    ("birth", "outcome", "reasons"),
    [
        (newborn("32+6"), Outcome.INCLUDED, ("INC-1",)),
        (newborn("33+0", birth_weight_g=1600), Outcome.NOT_INCLUDED, ()),
        (newborn("33+0", birth_weight_g=1499), Outcome.INCLUDED, ("INC-1",)),
        (newborn("33+0", birth_weight_g=1500), Outcome.NOT_INCLUDED, ()),
        (newborn("34+6", growth_percentile=2), Outcome.INCLUDED, ("INC-2",)),
        (newborn("34+6", growth_percentile=3), Outcome.NOT_INCLUDED, ()),
        (newborn("35+0", growth_percentile=2), Outcome.NOT_INCLUDED, ()),
        (newborn("34+0", psycho_affective_risk=True), Outcome.INCLUDED, ("INC-2",)),
        (newborn("34+0", socio_economic_risk=True), Outcome.INCLUDED, ("INC-2",)),
        (newborn("40+0", hie_treated_by_hypothermia=True), Outcome.INCLUDED, ("INC-3",)),
        (newborn("40+0", complex_cardiopathy=True), Outcome.INCLUDED, ("INC-4",)),
        (newborn("40+0", severe_congenital_malformation=True), Outcome.INCLUDED, ("INC-5",)),
        (newborn("40+0", severe_congenital_infection=True), Outcome.INCLUDED, ("INC-5",)),
        (newborn("40+0", neurological_pathology=True), Outcome.INCLUDED, ("INC-6",)),
        (
            newborn("40+0", in_utero_psychotropic_or_toxic_exposure=True),
            Outcome.INCLUDED,
            ("INC-7",),
        ),
    ],
)
def test_a_child_is_included_by_exactly_the_criteria_that_hold(
    birth: Perinatal, outcome: Outcome, reasons: tuple[str, ...]
) -> None:
    answer = assess(RULES, facts(birth))

    assert (answer.outcome, answer.reasons) == (outcome, reasons)


def test_growth_restriction_at_35_weeks_raises_a_flag_and_decides_nothing() -> None:
    answer = assess(RULES, facts(newborn("35+0", growth_percentile=2)))

    assert answer.outcome is Outcome.NOT_INCLUDED
    assert answer.flags == ("HAS-2",)


def test_an_unknown_gestational_age_is_undetermined_and_never_no() -> None:
    answer = assess(RULES, facts(newborn(None)))

    assert answer.outcome is Outcome.UNDETERMINED
    assert answer.undecided == ("INC-1",)
    assert answer.missing == ("gestational_age",)


def test_with_an_unknown_gestational_age_a_risk_leaves_two_criteria_open() -> None:
    answer = assess(RULES, facts(newborn(None, growth_percentile=None)))

    assert answer.undecided == ("INC-1", "INC-2")
    assert answer.missing == ("gestational_age", "growth_percentile")


def test_hypothermia_includes_a_child_whose_gestational_age_is_unknown() -> None:
    answer = assess(RULES, facts(newborn(None, hie_treated_by_hypothermia=True)))

    assert (answer.outcome, answer.reasons) == (Outcome.INCLUDED, ("INC-3",))


def test_a_child_of_whom_nothing_is_known_is_undetermined() -> None:
    answer = assess(RULES, facts(Perinatal()))

    assert answer.outcome is Outcome.UNDETERMINED
    assert "hie_treated_by_hypothermia" in answer.missing


@pytest.mark.parametrize(
    ("circumstance", "rule"),
    [("parental_refusal", "EXC-1"), ("moved_out_of_territory", "EXC-2")],
)
def test_an_exclusion_decides_whatever_else_holds(circumstance: str, rule: str) -> None:
    answer = assess(RULES, facts(newborn("28+3"), **{circumstance: True}))

    assert (answer.outcome, answer.reasons) == (Outcome.EXCLUDED, (rule,))


def test_an_open_exclusion_keeps_a_child_undetermined() -> None:
    answer = assess(RULES, facts(newborn("28+3"), parental_refusal=None))

    assert answer.outcome is Outcome.UNDETERMINED
    assert answer.missing == ("parental_refusal",)


@given(
    st.one_of(st.none(), st.integers(22 * 7, 42 * 7)),
    st.one_of(st.none(), st.integers(400, 5000)),
    st.dictionaries(st.sampled_from(sorted(KNOWN_FACTS)), st.none()),
)
def test_learning_more_never_contradicts_what_was_decided(
    gestation: int | None, weight: int | None, forgotten: dict[str, None]
) -> None:
    whole = facts(newborn("35+0")) | {"gestational_age": gestation, "birth_weight_g": weight}

    with_less = assess(RULES, {**whole, **forgotten}).outcome
    with_more = assess(RULES, whole).outcome

    assert with_less in (with_more, Outcome.UNDETERMINED)


def test_the_guards_are_apart_from_the_rules() -> None:
    unmet = unmet_guards(
        RULES,
        birth=date(2019, 11, 21),
        on=date(2026, 11, 21),
        convention_active=False,
        consent_given=False,
    )

    assert unmet == (Guard.CONVENTION, Guard.CONSENT, Guard.AGE)


def test_a_child_is_young_enough_until_the_day_before_the_limit() -> None:
    unmet = unmet_guards(
        RULES,
        birth=date(2019, 11, 22),
        on=date(2026, 11, 21),
        convention_active=True,
        consent_given=True,
    )

    assert unmet == ()


def test_including_asks_for_the_rules_first_and_the_guards_then() -> None:
    included = assess(RULES, facts(newborn("28+3")))
    unknown = assess(RULES, facts(newborn(None)))

    decision = decide(included, (), by=BY, on=date(2026, 11, 21))

    assert decision.reasons == ("INC-1",)
    with pytest.raises(NotIncludable, match="undetermined"):
        decide(unknown, (Guard.CONSENT,), by=BY, on=date(2026, 11, 21))
    with pytest.raises(GuardsUnmet, match="consent_recorded"):
        decide(included, (Guard.CONSENT,), by=BY, on=date(2026, 11, 21))


def test_every_rule_says_how_well_it_is_founded() -> None:
    rules = (*RULES.criteria, *RULES.exclusions)

    assert [rule.id for rule in rules] == [*(f"INC-{n}" for n in range(1, 8)), "EXC-1", "EXC-2"]
    assert {rule.mark for rule in rules} == {Mark.SOURCED}
    assert RULES.oldest_months_mark is Mark.ASSUMED
    assert len(RULES.flags) == 7


Slip = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("slip", "problem"),
    [
        (
            lambda rule: rule["when"]["all"][2]["any"][0].update(fact="bad_luck"),
            "unknown fact 'bad_luck'",
        ),
        (lambda rule: rule["when"]["all"][0].update({"from": "33"}), "weeks and days"),
        (lambda rule: rule.update(when={"fact": "gestational_age", "is": True}), "compared"),
        (lambda rule: rule.update(whem={}), "unknown key 'whem'"),
        (lambda rule: rule.update(mark="G"), "'G' is none of"),
        (lambda rule: rule.pop("when"), "'when' is missing"),
        (lambda rule: rule.update(when={"any": []}), "at least 1 of them is expected"),
        (lambda rule: rule["label"].update(fr=""), "a text is expected"),
    ],
)
def test_a_wrong_definition_names_the_rule_and_the_line(slip: Slip, problem: str) -> None:
    data: Any = parse(TEXT, "inclusion.yaml").plain()
    slip(data["criteria"][1])
    text = written(data)

    with pytest.raises(DefinitionError) as refused:
        read_rules(parse(text, "inclusion.yaml"))

    (complaint,) = refused.value.complaints
    rule = [at for at, line in enumerate(text.splitlines(), 1) if line.startswith("- id: INC-")]
    assert complaint.name == "INC-2"
    assert problem in complaint.problem
    assert rule[1] <= complaint.line < rule[2]


def test_two_rules_of_one_name_are_refused() -> None:
    data: Any = parse(TEXT, "inclusion.yaml").plain()
    data["criteria"][1]["id"] = "INC-1"

    with pytest.raises(DefinitionError, match="'INC-1' stands there twice"):
        read_rules(parse(written(data), "inclusion.yaml"))


VALUES: list[bool | None] = [True, False, None]


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_joined_conditions_follow_kleenes_tables(one: bool | None, other: bool | None) -> None:
    flags = {"a": KNOWN_FACTS["parental_refusal"], "b": KNOWN_FACTS["parental_refusal"]}
    parts = [{"fact": "a", "is": True}, {"fact": "b", "is": True}]
    known = {"a": one, "b": other}

    both, either, neither = (
        read_condition(parse(json.dumps(condition), "test"), flags)
        for condition in ({"all": parts}, {"any": parts}, {"not": {"any": parts}})
    )

    order = {False: 0, None: 1, True: 2}
    least, most = sorted((one, other), key=order.__getitem__)
    assert evaluate(both, known) is least
    assert evaluate(either, known) is most
    assert evaluate(neither, known) is (None if most is None else not most)
    assert missing_facts(both, known) == (
        frozenset(name for name, value in known.items() if value is None)
        if least is None
        else frozenset()
    )
