"""How the columns of a source tool map to what an import knows: data, read strictly.

One file for each tool in `pathways/imports/`. What nobody has seen of a tool is assumed, and
marked so in its file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from care_circle.definition.source import DefinitionError, Gathering, Node, distinct, each, parse
from care_circle.importing.fields import FIELDS, Field, Kind, Sort
from care_circle.importing.values import Column, Manner, Unreadable, folded, read_value
from care_circle.labels import Label, Mark

IMPORTS: Final = Path(__file__).parents[1] / "pathways" / "imports"
_MOST_DAYS = 365


class Format(StrEnum):
    """How a source's file is written."""

    CSV = "csv"
    FHIR = "fhir"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The columns of one sort of line, by field; `instead` names what stands in for a field."""

    sort: Sort
    columns: Mapping[str, tuple[Column, ...]]
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> Mapping[str, Column]:
        """Give each column by each of its headings, as headings are compared."""
        return {
            folded(name): column
            for columns in self.columns.values()
            for column in columns
            for name in column.names
        }

    def word_for(self, code: str) -> str:
        """Say a field as the source does; by its code where the source has no word for it."""
        columns = self.columns.get(code, ())
        return columns[0].names[0] if columns else code


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Observations with this code give this field; `unit` is UCUM."""

    system: str
    code: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tool that people come from.

    `system` names its ids among those of other tools. `kept_days`: how long a report with
    what was read waits before it is forgotten. `urls`: how FHIR calls identifiers and
    extensions, by what they hold.
    """

    id: str
    label: Label
    mark: Mark
    format: Format
    system: str
    kept_days: int
    manner: Manner
    sheets: Mapping[Sort, Sheet]
    coded: tuple[Coded, ...] = ()
    urls: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_sources(folder: Path = IMPORTS) -> Mapping[str, Source]:
    """Read every source there is, by id.

    Raises:
        DefinitionError: With every file and line that is wrong.
    """
    gathering = Gathering()
    nodes = [
        gathering.of(partial(parse, path.read_text(encoding="utf-8"), path.name))
        for path in sorted(folder.glob("*.yaml"))
    ]
    gathering.end()
    there = [node for node in nodes if node is not None]
    sources = each(there, read_source)
    distinct(there, "id")
    return {source.id: source for source in sources}


def read_source(node: Node) -> Source:
    """Read one source.

    Raises:
        DefinitionError: With every line that is wrong.
    """
    node.only(
        *("id", "label", "mark", "note", "format", "system", "report_kept_days"),
        *("phone_prefix", "yes", "no", "blanks", "sheets", "observations", "urls"),
    )
    manner = Manner(
        yes=frozenset(_words(node, "yes")),
        no=frozenset(_words(node, "no")),
        blanks=frozenset(item.text().casefold() for item in node.listed("blanks")),
        phone_prefix=node.optional("phone_prefix", Node.text) or "",
    )
    kept = node.at("report_kept_days")
    if not 0 < kept.whole() <= _MOST_DAYS:
        raise kept.wrong(f"from 1 to {_MOST_DAYS} days")
    distinct(node.listed("sheets"), "sort")
    sheets = each(node.listed("sheets"), lambda sheet: _sheet(sheet, manner))
    return Source(
        id=node.at("id").text(),
        label=node.at("label").label(),
        mark=node.at("mark").choice(Mark),
        format=node.at("format").choice(Format),
        system=node.at("system").text(),
        kept_days=kept.whole(),
        manner=manner,
        sheets={sheet.sort: sheet for sheet in sheets},
        coded=each(node.listed("observations"), _coded),
        urls={
            key: frozenset(item.text() for item in urls.items())
            for key, urls in (node.optional("urls", Node.keyed) or {}).items()
        },
    )


def _words(node: Node, key: str) -> Iterable[str]:
    return (folded(str(item.scalar())) for item in node.listed(key))


def _sheet(node: Node, manner: Manner) -> Sheet:
    node.only("sort", "columns", "defaults", "note")
    sort = node.at("sort").choice(Sort)
    columns: dict[str, tuple[Column, ...]] = {}
    instead: dict[str, tuple[str, ...]] = {}
    for item in node.listed("columns"):
        column = _column(item, sort)
        columns[column.field.code] = (*columns.get(column.field.code, ()), column)
        others = tuple(_known(other, sort).code for other in item.listed("instead"))
        if others:
            instead[column.field.code] = others
    _require_apart(node)
    defaults = dict(each(node.listed("defaults"), lambda item: _default(item, sort, manner)))
    return Sheet(sort=sort, columns=columns, instead=instead, defaults=defaults)


def _require_apart(node: Node) -> None:
    """Refuse a heading that would stand for two columns."""
    seen: set[str] = set()
    complaints = []
    for column in node.listed("columns"):
        for name in column.listed("names"):
            if folded(name.text()) in seen:
                complaints.append(name.complaint(f"{name.text()!r} stands for two columns"))
            seen.add(folded(name.text()))
    if complaints:
        raise DefinitionError(*complaints)


def _column(node: Node, sort: Sort) -> Column:
    node.only("field", "names", "mark", "note", "words", "times", "instead")
    node.at("mark").choice(Mark)
    known = _known(node.at("field"), sort)
    names = tuple(item.text() for item in node.at("names").items())
    if not names:
        raise node.wrong("a column needs a heading")
    words: dict[str, str] = {}
    for word, item in (node.optional("words", Node.keyed) or {}).items():
        words[folded(word)] = _meaning(item, known)
    times = node.optional("times", Node.whole)
    return Column(field=known, names=names, words=words, times=1 if times is None else times)


def _known(node: Node, sort: Sort) -> Field:
    if node.text() not in FIELDS[sort]:
        raise node.wrong(f"a {sort} has no field {node.text()!r}")
    return FIELDS[sort][node.text()]


def _meaning(node: Node, known: Field) -> str:
    """Read what a word stands for: nothing at all, or a value of the field in its written form."""
    if node.value is None:
        return ""
    flag = Kind.FLAG is known.kind and isinstance(node.value, bool)
    text = str(node.scalar()).lower() if flag else str(node.scalar())
    if not flag and (known.words and text not in known.words):
        raise node.wrong(f"{text!r} is none of {', '.join(known.words)}")
    return text


def _default(node: Node, sort: Sort, manner: Manner) -> tuple[str, str]:
    node.only("field", "value", "mark", "note")
    node.at("mark").choice(Mark)
    known = _known(node.at("field"), sort)
    value = node.at("value")
    try:
        read = read_value(str(value.scalar()), Column(field=known, names=(known.code,)), manner)
    except Unreadable as error:
        raise value.wrong(f"this is no value of {known.code!r}: {error.reason}") from None
    return known.code, read


def _coded(node: Node) -> Coded:
    node.only("system", "code", "field", "mark", "note")
    node.at("mark").choice(Mark)
    return Coded(
        system=node.at("system").text(),
        code=node.at("code").text(),
        field=_known(node.at("field"), Sort.CHILD).code,
    )
