"""Forms read from their definitions, each mistake told at its line.

The shapes are checked first (`language.py`); here is what a shape cannot say: that what a
part names is there, comes before it, and is of the right kind.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from care_circle.definition.condition import FactKind, read_condition
from care_circle.definition.form import (
    CHOSEN,
    NUMBERS,
    Choice,
    Code,
    Control,
    Due,
    Field,
    FieldType,
    Form,
    FormRecord,
    Rows,
    Scale,
    Section,
)
from care_circle.definition.form_sources import check_computations, read_computation, read_prefill
from care_circle.definition.grammar import require
from care_circle.definition.language import BOOK
from care_circle.definition.record_reading import check_record, check_relay, read_plan
from care_circle.definition.source import DefinitionError, Gathering, Node, distinct, each
from care_circle.labels import Mark
from care_circle.moments import is_day

_FACTS = {
    FieldType.FLAG: FactKind.FLAG,
    FieldType.WHOLE: FactKind.NUMBER,
    FieldType.DECIMAL: FactKind.NUMBER,
    FieldType.CHOICE: FactKind.WORD,
    FieldType.LINE: FactKind.WORD,
    FieldType.TEXT: FactKind.WORD,
    FieldType.ADDRESS: FactKind.WORD,
    FieldType.DATE: FactKind.DAY,
    FieldType.TIME: FactKind.TIME,
    FieldType.MOMENT: FactKind.MOMENT,
}
_OF_A_SCALE = (FieldType.DATE, FieldType.LINE, *NUMBERS)
_BEARS = {
    "choices": CHOSEN,
    "other": CHOSEN,
    "orientation": (*CHOSEN, FieldType.FLAG, FieldType.LINE),
    "range": NUMBERS,
    "unit": NUMBERS,
    "decimals": (FieldType.DECIMAL,),
    "compute": NUMBERS,
    "most": (FieldType.LINE, FieldType.TEXT, FieldType.ADDRESS),
    "not_before": (FieldType.DATE,),
    "not_after": (FieldType.DATE,),
    "value_set": (FieldType.LINE,),
    "targets": (FieldType.REFERENCE,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read so far, of which the rest may speak."""

    kinds: dict[str, FactKind] = field(default_factory=dict)
    rows: dict[str, str | None] = field(default_factory=dict)
    types: dict[str, FieldType] = field(default_factory=dict)
    within: dict[str, str | None] = field(default_factory=dict)
    repeating: set[str] = field(default_factory=set)

    def facts(self, section: str | None) -> dict[str, FactKind]:
        """Give the facts a condition may speak of in a section.

        From outside, the answers of rows are many: a condition there could not choose one.
        """
        around = {None, *self._around(section)}
        return {code: kind for code, kind in self.kinds.items() if self.rows[code] in around}

    def rows_around(self, section: str | None) -> str | None:
        """Give the innermost section around, itself included, that repeats."""
        return next((each for each in self._around(section) if each in self.repeating), None)

    def _around(self, section: str | None) -> Iterator[str]:
        while section is not None:
            yield section
            section = self.within.get(section)


def read_form(node: Node) -> Form:
    """Read a form's definition.

    Raises:
        DefinitionError: With every field and line that is wrong.
    """
    require(node, BOOK["form"], BOOK)
    here, known = node.identified(), _Known()
    sections = here.at("sections").items()
    read = each(sections, lambda item: _read_section(item, known))
    distinct(sections)
    rows = (item for item in sections if item.maybe("repeats") is not None)
    distinct((*rows, *(inner for item in sections for inner in item.at("fields").items())))
    check_computations(read, sections)
    check_relay(here, read)
    check_record(here, read)
    visits = _read_visits(here)
    return Form(
        code=here.at("code").text(),
        version=here.at("version").text(),
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        stage=here.at("stage").text(),
        fillers=tuple(item.text() for item in here.at("fillers").items()),
        readers=tuple(item.text() for item in here.listed("readers")),
        sections=read,
        visits=visits,
        visit=next(iter(visits), None),
        record=here.optional("record", lambda it: it.choice(FormRecord)) or FormRecord.DOCUMENT,
        many=_flag(here, "many", otherwise=not visits),
        due=here.optional("due", _read_due),
        help=here.optional("help", Node.label),
        formerly=tuple(item.text() for item in here.listed("formerly")),
        codes=tuple(_read_code(item) for item in here.listed("codes")),
        source=here.optional("source", _read_source) or {},
        note=here.optional("note", Node.text),
        relay=_flag(here, "relay"),
        plan=here.optional("plan", read_plan),
    )


