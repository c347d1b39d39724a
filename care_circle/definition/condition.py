"""Conditions written as data, answered yes, no or "not known" (Kleene's logic).

What nobody has measured is not "no": `unknown or true` is true, `unknown and false` is
false, and everything else that leans on an unknown fact stays unknown (None). Whether a fact
is known at all is always decided.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from care_circle.ages import GestationalAge, NotAGestationalAge
from care_circle.definition.source import Node, each
from care_circle.moments import is_day, is_moment, is_time_of_day, ordered

Fact = bool | int | float | str | None
Facts = Mapping[str, object]
"""Facts by name; a condition looks at single values and at lists of them."""


class FactKind(StrEnum):
    """What a named fact is, so that a definition cannot compare a flag with a weight."""

    FLAG = "flag"
    NUMBER = "number"
    GESTATION = "gestation"
    WORD = "word"
    DAY = "day"
    TIME = "time"
    MOMENT = "moment"
    WORDS = "words"
    THING = "thing"


class Operator(StrEnum):
    """How a condition looks at its fact or joins its parts."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    IS = "is"
    HAS = "has"
    KNOWN = "known"
    BELOW = "below"
    UP_TO = "up_to"
    FROM = "from"
    ABOVE = "above"


BOUNDS = (Operator.BELOW, Operator.UP_TO, Operator.FROM, Operator.ABOVE)
_BOUND_BY: Mapping[Operator, Callable[[int, int], bool]] = {
    Operator.BELOW: operator.lt,
    Operator.UP_TO: operator.le,
    Operator.FROM: operator.ge,
    Operator.ABOVE: operator.gt,
}
_TESTS = (Operator.IS, Operator.HAS, Operator.KNOWN, *BOUNDS)
_WRITTEN = {
    FactKind.DAY: (is_day, "a day is expected, as in 2026-11-22"),
    FactKind.TIME: (is_time_of_day, "a time is expected, as in 18:00"),
    FactKind.MOMENT: (is_moment, "a moment is expected, as in 2026-11-22T18:00:00Z"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition: a test of one fact, or several conditions joined.

    A bound on a gestational age is in days; on a day, a time or a moment it is their text.
    """

    operator: Operator
    fact: str = ""
    bound: float | str = 0
    expected: bool | float | str = True
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
    inner = node.at(joints[0])
    nodes = (inner,) if joints[0] is Operator.NOT else inner.items()
    if not nodes:
        raise inner.wrong("at least one condition is expected")
    return Condition(
        operator=joints[0], parts=each(nodes, lambda part: read_condition(part, known))
    )


def _read_test(node: Node, known: Mapping[str, FactKind]) -> Condition:
    fact = node.at("fact").text()
    if fact not in known:
        raise node.at("fact").wrong(f"unknown fact {fact!r}")
    tests = [test for test in _TESTS if test in node.keyed()]
    if len(tests) != 1:
        raise node.wrong("exactly one test of the fact is expected")
    value, test, kind = node.at(tests[0]), tests[0], known[fact]
    if test is Operator.KNOWN:
        return Condition(operator=test, fact=fact, expected=value.flag())
    if test is Operator.HAS:
        if kind is not FactKind.WORDS:
            raise value.wrong("only what may have several answers 'has' one")
        return Condition(operator=test, fact=fact, expected=value.text())
    if test is Operator.IS:
        return Condition(operator=test, fact=fact, expected=_read_expected(value, kind))
    return Condition(operator=test, fact=fact, bound=_read_bound(value, kind))


def _read_expected(value: Node, kind: FactKind) -> bool | float | str:
    match kind:
        case FactKind.FLAG:
            return value.flag()
        case FactKind.NUMBER:
            return value.number()
        case FactKind.WORD:
            return value.text()
        case FactKind.DAY | FactKind.TIME | FactKind.MOMENT:
            return _read_written(value, kind)
        case FactKind.GESTATION:
            raise value.wrong("a gestational age is compared, it 'is' nothing")
        case FactKind.WORDS:
            raise value.wrong("what may have several answers 'has' one, it 'is' none")
        case FactKind.THING:
            raise value.wrong("of this fact only 'known' can be asked")


def _read_bound(value: Node, kind: FactKind) -> float | str:
    match kind:
        case FactKind.NUMBER:
            return value.number()
        case FactKind.GESTATION:
            try:
                return GestationalAge.written(value.text()).in_days
            except NotAGestationalAge as error:
                raise value.wrong("weeks and days are expected, as in '33+0'") from error
        case FactKind.DAY | FactKind.TIME | FactKind.MOMENT:
            return _read_written(value, kind)
        case _:
            raise value.wrong("only a measured fact can be compared")


def _read_written(value: Node, kind: FactKind) -> str:
    fits, expectation = _WRITTEN[kind]
    if not fits(value.text()):
        raise value.wrong(expectation)
    return value.text()


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """Answer a condition: yes, no, or None while the facts do not decide it."""
    match condition.operator:
        case Operator.ALL:
            return _all([evaluate(part, facts) for part in condition.parts])
        case Operator.ANY:
            return _not(_all([_not(evaluate(part, facts)) for part in condition.parts]))
        case Operator.NOT:
            return _not(evaluate(condition.parts[0], facts))
        case Operator.KNOWN:
            return (facts.get(condition.fact) not in (None, (), [])) is condition.expected
        case _:
            return _test(condition, facts.get(condition.fact))


def missing_facts(condition: Condition, facts: Facts) -> frozenset[str]:
    """Name the unknown facts that keep a condition from being decided."""
    if evaluate(condition, facts) is not None:
        return frozenset()
    if not condition.parts:
        return frozenset({condition.fact})
    return frozenset().union(*(missing_facts(part, facts) for part in condition.parts))


def facts_of(condition: Condition) -> frozenset[str]:
    """Name all facts that a condition speaks of."""
    if not condition.parts:
        return frozenset({condition.fact})
    return frozenset().union(*(facts_of(part) for part in condition.parts))


def _all(verdicts: list[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _not(verdict: bool | None) -> bool | None:  # noqa: FBT001 — the one value it turns round
    return None if verdict is None else not verdict


def _test(condition: Condition, value: object) -> bool | None:
    if condition.operator is Operator.HAS:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            return None
        return condition.expected in value
    if not isinstance(value, bool | int | float | str):
        return None
    if condition.operator is Operator.IS:
        return value == condition.expected
    order = ordered(value, condition.bound)
    return None if order is None else _BOUND_BY[condition.operator](order, 0)
