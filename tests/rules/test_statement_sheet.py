"""A statement on paper: what was done, what is taken back, what has no price, who said so."""

from datetime import UTC, date, datetime

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.statement import Line, LineKey, Statement, Work
from care_circle.month import Month
from crypto.ids import ChildId, ForfaitId, ProfessionalId
from server.printing.press import print_sheet
from server.printing.sheet import Grid, Prose, Sheet
from server.printing.statement_sheet import StatementPrinting, statement_sheet

CHILD = ChildId("abcdefgh" + "z" * 18)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def line(day: int, cents: int | None, *, credit: Cause | None = None) -> Line:
    side = Side.DEBIT if credit is None else Side.CREDIT
    return Line(
        key=LineKey(work=Work.SESSION, thing=f"s{day}", side=side),
        forfait=ForfaitId("f"),
        child=CHILD,
        on=date(2026, 10, day),
        code="orthoptics",
        part=Part.SESSION,
        cents=cents,
        cause=credit,
    )


def sheet(*lines: Line, validated: datetime | None = None, language: str = "fr") -> Sheet:
    statement = Statement(
        professional=ProfessionalId("p"),
        month=Month(year=2026, number=10),
        lines=lines,
        validated_at=validated,
    )
    printing = StatementPrinting(
        statement=statement,
        professional="Paul Verdier, orthoptiste",
        labels={"orthoptics": "Orthoptie"},
        language=language,
        now=NOW,
    )
    return statement_sheet(printing)


def test_lines_are_summed_up_and_a_credit_says_why() -> None:
    made = sheet(line(1, 3900), line(2, 3900, credit=Cause.WRONG_DAY), line(9, 4000))

    [grid] = made.blocks
    assert isinstance(grid, Grid)
    assert [row[-1].replace("\xa0", " ") for row in grid.rows] == ["39,00 €", "-39,00 €", "40,00 €"]
    assert grid.rows[1][1] == "Orthoptie, séance (reprise : mauvais jour)"
    assert grid.total[-1].replace("\xa0", " ") == "40,00 €"


def test_what_has_no_price_is_said_and_children_stand_by_their_file_alone() -> None:
    made = sheet(line(1, None), line(2, None), language="en")

    grid, said = made.blocks
    assert isinstance(grid, Grid)
    assert isinstance(said, Prose)
    assert {row[-1] for row in grid.rows} == {"no price"}
    assert {row[2] for row in grid.rows} == {"abcdefgh"}
    assert said.paragraphs == ("2 lines have no published price: they count as nothing.",)


def test_only_what_was_validated_is_signed() -> None:
    open_, locked = sheet(line(1, 3900)), sheet(line(1, 3900), validated=NOW)

    assert (open_.signed, open_.state) == ((), "Provisoire, non validé")
    [word] = locked.signed
    assert word.startswith("Paul Verdier, orthoptiste. Validé le dimanche 22 novembre")


async def test_an_empty_month_is_a_page_too() -> None:
    pdf = await print_sheet(sheet())

    assert b"pdfuaid" in pdf
