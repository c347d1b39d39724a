"""A table of a source tool as rows of text: whatever its encoding and its separator.

Spreadsheets write UTF-8 with a mark or Windows-1252, and commas only where decimals have
none. What a table of people never holds (formulas, control characters, lines within a cell)
is refused with its line, before anybody reads it as a value.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from care_circle.importing.fields import Field, Sort
from care_circle.importing.source import Sheet, Source
from care_circle.importing.values import Reason, folded, tidied

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_LINES: Final = 20_000
_MOST_COLUMNS = 200
_LONGEST_CELL = 1000
_SEPARATORS = ";,\t"
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\s*\d[\d\s.,()/-]*$)")
_BOMS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileFault(StrEnum):
    """Why a whole file is refused."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    ENCODING = "encoding"
    HEADINGS = "headings"
    MISSING_COLUMN = "missing_column"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_LINES = "too_many_lines"
    OPEN_QUOTE = "open_quote"
    NOT_A_BUNDLE = "not_a_bundle"
    UNKNOWN_SOURCE = "unknown_source"


class FileRefused(ValueError):
    """A file cannot be read as its source says; `line` counts from 1, 0 for the whole file.

    `columns` are headings of ours that are missing, or stand there twice.
    """

    def __init__(self, fault: FileFault, *, line: int = 0, columns: tuple[str, ...] = ()) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.line = line
        self.columns = columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a source as it stands there: by column, or refused for a reason.

    `line` is where it begins in the file, from 1. `cells` are by field, each with the number of
    its column among those that give the field; what is wrong stands with its field.
    """

    line: int
    sort: Sort
    cells: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict, repr=False)
    wrong: tuple[tuple[str, Reason], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose headings are understood; `rows` reads it line by line."""

    sheet: Sheet
    headings: tuple[tuple[Field, int] | None, ...]
    ignored: tuple[str, ...] = field(repr=False)
    separator: str
    text: str = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """Read the lines below the headings, blank ones left out.

        Raises:
            FileRefused: There are too many, or a quote is never closed.
        """
        for line, found in self._records():
            yield self._row(line, found)

    def _records(self) -> Iterator[tuple[int, list[str] | Reason]]:
        records, count = _Records(self.text, self.separator), 0
        records.next()
        while (found := records.next()) is not None:
            if isinstance(found, list) and not any(map(str.strip, found)):
                continue
            count += 1
            if count > MOST_LINES:
                raise FileRefused(FileFault.TOO_MANY_LINES, line=records.line)
            yield records.line, found

    def check(self) -> None:
        """Read to the end without understanding it, so that no half of a file is reported on.

        Raises:
            FileRefused: There are too many lines, or a quote is never closed.
        """
        for _ in self._records():
            pass

    def _row(self, line: int, found: "list[str] | Reason") -> Row:
        sort = self.sheet.sort
        if isinstance(found, Reason):
            return Row(line=line, sort=sort, wrong=(("", found),))
        if len(found) != len(self.headings):
            return Row(line=line, sort=sort, wrong=(("", Reason.WRONG_CELLS),))
        cells: dict[str, list[tuple[int, str]]] = {}
        wrong: list[tuple[str, Reason]] = []
        for heading, cell in zip(self.headings, found, strict=True):
            reason = fault_of(cell)
            if reason is not None:
                wrong.append(("" if heading is None else heading[0].code, reason))
            elif heading is not None:
                cells.setdefault(heading[0].code, []).append((heading[1], tidied(cell)))
        return Row(
            line=line,
            sort=sort,
            cells={code: tuple(sorted(held)) for code, held in cells.items()},
            wrong=tuple(wrong),
        )


