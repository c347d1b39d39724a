"""A statement as a table: read back as RFC 4180 says, with a comma in amounts and no formula."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.statement import Line, LineKey, Statement, Work, draft, statement_id
from care_circle.early_care.statement_csv import BOM, euros, harmless, table_of
from care_circle.month import BadMonth, Month
from crypto.ids import ChildId, ForfaitId, ProfessionalId, new_id
from tests.support.care import somebody

KIM = somebody(rpps="10003456782")
NOVEMBER = Month.written("2026-11")


def line(**changes: object) -> Line:
    made = Line(
        key=LineKey(work=Work.SESSION, thing=new_id(), side=Side.DEBIT),
        forfait=ForfaitId(new_id()),
        child=ChildId(new_id()),
        on=date(2026, 11, 3),
        code="swimming",
        part=Part.SESSION,
        cents=3857,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a line


def credit(cents: int) -> Line:
    key = LineKey(work=Work.SESSION, thing=new_id(), side=Side.CREDIT)
    return line(key=key, cents=cents, cause=Cause.ENTERED_TWICE)


def stated(*lines: Line) -> Statement:
    return draft(KIM.id, NOVEMBER, lines)


def rows_of(statement: Statement, **labels: str) -> list[list[str]]:
    table = table_of(statement, KIM.record, labels)
    assert table.startswith(BOM)
    return list(csv.reader(io.StringIO(table.removeprefix(BOM), newline=""), strict=True))


def test_each_line_is_a_row_and_the_last_one_is_their_sum() -> None:
    made = stated(line(), credit(3000), line(cents=None, part=Part.ASSESSMENT))

    headings, *rows, total = rows_of(made, swimming="Natation")

    assert {row[-2] for row in rows} == {"38,57", "-30,00", ""}
    assert {row[headings.index("Acte")] for row in rows} == {"Natation"}
    assert (total[-2], made.total_cents, made.unpriced) == ("8,57", 857, 1)
    assert {len(row) for row in (headings, *rows, total)} == {10}
    assert {row[-1] for row in rows} == {"", "saisie deux fois"}


def test_lines_end_as_the_standard_says_and_amounts_are_quoted() -> None:
    table = table_of(stated(line()), KIM.record, {})

    assert table.count("\r\n") == 3
    assert "\n" not in table.replace("\r\n", "")
    assert '"38,57"' in table


def test_a_child_is_an_id_and_nothing_else() -> None:
    made = line()

    row = rows_of(stated(made))[1]

    assert made.child in row


@pytest.mark.parametrize("begun", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_is_taken_for_a_formula(begun: str) -> None:
    name = f"{begun.strip()}HYPERLINK(1)"
    cunning = replace(KIM.record, family_name=name)

    table = table_of(stated(line()), cunning, {"swimming": f"{begun}1+1"})

    rows = list(csv.reader(io.StringIO(table.removeprefix(BOM), newline=""), strict=True))
    texts = [cell for row in rows for cell in row if not _is_amount(cell)]
    assert [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []
    assert any("HYPERLINK(1)" in cell for cell in texts)


def _is_amount(cell: str) -> bool:
    return cell.replace(",", "").replace("-", "").isdigit()


@given(text=st.text())
def test_what_is_made_harmless_reads_back(text: str) -> None:
    assert harmless(text).removeprefix("'") in (text, text.removeprefix("'"))
    assert not harmless(text).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("cents", "written"),
    [(0, "0,00"), (5, "0,05"), (-5, "-0,05"), (-3900, "-39,00"), (150_000, "1500,00")],
)
def test_cents_are_written_in_euros(cents: int, written: str) -> None:
    assert euros(cents) == written


@given(cents=st.integers(-(10**9), 10**9))
def test_no_cent_is_lost_in_writing(cents: int) -> None:
    sign = -1 if euros(cents).startswith("-") else 1
    whole, _, part = euros(cents).removeprefix("-").partition(",")

    assert sign * (int(whole) * 100 + int(part)) == cents


# Months.


@given(day=st.dates(date(2000, 1, 1), date(2099, 11, 30)))
def test_every_day_is_in_its_month_and_months_follow_each_other(day: date) -> None:
    month = Month.of(day)

    assert Month.written(month.text) == month
    assert month.first_day <= day < month.next.first_day
    assert month.next.previous == month
    assert month < month.next
    assert not month.is_over(day)
    assert month.is_over(month.next.first_day)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-01", "2026-11-01", "1999-12", "202\u0666-11", ""]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadMonth):
        Month.written(text)


def test_a_professional_has_one_statement_a_month() -> None:
    other = ProfessionalId(new_id())

    ids = {statement_id(who, month) for who in (KIM.id, other) for month in (NOVEMBER,) * 2}

    assert len(ids) == 2
    assert statement_id(KIM.id, NOVEMBER.next) not in ids


def test_a_locked_statement_keeps_its_state() -> None:
    locked = replace(stated(line()), validated_at=datetime(2026, 12, 1, tzinfo=UTC))

    assert rows_of(locked)[1][1] == "validé"
    assert rows_of(stated(line()))[1][1] == "provisoire"