def _read_visits(node: Node) -> tuple[str, ...]:
    visit, visits = node.maybe("visit"), node.listed("visits")
    if visit is not None and visits:
        raise visit.wrong("either 'visit' or 'visits' is said, not both")
    return tuple(item.text() for item in visits) if visit is None else (visit.text(),)


def _read_due(node: Node) -> Due:
    return Due(
        after=node.at("after").text(),
        days=node.at("days").whole(),
        mark=node.optional("mark", lambda it: it.choice(Mark)),
        note=node.optional("note", Node.text),
    )


def _read_source(node: Node) -> dict[str, str]:
    return {key: item.text() for key, item in node.keyed().items() if item.value is not None}


def _read_section(node: Node, known: _Known) -> Section:
    here = node.identified()
    code = here.at("code").text()
    outer = here.optional("within", lambda it: _earlier(it, known.within, "section"))
    when = here.optional("when", lambda it: read_condition(it, known.facts(outer)))
    rows = here.optional("repeats", _read_rows)
    known.within[code] = outer
    if rows is not None:
        known.repeating.add(code)
    fields = each(here.at("fields").items(), lambda item: _read_field(item, known, code))
    if here.maybe("scale") is not None:
        _check_scale(here)
    return Section(
        code=code,
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        fields=fields,
        when=when,
        help=here.optional("help", Node.label),
        repeats=rows,
        required=_flag(here, "required"),
        scale=here.optional("scale", _read_scale),
        within=outer,
        loose=_flag(here, "loose"),
        codes=tuple(_read_code(item) for item in here.listed("codes")),
        read_only=_flag(here, "read_only"),
        hidden=_flag(here, "hidden"),
        control=here.optional("control", lambda it: it.choice(Control)),
        prefix=here.optional("prefix", Node.text),
        link=here.optional("link", Node.text),
        note=here.optional("note", Node.text),
    )


def _check_scale(node: Node) -> None:
    """Refuse items of a scale that is not ours to print: dates, lines and scores only."""
    wrong = [
        item.at("type").named(item.at("code").text())
        for item in node.at("fields").items()
        if item.at("type").choice(FieldType) not in _OF_A_SCALE
    ]
    if wrong:
        problem = "of a scale only dates, lines and numbers are asked, never its items"
        raise DefinitionError(*(item.complaint(problem) for item in wrong))


def _read_scale(node: Node) -> Scale:
    return Scale(
        name=node.at("name").text(),
        licence=node.at("licence").text(),
        note=node.optional("note", Node.text),
    )


def _read_field(node: Node, known: _Known, section: str) -> Field:
    """Read a field; what it speaks of comes before it."""
    here, gathering = node.identified(), Gathering()
    code, kind = here.at("code").text(), here.at("type").choice(FieldType)
    gathering.of(lambda: _check_kind(here, kind))
    facts = known.facts(section)
    bounds = gathering.of(lambda: _read_range(here, kind)) or (None, None)
    read = Field(
        code=code,
        label=here.at("label").label(),
        type=kind,
        mark=here.at("mark").choice(Mark),
        required=_flag(here, "required"),
        unit=here.optional("unit", Node.text),
        minimum=bounds[0],
        maximum=bounds[1],
        decimals=here.optional("decimals", Node.whole),
        choices=gathering.of(lambda: _read_choices(here)) or (),
        other=_flag(here, "other"),
        several=here.optional("several", _read_rows),
        codes=tuple(_read_code(item) for item in here.listed("codes")),
        when=gathering.of(lambda: here.optional("when", lambda it: read_condition(it, facts))),
        help=here.optional("help", Node.label),
        most=here.optional("most", Node.whole),
        not_before=gathering.of(lambda: _read_limit(here, "not_before", "birth", known)),
        not_after=gathering.of(lambda: _read_limit(here, "not_after", "today", known)),
        prefill=gathering.of(lambda: here.optional("prefill", read_prefill)),
        compute=here.optional("compute", read_computation),
        under=gathering.of(
            lambda: here.optional("under", lambda it: _earlier(it, known.types, "field"))
        ),
    )
    _learn(known, read, section)
    gathering.end()
    return _drawn(read, here)


