"""A month's statement on paper: whose, what was done, what it comes to, whether it is locked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_currency

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Cause, Side
from care_circle.early_care.statement import Line, Statement, StatementState, Work
from server.printing.sheet import Block, Grid, Pair, Prose, Sheet
from server.spoken import spoken_date

CURRENCY = "EUR"
_CENTS = 100
_SHORT = 8
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of a statement's paper."""

    title: str
    professional: str
    month: str
    lines: str
    columns: tuple[str, ...]
    total: str
    no_price: str
    unpriced: tuple[str, str]
    unpriced_heading: str
    credit: str
    empty: str
    parts: Mapping[Part | None, str]
    causes: Mapping[Cause, str]
    states: Mapping[StatementState, str]
    validated: str
    paid: str


_FRENCH = _Words(
    title="Relevé",
    professional="Professionnel",
    month="Mois",
    lines="Séances et consultations",
    columns=("Date", "Acte", "Dossier", "Montant"),
    total="Total",
    no_price="sans tarif",
    unpriced=(
        "ligne n'a pas de tarif publié : elle compte pour zéro.",
        "lignes n'ont pas de tarif publié : elles comptent pour zéro.",
    ),
    unpriced_heading="Sans tarif",
    credit="reprise",
    empty="Aucune ligne ce mois-ci.",
    parts={Part.ASSESSMENT: "bilan", Part.SESSION: "séance", None: "consultation"},
    causes={
        Cause.UNDONE: "retirée le jour même",
        Cause.ENTERED_TWICE: "saisie deux fois",
        Cause.NOT_HELD: "n'a pas eu lieu",
        Cause.WRONG_DAY: "mauvais jour",
        Cause.WRONG_CHILD: "mauvais enfant",
        Cause.STRUCK: "document saisi par erreur",
        Cause.OTHER: "autre motif",
    },
    states={
        StatementState.OPEN: "Provisoire, non validé",
        StatementState.VALIDATED: "Validé",
        StatementState.PAID: "Payé",
    },
    validated="Validé le",
    paid="Payé le",
)
_ENGLISH = _Words(
    title="Statement",
    professional="Professional",
    month="Month",
    lines="Sessions and visits",
    columns=("Date", "What", "File", "Amount"),
    total="Total",
    no_price="no price",
    unpriced=(
        "line has no published price: it counts as nothing.",
        "lines have no published price: they count as nothing.",
    ),
    unpriced_heading="Without a price",
    credit="taken back",
    empty="No line this month.",
    parts={Part.ASSESSMENT: "assessment", Part.SESSION: "session", None: "visit"},
    causes={
        Cause.UNDONE: "undone the same day",
        Cause.ENTERED_TWICE: "entered twice",
        Cause.NOT_HELD: "not held",
        Cause.WRONG_DAY: "wrong day",
        Cause.WRONG_CHILD: "wrong child",
        Cause.STRUCK: "document entered in error",
        Cause.OTHER: "another reason",
    },
    states={
        StatementState.OPEN: "Provisional, not validated",
        StatementState.VALIDATED: "Validated",
        StatementState.PAID: "Paid",
    },
    validated="Validated on",
    paid="Paid on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPrinting:
    """What is printed: a statement, whose it is, and the words for acts.

    Children stand on it by the beginning of their file's number alone: the paper leaves the
    house. `now` is in the network's zone.
    """

    statement: Statement
    professional: str = field(repr=False)
    labels: Mapping[str, str]
    language: str
    now: datetime


def statement_sheet(printing: StatementPrinting) -> Sheet:
    """Compose the paper of a statement, its amounts in euros."""
    statement, words = printing.statement, _words(printing.language)
    month = _month(statement.month.first_day, printing.language)
    return Sheet(
        title=f"{words.title}, {month}",
        language=printing.language,
        state=words.states[statement.state],
        about=(
            Pair(label=words.professional, value=printing.professional),
            Pair(label=words.month, value=month),
        ),
        blocks=_blocks(printing, words),
        signed=_signed(printing, words),
        reference=f"{words.title} {statement.month.text}",
        printed_at=printing.now,
    )


def _words(language: str) -> _Words:
    return _FRENCH if language == "fr" else _ENGLISH


def _blocks(printing: StatementPrinting, words: _Words) -> tuple[Block, ...]:
    statement = printing.statement
    if not statement.lines:
        return (Prose(heading=words.lines, paragraphs=(words.empty,)),)
    grid = Grid(
        heading=words.lines,
        columns=words.columns,
        rows=tuple(_row(printing, words, line) for line in statement.lines),
        right=(len(words.columns) - 1,),
        total=(words.total, "", "", _euros(statement.total_cents, printing.language)),
    )
    if not statement.unpriced:
        return (grid,)
    said = f"{statement.unpriced} {words.unpriced[statement.unpriced > 1]}"
    return (grid, Prose(heading=words.unpriced_heading, paragraphs=(said,)))


def _row(printing: StatementPrinting, words: _Words, line: Line) -> tuple[str, ...]:
    part = words.parts[None if line.key.work is Work.VISIT else line.part]
    what = f"{printing.labels.get(line.code, line.code)}, {part}"
    if line.key.side is Side.CREDIT:
        cause = words.causes[line.cause or Cause.OTHER]
        what = f"{what} ({words.credit} : {cause})"
    known = line.cents is not None
    amount = _euros(line.amount, printing.language) if known else words.no_price
    return (spoken_date(line.on, printing.language), what, line.child[:_SHORT], amount)


def _signed(printing: StatementPrinting, words: _Words) -> tuple[str, ...]:
    statement = printing.statement
    if statement.validated_at is None:
        return ()
    day = statement.validated_at.astimezone(printing.now.tzinfo).date()
    said = f"{printing.professional}. {words.validated} {spoken_date(day, printing.language)}"
    if statement.payment is None:
        return (said,)
    return (said, f"{words.paid} {spoken_date(statement.payment.on, printing.language)}")


def _month(first: date, language: str) -> str:
    said: str = format_date(first, "MMMM y", locale=_LOCALES[language])
    return said


def _euros(cents: int, language: str) -> str:
    said: str = format_currency(cents / _CENTS, CURRENCY, locale=_LOCALES[language])
    return said
