"""From a source's rows to what they propose: values in one written form, and what is wrong.

Pure: nothing here knows what is on the register. A line is refused as a whole when one of its
values is wrong, since half a child would look like a whole one; a person of the family who
cannot be reached, or a number that may not be carried, is left out and told as a note.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from care_circle.definition.perinatal import NUMBERS, ImpossibleMeasure, Perinatal
from care_circle.importing.csv_table import Row
from care_circle.importing.fields import FIELDS, MOST_CONTACTS, Sort
from care_circle.importing.source import Sheet, Source
from care_circle.importing.values import (
    Column,
    Manner,
    Reason,
    Unreadable,
    gestation,
    read_value,
)
from care_circle.ins import BadIns, Ins, InsKind, Reliability, Sex
from care_circle.neutral import (
    TellingLabel,
    UnwritableLabel,
    is_name_of,
    neutral_label,
    require_writable,
)

_EARLIEST_YEAR = 1900
_INSEE_LENGTH = 5
_NIR_LENGTH = 13
_FINESS_LENGTH = 9
PRODUCTION: Final = frozenset({InsKind.NIR, InsKind.NIA})
TRIAL: Final = frozenset({InsKind.TEST, InsKind.DEMO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something about a field, in the source's word for it: a refusal, or a note."""

    field: str
    column: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one line says: values by field in their written form, or why it is refused."""

    line: int
    sort: Sort
    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()

    @property
    def source_id(self) -> str:
        """What the source calls this person or place; empty where it does not say."""
        return self.values.get("source_id", "")

    def digest(self) -> str:
        """Give what stands for all that is read of the line: SHA-256, hex."""
        told = [(each.field, each.reason) for each in (*self.problems, *self.notes)]
        whole = [self.line, self.sort, sorted(self.values.items()), told]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How lines of a source are read: on which day, and whose national numbers are carried."""

    source: Source
    today: date
    systems: frozenset[InsKind]

    def proposal(self, row: Row) -> Proposal:
        """Read one row."""
        sheet = self.source.sheets[row.sort]
        line = _Line(row=row, sheet=sheet, manner=self.source.manner)
        values = line.values()
        if row.sort is Sort.CHILD:
            _check_child(line, values, self)
        if row.sort is Sort.STRUCTURE:
            _check_structure(line, values)
        _require(line, values)
        return Proposal(
            line=row.line,
            sort=row.sort,
            values={code: text for code, text in sorted(values.items()) if text},
            problems=tuple(line.problems),
            notes=tuple(line.notes),
        )


@dataclass(slots=True, kw_only=True)
class _Line:
    """A row while it is read, with what is found wrong on the way."""

    row: Row
    sheet: Sheet
    manner: Manner
    problems: list[Told] = field(default_factory=list)
    notes: list[Told] = field(default_factory=list)

    def refuse(self, code: str, reason: Reason) -> None:
        self.problems.append(self._told(code, reason))

    def note(self, code: str, reason: Reason) -> None:
        self.notes.append(self._told(code, reason))

    def values(self) -> dict[str, str]:
        """Read every cell; what stands in for an empty field does so now."""
        for code, reason in self.row.wrong:
            self.refuse(code, reason)
        values = {code: self._value(code, cells) for code, cells in self.row.cells.items()}
        for code, others in self.sheet.instead.items():
            if not values.get(code):
                values[code] = next((values[each] for each in others if values.get(each)), "")
        return values

    def _value(self, code: str, cells: tuple[tuple[int, str], ...]) -> str:
        known = FIELDS[self.row.sort][code]
        columns = self.sheet.columns.get(code) or (Column(field=known, names=(code,)),)
        for number, cell in cells:
            try:
                text = read_value(cell, columns[number], self.manner)
            except Unreadable as error:
                self.refuse(code, error.reason)
                return ""
            if text:
                return text
        return ""

    def _told(self, code: str, reason: Reason) -> Told:
        return Told(field=code, column=self.sheet.word_for(code) if code else "", reason=reason)


def _require(line: _Line, values: Mapping[str, str]) -> None:
    """Refuse what lacks a value that it cannot be without, unless that value was refused."""
    told = {each.field for each in line.problems}
    for known in FIELDS[line.row.sort].values():
        if known.needed and not values.get(known.code) and not told & {known.code, ""}:
            line.refuse(known.code, Reason.MISSING)


def _check_child(line: _Line, values: dict[str, str], reading: Reading) -> None:
    _join_gestation(line, values)
    _check_days(line, values, reading.today)
    _check_measures(line, values)
    if values.get("birth_place") and len(values["birth_place"]) != _INSEE_LENGTH:
        line.refuse("birth_place", Reason.NOT_A_PLACE)
    _settle_identity(line, values, reading.systems)
    for number in range(1, MOST_CONTACTS + 1):
        _settle_contact(line, values, f"contact_{number}")