def _drawn(field: Field, node: Node) -> Field:
    """Add how a field is shown, and what others call it."""
    return replace(
        field,
        read_only=_flag(node, "read_only"),
        hidden=_flag(node, "hidden"),
        control=node.optional("control", lambda it: it.choice(Control)),
        orientation=node.optional("orientation", Node.text),
        prefix=node.optional("prefix", Node.text),
        link=node.optional("link", Node.text),
        fhir=node.optional("as", Node.text),
        value_set=node.optional("value_set", Node.text),
        relay=_flag(node, "relay"),
        targets=tuple(item.text() for item in node.listed("targets")),
        note=node.optional("note", Node.text),
    )


def _learn(known: _Known, field: Field, section: str) -> None:
    """Let what follows speak of a field, even of one with a mistake."""
    known.types[field.code] = field.type
    if field.type is FieldType.NOTE:
        return
    kind = _FACTS.get(field.type, FactKind.THING)
    known.kinds[field.code] = FactKind.WORDS if field.is_listed else kind
    known.rows[field.code] = known.rows_around(section)


def _check_kind(node: Node, kind: FieldType) -> None:
    """Refuse what a type does not bear, and a type without what it needs."""
    gathering = Gathering()
    for key, kinds in _BEARS.items():
        found = node.maybe(key)
        if found is not None and kind not in kinds:
            gathering.of(partial(_refuse, found, f"{key!r} goes with the type {_or(kinds)} only"))
    if kind in CHOSEN and node.maybe("choices") is None:
        gathering.of(partial(_refuse, node, f"the type {kind.value!r} needs 'choices'"))
    if kind in NUMBERS and node.maybe("range") is None:
        gathering.of(partial(_refuse, node, "a number needs a 'range'"))
    if kind is FieldType.NOTE and _flag(node, "required"):
        gathering.of(partial(_refuse, node.at("required"), "a note is not answered"))
    gathering.end()


def _refuse(node: Node, problem: str) -> None:
    raise node.wrong(problem)


def _or(kinds: Iterable[FieldType]) -> str:
    return " or ".join(repr(kind.value) for kind in kinds)


def _read_range(node: Node, kind: FieldType) -> tuple[float | None, float | None]:
    found = node.maybe("range")
    if found is None or kind not in NUMBERS:
        return None, None
    least, most = (None if it.value is None else it.number() for it in found.items())
    if least is not None and most is not None and least > most:
        raise found.wrong("two numbers are expected, the smaller first")
    return least, most


def _read_choices(node: Node) -> tuple[Choice, ...]:
    items = node.listed("choices")
    distinct(items)
    return tuple(
        Choice(
            code=item.at("code").text(),
            label=item.at("label").label(),
            codes=tuple(_read_code(inner) for inner in item.listed("codes")),
            score=item.optional("score", Node.number),
            kind=item.optional("as", Node.text),
            exclusive=_flag(item, "exclusive"),
            prefix=item.optional("prefix", Node.text),
        )
        for item in items
    )


def _read_code(node: Node) -> Code:
    return Code(
        code=node.at("code").text(),
        system=node.optional("system", Node.text),
        display=node.optional("display", Node.text),
        version=node.optional("version", Node.text),
    )


def _read_rows(node: Node) -> Rows:
    rows = Rows(
        least=node.optional("least", Node.whole) or 0, most=node.optional("most", Node.whole)
    )
    if rows.most is not None and rows.most < max(rows.least, 1):
        raise node.wrong("'most' is smaller than 'least', or nothing")
    return rows


def _read_limit(node: Node, key: str, word: str, known: _Known) -> str | None:
    """Read what a day may not be before or after: a word, a date field before it, a day."""
    found = node.maybe(key)
    if found is None:
        return None
    said = found.text()
    if said != word and not is_day(said) and known.types.get(said) is not FieldType.DATE:
        raise found.wrong(f"{word!r}, a day, or a date field before this one is expected")
    return said


def _earlier(node: Node, known: Container[str], kind: str) -> str:
    if node.text() not in known:
        raise node.wrong(f"there is no {kind} {node.text()!r} before this one")
    return node.text()


def _flag(node: Node, key: str, *, otherwise: bool = False) -> bool:
    found = node.maybe(key)
    return otherwise if found is None else found.flag()
