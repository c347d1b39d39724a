"""A statement as a table for whoever pays: RFC 4180, amounts in euros with a decimal comma.

A spreadsheet takes a cell that begins like a formula for one, so such a text is quoted by
an apostrophe. Children stand there by their ids alone: the file leaves the house.
"""

import csv
import io
from collections.abc import Mapping

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.due import Side
from care_circle.early_care.statement import Line, Statement, StatementState, Work
from care_circle.professional import Professional

BOM = "\ufeff"
"""What tells spreadsheets that the text is UTF-8."""

_HEADINGS = ("Mois", "État", "Professionnel", "RPPS", "Date", "Acte", "Détail", "Dossier")
_AMOUNTS = ("Montant (€)", "Motif de correction")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_STATES = {
    StatementState.OPEN: "provisoire",
    StatementState.VALIDATED: "validé",
    StatementState.PAID: "payé",
}
_PARTS = {Part.ASSESSMENT: "bilan", Part.SESSION: "séance", None: "consultation"}
_CAUSES = {
    "undone": "annulée",
    "entered_twice": "saisie deux fois",
    "not_held": "n'a pas eu lieu",
    "wrong_day": "erreur de jour",
    "wrong_child": "erreur d'enfant",
    "struck": "document marqué erroné",
    "other": "autre motif",
}


def table_of(statement: Statement, professional: Professional, labels: Mapping[str, str]) -> str:
    """Write a statement as a table; `labels` are the French names of disciplines and visits."""
    held = io.StringIO(newline="")
    rows = csv.writer(held)
    rows.writerow((*_HEADINGS, *_AMOUNTS))
    name = f"{professional.family_name} {professional.given_name}"
    opening = (statement.month.text, _STATES[statement.state], name, professional.rpps or "")
    for line in statement.lines:
        texts = (*opening, line.on.isoformat(), *_what(line, labels), line.child)
        cause = "" if line.cause is None else _CAUSES[line.cause.value]
        rows.writerow((*map(harmless, texts), _euros_of(line), harmless(cause)))
    total = (*map(harmless, opening), "", "Total", "", "", euros(statement.total_cents), "")
    rows.writerow(total)
    return BOM + held.getvalue()


def harmless(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def euros(cents: int) -> str:
    """Write cents as euros with two decimals and a comma: -39,00."""
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{whole // 100},{whole % 100:02}"


def _euros_of(line: Line) -> str:
    return "" if line.cents is None else euros(line.amount)


def _what(line: Line, labels: Mapping[str, str]) -> tuple[str, str]:
    detail = "consultation" if line.key.work is Work.VISIT else _PARTS[line.part]
    if line.key.side is Side.CREDIT:
        detail = f"correction : {detail}"
    return labels.get(line.code, line.code), detail
