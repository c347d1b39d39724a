"""Report and board as tables: read back as RFC 4180 says, decimals with a comma, no formula."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from care_circle.early_care.statement_csv import BOM
from care_circle.follow_up.board import Act
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import Moment
from care_circle.follow_up.header import header_of
from care_circle.follow_up.progress import ChildFile
from care_circle.follow_up.report_csv import board_table, report_table
from care_circle.follow_up.yearly import Figure, Part
from care_circle.labels import Label, Mark
from care_circle.services.board import BoardFinding, BoardLine
from tests.support.care import PATHWAY, child

MOMENT = Moment(now=datetime(2026, 11, 21, 9, tzinfo=UTC), zone=ZoneInfo("Europe/Paris"))
FIGURE = Figure(
    code="seen",
    label=Label(fr="Vus, à « six ans »", en="Seen"),
    mark=Mark.ASSUMED,
    n=11,
    numerator=1,
    denominator=11,
    percent=9.1,
    baseline=63.0,
    few=False,
    median=2130.5,
    lower_quartile=None,
    upper_quartile=None,
    mean=12345.67,
    parts=(Part(key="missed", count=10),),
)


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith(BOM)
    head, *rows = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(head)}
    return [dict(zip(head, row, strict=True)) for row in rows]


def line(family_name: str) -> BoardLine:
    late = BoardFinding(
        code=FindingCode.FILE_INCOMPLETE,
        act=Act.COMPLETE_FILE,
        target="",
        since=date(2026, 11, 1),
        until=None,
        days=20,
        missing=("circle", "form:F05"),
        who=None,
    )
    header = header_of(ChildFile(child=child()), PATHWAY, MOMENT)
    named = replace(header, family_name=family_name)
    return BoardLine(child=named, structure=None, department="34", findings=(late, late))


def test_a_figure_is_one_row_and_each_of_its_parts_another() -> None:
    whole, part = read(report_table("2027", [FIGURE]))

    assert whole["Libellé"] == "Vus, à « six ans »"
    assert (whole["Effectif"], whole["Pourcentage"], whole["Référence"]) == ("11", "9,1", "63")
    assert (whole["Médiane"], whole["1er quartile"], whole["Moyenne"]) == ("2130,5", "", "12345,67")
    assert (part["Détail"], part["Nombre"], part["Effectif"]) == ("missed", "10", "")


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_name_is_taken_for_a_formula(text: str) -> None:
    (row, _) = read(board_table([line(text)]))

    assert row["Nom"] == "'" + text


@pytest.mark.parametrize("text", ["De\r\nLa Tour", 'dit "le Grand"', "a;b,c", "Ñandú", "O'Neil"])
def test_whatever_a_name_holds_comes_back_as_it_was(text: str) -> None:
    (row, _) = read(board_table([line(text)]))

    assert row["Nom"] == text


def test_each_finding_is_a_row_with_what_lacks_and_what_mends_it() -> None:
    rows = read(board_table([line("Amarante")]))

    text = board_table([line("Amarante")])
    assert text.count("\n") == text.count("\r\n") == len(rows) + 1 == 3
    assert rows[0]["Manque"] == "circle form:F05"
    assert (rows[0]["Depuis"], rows[0]["Jusqu'au"], rows[0]["Jours"]) == ("2026-11-01", "", "20")
    assert (rows[0]["Constat"], rows[0]["Action"]) == ("file_incomplete", "complete_file")
