"""The yearly report and the board as tables: RFC 4180 in UTF-8, as spreadsheets take them."""

import csv
import io
from collections.abc import Iterable, Sequence

from care_circle.early_care.statement_csv import BOM, harmless
from care_circle.follow_up.yearly import Figure
from care_circle.services.board import BoardLine

_REPORT = (
    *("Année", "Indicateur", "Libellé", "Preuve", "Effectif", "Numérateur", "Dénominateur"),
    *("Pourcentage", "Référence", "Médiane", "1er quartile", "3e quartile", "Moyenne"),
    *("Détail", "Nombre"),
)
_BOARD = (
    *("Dossier", "Nom", "Prénom", "Naissance", "Étape", "Médecin référent", "Structure"),
    *("Département", "Constat", "Objet", "Depuis", "Jusqu'au", "Jours", "Manque", "Action"),
)


def report_table(year: str, figures: Iterable[Figure]) -> str:
    """Write a year's figures: one row for each, and one for each of its parts."""
    rows: list[Sequence[object]] = [_REPORT]
    for figure in figures:
        head = (year, figure.code, figure.label.fr, figure.mark.value, figure.n)
        told = (figure.numerator, figure.denominator, figure.percent, figure.baseline)
        spread = (figure.median, figure.lower_quartile, figure.upper_quartile, figure.mean)
        rows.append((*head, *told, *spread, None, None))
        rows += [(*head[:4], *(None,) * 9, part.key, part.count) for part in figure.parts]
    return _written(rows)


def board_table(lines: Iterable[BoardLine]) -> str:
    """Write the board: one row for each thing found of a child."""
    rows: list[Sequence[object]] = [_BOARD]
    for line in lines:
        child = line.child
        head = (child.id, child.family_name, child.given_name, child.birth_date, child.stage.value)
        place = (child.referring_physician, line.structure, line.department)
        for each in line.findings:
            days = (each.since, each.until, each.days)
            what = (each.code.value, each.target, *days, " ".join(each.missing), each.act.value)
            rows.append((*head, *place, *what))
    return _written(rows)


def _written(rows: Iterable[Sequence[object]]) -> str:
    held = io.StringIO(newline="")
    csv.writer(held).writerows([_cell(value) for value in row] for row in rows)
    return BOM + held.getvalue()


def _cell(value: object) -> str:
    """Write one cell: numbers to a hundredth with a decimal comma, texts never as formulas."""
    match value:
        case None:
            return ""
        case float():
            return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        case int():
            return str(value)
        case _:
            return harmless(str(value))