def read_table(data: bytes, source: Source, sort: Sort | None = None) -> Table:
    """Understand a table by its headings, as lines of the sort asked for or of the likeliest.

    Raises:
        FileRefused: It is too large, no text, or its headings are not the source's.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(FileFault.TOO_LARGE)
    text = _decoded(data)
    sheets = [sheet for sheet in source.sheets.values() if sort in (None, sheet.sort)]
    found = [
        (_understood(first, sheet), separator, sheet, first)
        for separator in _SEPARATORS
        if (first := _first(text, separator)) is not None
        for sheet in sheets
    ]
    if not found:
        raise FileRefused(FileFault.EMPTY)
    known, separator, sheet, first = max(found, key=lambda each: each[0])
    if not known[1]:
        raise FileRefused(FileFault.HEADINGS, line=1)
    return Table(
        sheet=sheet,
        headings=_headings(first, sheet),
        ignored=tuple(name for name in first if folded(name) not in sheet.names()),
        separator=separator,
        text=text,
    )


def fault_of(cell: str) -> Reason | None:
    """Say what makes a cell one that no table of people holds, if anything does."""
    if "\n" in cell or "\r" in cell:
        return Reason.LINE_BREAK
    plain = tidied(cell)
    if not plain.isprintable() or "\x00" in cell:
        return Reason.CONTROL_CHARACTER
    if len(cell) > _LONGEST_CELL:
        return Reason.TOO_LONG
    return Reason.FORMULA if len(plain) > 1 and _FORMULA.match(plain) else None


def _decoded(data: bytes) -> str:
    if data.startswith(_BOMS_OF_UTF_16):
        raise FileRefused(FileFault.ENCODING, line=1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FileRefused(FileFault.ENCODING, line=data.count(b"\n", 0, error.start) + 1) from None


class _Records:
    """The records of a table one by one, each with the line at which it begins."""

    def __init__(self, text: str, separator: str) -> None:
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        self.line = 0

    def next(self) -> list[str] | Reason | None:
        """Give the next record, the reason why it is none, or None at the end.

        Raises:
            FileRefused: A quote is opened that nothing closes.
        """
        self.line = self._reader.line_num + 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            if "end of data" in str(error) or "field larger" in str(error):
                raise FileRefused(FileFault.OPEN_QUOTE, line=self.line) from None
            return Reason.BAD_QUOTES


def _first(text: str, separator: str) -> list[str] | None:
    """Give the headings, None where the first line holds none."""
    first = _Records(text, separator).next()
    if not isinstance(first, list) or not any(map(str.strip, first)):
        return None
    return [tidied(name) for name in first]


def _understood(first: list[str], sheet: Sheet) -> tuple[bool, int]:
    """Rank how well headings fit a sheet: nothing needed is missing, then how many are known."""
    names = sheet.names()
    known = {names[folded(name)].field.code for name in first if folded(name) in names}
    return (not _missing(known, sheet), len(known)) if known else (False, 0)


def _missing(known: set[str], sheet: Sheet) -> tuple[str, ...]:
    """Name the fields that a sheet needs and that no column gives."""
    return tuple(
        code
        for code, columns in sheet.columns.items()
        if columns[0].field.needed
        and code not in known
        and not known & {*sheet.instead.get(code, ())}
    )


def _headings(first: list[str], sheet: Sheet) -> tuple[tuple[Field, int] | None, ...]:
    if len(first) > _MOST_COLUMNS:
        raise FileRefused(FileFault.HEADINGS, line=1)
    names = sheet.names()
    columns = [names.get(folded(name)) for name in first]
    known = {column.field.code for column in columns if column is not None}
    missing = _missing(known, sheet)
    if missing:
        words = tuple(sheet.word_for(code) for code in missing)
        raise FileRefused(FileFault.MISSING_COLUMN, line=1, columns=words)
    there = [column for column in columns if column is not None]
    twice = {column.names[0] for column in there if there.count(column) > 1}
    if twice:
        raise FileRefused(FileFault.COLUMN_TWICE, line=1, columns=tuple(sorted(twice)))
    return tuple(
        None if column is None else (column.field, sheet.columns[column.field.code].index(column))
        for column in columns
    )
