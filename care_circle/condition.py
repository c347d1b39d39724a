"""Conditions written as data, answered yes, no or "not known" (Kleene's logic).

What nobody has measured is not "no": `unknown or true` is true, `unknown and false` is
false, and everything else that leans on an unknown fact stays unknown (None).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from care_circle.ages import GestationalAge, NotAGestationalAge
from care_circle.definition import Node

Fact = bool | int | float | str | None
Facts = Mapping[str, Fact]


class FactKind(StrEnum):
    """What a named fact is, so that a definition cannot compare a flag with a weight."""

    FLAG = "flag"
    NUMBER = "number"
    GESTATION = "gestation"
    WORD = "word"


class Operator(StrEnum):
    """How a condition looks at its fact or joins its parts."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    IS = "is"
    BELOW = "below"
    UP_TO = "up_to"
    FROM = "from"
    ABOVE = "above"


_BOUNDS = (Operator.BELOW, Operator.UP_TO, Operator.FROM, Operator.ABOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition: a test of one fact, or several conditions joined.

    A bound on a gestational age is in days.
    """

    operator: Operator
    fact: str = ""
    bound: float = 0
    expected: bool | str = True
    parts: "tuple[Condition, ...]" = ()


def read_condition(node: Node, known: Mapping[str, FactKind]) -> Condition:
    """Read a condition that speaks of known facts only.

    Raises:
        DefinitionError: A fact is unknown, or is tested in a way its kind does not bear.
    """
    if "fact" in node.keyed():
        return _read_test(node, known)
    joints = [test for test in (Operator.ALL, Operator.ANY, Operator.NOT) if test in node.keyed()]
    if len(joints) != 1:
        raise node.wrong("one of 'all', 'any', 'not' or 'fact' is expected")
    node.only(joints[0])
    inner = node.at(joints[0])
    nodes = (inner,) if joints[0] is Operator.NOT else inner.items()
    if not nodes:
        raise inner.wrong("at least one condition is expected")
    return Condition(operator=joints[0], parts=tuple(read_condition(part, known) for part in nodes))


def _read_test(node: Node, known: Mapping[str, FactKind]) -> Condition:
    fact = node.at("fact").text()
    if fact not in known:
        raise node.at("fact").wrong(f"unknown fact {fact!r}")
    tests = [test for test in (Operator.IS, *_BOUNDS) if test in node.keyed()]
    if len(tests) != 1:
        raise node.wrong("exactly one test of the fact is expected")
    node.only("fact", tests[0])
    value = node.at(tests[0])
    if tests[0] is Operator.IS:
        return Condition(
            operator=Operator.IS, fact=fact, expected=_read_expected(value, known[fact])
        )
    return Condition(operator=tests[0], fact=fact, bound=_read_bound(value, known[fact]))


def _read_expected(value: Node, kind: FactKind) -> bool | str:
    match kind:
        case FactKind.FLAG:
            return value.flag()
        case FactKind.WORD:
            return value.text()
        case _:
            raise value.wrong("a measured fact is compared, it 'is' nothing")


def _read_bound(value: Node, kind: FactKind) -> float:
    match kind:
        case FactKind.NUMBER:
            return value.number()
        case FactKind.GESTATION:
            try:
                return GestationalAge.written(value.text()).in_days
            except NotAGestationalAge as error:
                raise value.wrong("weeks and days are expected, as in '33+0'") from error
        case _:
            raise value.wrong("only a measured fact can be compared")


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """Answer a condition: yes, no, or None while the facts do not decide it."""
    match condition.operator:
        case Operator.ALL:
            return _all([evaluate(part, facts) for part in condition.parts])
        case Operator.ANY:
            return _not(_all([_not(evaluate(part, facts)) for part in condition.parts]))
        case Operator.NOT:
            return _not(evaluate(condition.parts[0], facts))
        case _:
            return _test(condition, facts.get(condition.fact))


def missing_facts(condition: Condition, facts: Facts) -> frozenset[str]:
    """Name the unknown facts that keep a condition from being decided."""
    if evaluate(condition, facts) is not None:
        return frozenset()
    if not condition.parts:
        return frozenset({condition.fact})
    return frozenset().union(*(missing_facts(part, facts) for part in condition.parts))


def _all(verdicts: list[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _not(verdict: bool | None) -> bool | None:  # noqa: FBT001 — the one value it turns round
    return None if verdict is None else not verdict


def _test(condition: Condition, value: Fact) -> bool | None:
    if value is None:
        return None
    if condition.operator is Operator.IS:
        return value == condition.expected
    if isinstance(value, str):
        return None
    match condition.operator:
        case Operator.BELOW:
            return value < condition.bound
        case Operator.UP_TO:
            return value <= condition.bound
        case Operator.FROM:
            return value >= condition.bound
        case _:
            return value > condition.bound
