"""Whether a newborn belongs in the pathway, decided by rules that are data.

The seven criteria and two exclusions come from the network's own sheet (seed 001). Four
answers are possible, and an unknown fact never reads as "no". Flags (the HAS list)
inform and never decide; guards are separate: they say whether one may include *now*.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from care_circle.ages import completed_months
from care_circle.definition.condition import (
    Condition,
    FactKind,
    Facts,
    evaluate,
    missing_facts,
    read_condition,
)
from care_circle.definition.grammar import require
from care_circle.definition.language import BOOK
from care_circle.definition.perinatal import KNOWN_FACTS
from care_circle.definition.source import Gathering, Node, distinct, each
from care_circle.labels import Label, Mark
from crypto.ids import ProfessionalId

_LISTS = ("criteria", "exclusions", "flags")


class NotIncludable(Exception):
    """The rules do not include this child: `outcome` and the names of missing facts say why."""

    def __init__(self, assessment: "Assessment") -> None:
        super().__init__(assessment.outcome)
        self.assessment = assessment


class GuardsUnmet(Exception):
    """The child could be included, but not now: `guards` names what is not yet so."""

    def __init__(self, guards: "tuple[Guard, ...]") -> None:
        super().__init__(", ".join(guards))
        self.guards = guards


class Outcome(StrEnum):
    """The four answers."""

    INCLUDED = "included"
    NOT_INCLUDED = "not_included"
    UNDETERMINED = "undetermined"
    EXCLUDED = "excluded"


class Guard(StrEnum):
    """What must be so on the day a child is included."""

    CONVENTION = "referring_physician_convention_active"
    CONSENT = "consent_recorded"
    AGE = "age_below_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its id (INC-1), what it says to people, its evidence, its condition."""

    id: str
    label: Label
    mark: Mark
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFact:
    """A fact of a child that this pathway asks for beside those of every birth."""

    code: str
    label: Label
    kind: FactKind
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A pathway's rules of inclusion; without `oldest_months` there is no limit of age."""

    version: str
    criteria: tuple[Rule, ...]
    exclusions: tuple[Rule, ...]
    flags: tuple[Rule, ...]
    facts: tuple[NamedFact, ...] = ()
    oldest_months: int | None = None
    oldest_months_mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answer for one child: rule ids that hold, that are open, facts that are missing."""

    outcome: Outcome
    version: str
    reasons: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That a child was included: by which criteria, of which version, when and by whom."""

    reasons: tuple[str, ...]
    version: str
    on: date
    by: ProfessionalId


def read_rules(node: Node) -> Rules:
    """Read a pathway's rules of inclusion.

    Raises:
        DefinitionError: With every rule and line that is wrong.
    """
    require(node, BOOK["rules"], BOOK)
    gathering = Gathering()
    facts = gathering.of(lambda: _read_facts(node)) or ()
    known = KNOWN_FACTS | {fact.code: fact.kind for fact in facts}
    lists = [gathering.of(partial(_read_list, node.at(key), known)) for key in _LISTS]
    oldest = gathering.of(lambda: node.optional("oldest_months", lambda it: it.at("value").whole()))
    gathering.end()
    criteria, exclusions, flags = (rules or () for rules in lists)
    limit = node.maybe("oldest_months")
    return Rules(
        version=node.at("version").text(),
        criteria=criteria,
        exclusions=exclusions,
        flags=flags,
        facts=facts,
        oldest_months=oldest,
        oldest_months_mark=None if limit is None else limit.at("mark").choice(Mark),
    )


def _read_facts(node: Node) -> tuple[NamedFact, ...]:
    items = node.listed("facts")
    distinct(items)
    for item in items:
        if item.at("code").text() in KNOWN_FACTS:
            raise item.at("code").wrong("every pathway has a fact of this name")
    return tuple(
        NamedFact(
            code=item.at("code").text(),
            label=item.at("label").label(),
            kind=item.at("kind").choice(FactKind),
            mark=item.at("mark").choice(Mark),
        )
        for item in items
    )


def _read_list(node: Node, known: Mapping[str, FactKind]) -> tuple[Rule, ...]:
    rules = each(node.items(), partial(_read_rule, known=known))
    distinct(node.items(), "id")
    return rules


def _read_rule(node: Node, *, known: Mapping[str, FactKind]) -> Rule:
    here = node.identified("id")
    return Rule(
        id=here.at("id").text(),
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        when=read_condition(here.at("when"), known),
    )


def assess(rules: Rules, facts: Facts) -> Assessment:
    """Answer whether a child with these facts belongs in the pathway.

    An exclusion that holds decides; then a criterion that holds, unless an exclusion is
    open; else whatever is open leaves the child undetermined.
    """
    excluding = _holding(rules.exclusions, facts)
    including = _holding(rules.criteria, facts)
    open_exclusions = _open(rules.exclusions, facts)
    undecided = open_exclusions if including else (*_open(rules.criteria, facts), *open_exclusions)
    if excluding:
        outcome, undecided = Outcome.EXCLUDED, ()
    elif undecided:
        outcome = Outcome.UNDETERMINED
    else:
        outcome = Outcome.INCLUDED if including else Outcome.NOT_INCLUDED
    return Assessment(
        outcome=outcome,
        version=rules.version,
        reasons=_ids(excluding or including),
        undecided=_ids(undecided),
        missing=_missing(undecided, facts),
        flags=_ids(_holding(rules.flags, facts)),
    )


def unmet_guards(
    rules: Rules,
    *,
    birth: date,
    on: date,
    convention_active: bool,
    consent_given: bool,
) -> tuple[Guard, ...]:
    """Name what keeps a child from being included on this day."""
    met = {
        Guard.CONVENTION: convention_active,
        Guard.CONSENT: consent_given,
        Guard.AGE: rules.oldest_months is None or completed_months(birth, on) < rules.oldest_months,
    }
    return tuple(guard for guard, holds in met.items() if not holds)


def decide(
    assessment: Assessment, guards: tuple[Guard, ...], *, by: ProfessionalId, on: date
) -> Decision:
    """Include a child.

    Raises:
        NotIncludable: The rules exclude the child, do not include it, or cannot tell.
        GuardsUnmet: Something else must come first.
    """
    if assessment.outcome is not Outcome.INCLUDED:
        raise NotIncludable(assessment)
    if guards:
        raise GuardsUnmet(guards)
    return Decision(reasons=assessment.reasons, version=assessment.version, on=on, by=by)


def _holding(rules: Iterable[Rule], facts: Facts) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if evaluate(rule.when, facts))


def _open(rules: Iterable[Rule], facts: Facts) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if evaluate(rule.when, facts) is None)


def _missing(rules: Iterable[Rule], facts: Facts) -> tuple[str, ...]:
    return tuple(sorted(frozenset().union(*(missing_facts(rule.when, facts) for rule in rules))))


def _ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)