def _join_gestation(line: _Line, values: dict[str, str]) -> None:
    weeks, days = values.pop("gestational_weeks", ""), values.pop("gestational_days", "")
    if not weeks or values.get("gestational_age"):
        return
    try:
        values["gestational_age"] = gestation(int(weeks), int(days or 0))
    except Unreadable as error:
        line.refuse("gestational_weeks", error.reason)


def _check_days(line: _Line, values: Mapping[str, str], today: date) -> None:
    days = {
        code: date.fromisoformat(values[code])
        for code in ("birth_date", "discharged_on", "left_territory_on")
        if values.get(code)
    }
    birth = days.get("birth_date")
    for code, day in days.items():
        if day > today and code != "left_territory_on":
            line.refuse(code, Reason.IN_THE_FUTURE)
        elif day.year < _EARLIEST_YEAR or (birth is not None and day < birth):
            line.refuse(code, Reason.IMPOSSIBLE_DAY)


def _check_measures(line: _Line, values: Mapping[str, str]) -> None:
    for code in NUMBERS:
        if values.get(code):
            number = float(values[code])
            try:
                Perinatal(**{code: int(number) if code == "birth_weight_g" else number})  # type: ignore[arg-type]  # one number by name
            except ImpossibleMeasure:
                line.refuse(code, Reason.OUT_OF_RANGE)


def _settle_identity(line: _Line, values: dict[str, str], systems: frozenset[InsKind]) -> None:
    """Carry a national number only with all that makes an identity a qualified one (INS-1, 4, 6).

    Else the number is left out, and the identity is kept as a provisional one.
    """
    number, key = values.pop("ins_number", ""), values.pop("ins_key", "")
    if len(number) == _NIR_LENGTH:
        number += key
    fault = _why_not_carried(values, number)
    system = values.pop("ins_system", "")
    claimed = values.pop("reliability", "") == Reliability.QUALIFIED
    if values.get("sex") == Sex.UNKNOWN:
        del values["sex"]
    if fault is None and system not in systems:
        fault = Reason.WRONG_SYSTEM
    if number and claimed and fault is None:
        values |= {"ins_number": number, "ins_system": system}
    elif number or claimed:
        line.note("ins_number", fault or Reason.NOT_QUALIFIED)


def _why_not_carried(values: Mapping[str, str], number: str) -> Reason | None:
    traits = ("birth_family_name", "birth_given_names", "birth_date", "birth_place")
    whole = all(values.get(code) for code in (*traits, "identity_proof", "ins_system"))
    if not whole or values.get("sex", Sex.UNKNOWN) == Sex.UNKNOWN:
        return Reason.NOT_QUALIFIED
    try:
        Ins(number=number, kind=InsKind(values["ins_system"]))
    except BadIns:
        return Reason.WRONG_KEY
    return None


def _settle_contact(line: _Line, values: dict[str, str], at: str) -> None:
    """Leave out a person who has no name, or no way to be reached (CDS-6)."""
    given = {code: text for code, text in values.items() if code.startswith(f"{at}.") and text}
    if not given:
        return
    reachable = given.get(f"{at}.email") or given.get(f"{at}.phone")
    if reachable and given.get(f"{at}.family_name"):
        for code in line.sheet.defaults:
            if code.startswith(f"{at}.") and not values.get(code):
                line.note(code, Reason.TO_COMPLETE)
        return
    for code in given:
        del values[code]
    line.note(f"{at}.family_name", Reason.MISSING if reachable else Reason.UNREACHABLE)


def _check_structure(line: _Line, values: Mapping[str, str]) -> None:
    if values.get("finess") and len(values["finess"]) != _FINESS_LENGTH:
        line.refuse("finess", Reason.NOT_A_FINESS)
    if values.get("neutral_label"):
        try:
            neutral_label(values["neutral_label"])
            require_writable(values["neutral_label"])
        except (TellingLabel, UnwritableLabel):
            line.refuse("neutral_label", Reason.TELLING)
        else:
            if is_name_of(values["neutral_label"], values.get("name", "")):
                line.refuse("neutral_label", Reason.TELLING)


def proposals(rows: Iterator[Row], reading: Reading) -> Iterator[Proposal]:
    """Read rows one by one; who is called the same twice is refused the second time."""
    seen: set[tuple[Sort, str]] = set()
    for row in rows:
        read = reading.proposal(row)
        key = (read.sort, read.source_id)
        if read.source_id and not read.problems and key in seen:
            sheet = reading.source.sheets[read.sort]
            told = Told(
                field="source_id", column=sheet.word_for("source_id"), reason=Reason.SAME_ID_BEFORE
            )
            read = replace(read, problems=(told,))
        seen.add(key)
        yield read
