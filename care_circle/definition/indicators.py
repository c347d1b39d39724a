"""What a network counts at the end of a year, as words of the pathway's language.

An indicator names one measure; a measure is a map of one word to its options, such as
`{delay: {from: birth, to: inclusion}}` or `{lost: {}}`. What the words mean is in `yearly.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from care_circle.definition.source import Node
from care_circle.labels import Label, Mark


class Measured(StrEnum):
    """The words a measure may begin with."""

    COUNT = "count"
    DELAY = "delay"
    ATTENDANCE = "attendance"
    LOST = "lost"
    FORFAITS = "forfaits"
    MEETINGS = "meetings"
    EXITS = "exits"
    CONVENTIONS = "conventions"
    COMPLETENESS = "completeness"


class Counted(StrEnum):
    """Whom a count counts."""

    INCLUDED = "included"


class Breakdown(StrEnum):
    """By what a number is told apart."""

    CRITERION = "criterion"
    DEPARTMENT = "department"
    SEX = "sex"
    REASON = "reason"
    PROFESSION = "profession"


class Event(StrEnum):
    """Between what a delay may run."""

    BIRTH = "birth"
    DISCHARGE = "discharge"
    INCLUSION = "inclusion"
    PRESCRIPTION = "prescription"
    FIRST_SESSION = "first_session"
    FIRST_VISIT = "first_visit"


class ForfaitFate(StrEnum):
    """What became of a forfait in the year."""

    OPENED = "opened"
    USED = "used"
    RENEWED = "renewed"


class Per(StrEnum):
    """For each of whom a number is told."""

    ELIGIBLE_CHILD = "eligible_child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: its word, and of the options those the word takes.

    `since` and `until` are the `from` and `to` of a delay. `fields` are those of `form` whose
    answers make it complete.
    """

    word: Measured
    of: Counted | None = None
    by: Breakdown | None = None
    since: Event | None = None
    until: Event | None = None
    visit: str | None = None
    state: ForfaitFate | None = None
    per: Per | None = None
    form: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One line of the yearly report; `baseline` is the percentage to compare it with."""

    code: str
    label: Label
    mark: Mark
    measure: Measure
    baseline: float | None = None
    note: str | None = None


_OPTIONS: Mapping[Measured, tuple[str, ...]] = {
    Measured.COUNT: ("of", "by"),
    Measured.DELAY: ("from", "to"),
    Measured.ATTENDANCE: ("visit",),
    Measured.LOST: (),
    Measured.FORFAITS: ("state",),
    Measured.MEETINGS: ("per",),
    Measured.EXITS: ("by",),
    Measured.CONVENTIONS: ("by",),
    Measured.COMPLETENESS: ("form", "fields"),
}

_BREAKDOWNS: Mapping[Measured, tuple[Breakdown, ...]] = {
    Measured.COUNT: (Breakdown.CRITERION, Breakdown.DEPARTMENT, Breakdown.SEX),
    Measured.EXITS: (Breakdown.REASON,),
    Measured.CONVENTIONS: (Breakdown.PROFESSION, Breakdown.DEPARTMENT),
}

_BEGINNINGS = (Event.BIRTH, Event.DISCHARGE, Event.INCLUSION, Event.PRESCRIPTION)
_ENDS = (Event.INCLUSION, Event.FIRST_SESSION, Event.FIRST_VISIT)


def read_indicator(
    node: Node,
    *,
    visits: Collection[str] | None = None,
    forms: Mapping[str, Collection[str]] | None = None,
) -> Indicator:
    """Read one indicator.

    `visits` are the codes of the pathway's visits and `forms` the codes of each form's
    fields; where they are given, what the measure names must be among them.

    Raises:
        DefinitionError: Naming the place that is wrong.
    """
    code = node.at("code").text()
    here = node.named(code)
    here.only("code", "label", "mark", "measure", "baseline", "note")
    baseline, note = here.maybe("baseline"), here.maybe("note")
    measure = _read_measure(here.at("measure"))
    _check_named(here.at("measure"), measure, visits, forms)
    return Indicator(
        code=code,
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        measure=measure,
        baseline=None if baseline is None else baseline.number(),
        note=None if note is None else note.text(),
    )


def _read_measure(node: Node) -> Measure:
    words = list(node.keyed())
    if len(words) != 1 or words[0] not in list(Measured):
        raise node.wrong(f"one of {', '.join(Measured)} is expected")
    word = Measured(words[0])
    options = node.at(word)
    options.only(*_OPTIONS[word])
    if word is Measured.DELAY:
        return _read_delay(options)
    if word is Measured.COMPLETENESS:
        return _read_completeness(options)
    taken = {name: options.at(name) for name in _OPTIONS[word] if name != "by"}
    return Measure(
        word=word,
        of=taken["of"].choice(Counted) if "of" in taken else None,
        by=_read_breakdown(options, word),
        visit=taken["visit"].text() if "visit" in taken else None,
        state=taken["state"].choice(ForfaitFate) if "state" in taken else None,
        per=taken["per"].choice(Per) if "per" in taken else None,
    )


def _read_completeness(options: Node) -> Measure:
    fields = tuple(item.text() for item in options.at("fields").items())
    if not fields:
        raise options.at("fields").wrong("at least one field is expected")
    return Measure(word=Measured.COMPLETENESS, form=options.at("form").text(), fields=fields)


def _read_delay(options: Node) -> Measure:
    since, until = options.at("from").choice(Event), options.at("to").choice(Event)
    if since not in _BEGINNINGS:
        raise options.at("from").wrong(f"a delay begins at one of {', '.join(_BEGINNINGS)}")
    if until not in _ENDS or until is since:
        raise options.at("to").wrong(f"a delay ends at another one of {', '.join(_ENDS)}")
    return Measure(word=Measured.DELAY, since=since, until=until)


def _read_breakdown(options: Node, word: Measured) -> Breakdown | None:
    found = options.maybe("by")
    if found is None:
        return None
    by = found.choice(Breakdown)
    if by not in _BREAKDOWNS[word]:
        raise found.wrong(f"{word} is told apart by {', '.join(_BREAKDOWNS[word])}")
    return by


def _check_named(
    node: Node,
    measure: Measure,
    visits: Collection[str] | None,
    forms: Mapping[str, Collection[str]] | None,
) -> None:
    if visits is not None and measure.visit is not None and measure.visit not in visits:
        raise node.wrong(f"there is no visit {measure.visit!r}")
    if forms is None or measure.form is None:
        return
    if measure.form not in forms:
        raise node.wrong(f"there is no form {measure.form!r}")
    for field in measure.fields:
        if field not in forms[measure.form]:
            raise node.wrong(f"form {measure.form} has no field {field!r}")
