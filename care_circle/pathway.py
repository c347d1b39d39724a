"""A pathway as data: its parameters, its visits, its forms, its rules of inclusion.

Nothing of a pathway is a constant in code: amounts, windows and limits differ between
regions and will change. Each value carries how well it is founded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from care_circle.ages import (
    CountedFrom,
    GestationalAge,
    NotAGestationalAge,
    Reckoning,
    Window,
    due_on,
    window,
)
from care_circle.consent import Signatures
from care_circle.definition import DefinitionError, Label, Mark, Node, distinct, parse
from care_circle.form import Form, read_form
from care_circle.inclusion import Rules, read_rules
from care_circle.perinatal import Perinatal

COCON: Final = Path(__file__).parent / "pathways" / "cocon"


class UnknownForm(Exception):
    """The pathway has no form of this code."""


class UnknownVisit(Exception):
    """The pathway has no visit of this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of the calendar: when it is due, within which days, with which form."""

    code: str
    label: Label
    mark: Mark
    counted: CountedFrom
    months: int
    before_days: int
    after_days: int
    form: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One document of the convention's checklist."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """A whole pathway definition; `marks` gives the evidence of each parameter by name."""

    id: str
    version: str
    label: Label
    reckoning: Reckoning
    signatures: Signatures
    consultation_minutes: int
    consultation_cents: int
    marks: Mapping[str, Mark]
    checklist: tuple[Piece, ...]
    visits: tuple[Visit, ...]
    forms: Mapping[str, Form]
    inclusion: Rules

    def form(self, code: str) -> Form:
        """Give a form.

        Raises:
            UnknownForm: There is none of this code.
        """
        if code not in self.forms:
            raise UnknownForm
        return self.forms[code]

    def visit(self, code: str) -> Visit:
        """Give a visit.

        Raises:
            UnknownVisit: There is none of this code.
        """
        for visit in self.visits:
            if visit.code == code:
                return visit
        raise UnknownVisit


def read_pathway(folder: Path) -> Pathway:
    """Read a pathway from its folder: pathway.json, inclusion.json, forms/*.json.

    Raises:
        DefinitionError: Naming the file and the place that is wrong.
    """
    forms = {
        path.stem: read_form(_parse(path, folder))
        for path in sorted((folder / "forms").glob("*.json"))
    }
    for name, form in forms.items():
        if form.code != name:
            raise DefinitionError(f"forms/{name}.json.code", "it is not the file's name")
    rules = read_rules(_parse(folder / "inclusion.json", folder))
    return read_definition(_parse(folder / "pathway.json", folder), forms=forms, inclusion=rules)


def read_definition(node: Node, *, forms: Mapping[str, Form], inclusion: Rules) -> Pathway:
    """Read a pathway's main definition, given its forms and rules.

    Raises:
        DefinitionError: Naming the place that is wrong.
    """
    node.only("id", "version", "label", "parameters", "checklist", "visits", "note")
    parameters = node.at("parameters")
    checklist = tuple(
        Piece(code=item.at("code").text(), label=item.at("label").label())
        for item in node.at("checklist").items()
    )
    visits = tuple(_read_visit(item, forms) for item in node.at("visits").items())
    return Pathway(
        id=node.at("id").text(),
        version=node.at("version").text(),
        label=node.at("label").label(),
        reckoning=_read_reckoning(parameters),
        signatures=_value(parameters, "signatures").choice(Signatures),
        consultation_minutes=_value(parameters, "consultation_minutes").whole(),
        consultation_cents=_value(parameters, "consultation_cents").whole(),
        marks={name: parameters.at(name).at("mark").choice(Mark) for name in parameters.keyed()},
        checklist=distinct(checklist, lambda piece: piece.code, node.at("checklist")),
        visits=distinct(visits, lambda visit: visit.code, node.at("visits")),
        forms=forms,
        inclusion=inclusion,
    )


def visit_window(
    visit: Visit, *, birth: date, perinatal: Perinatal, reckoning: Reckoning
) -> Window | None:
    """Give a child's days for a visit, or None while the day it counts from is unknown."""
    due = due_on(
        visit.counted,
        visit.months,
        birth=birth,
        gestation=perinatal.gestational_age,
        discharge=perinatal.discharged_on,
        reckoning=reckoning,
    )
    if due is None:
        return None
    return window(due, before_days=visit.before_days, after_days=visit.after_days)


def _parse(path: Path, folder: Path) -> Node:
    place = str(path.relative_to(folder))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(place, "the file cannot be read") from error
    return parse(text, place)


def _value(parameters: Node, name: str) -> Node:
    parameter = parameters.at(name)
    parameter.only("value", "mark", "note")
    return parameter.at("value")


def _read_reckoning(parameters: Node) -> Reckoning:
    return Reckoning(
        term=_gestation(_value(parameters, "term")),
        corrected_below=_gestation(_value(parameters, "corrected_below")),
        corrected_until_months=_value(parameters, "corrected_until_months").whole(),
        kept_until_years=_value(parameters, "kept_until_years").whole(),
    )


def _gestation(node: Node) -> GestationalAge:
    try:
        return GestationalAge.written(node.text())
    except NotAGestationalAge as error:
        raise node.wrong("weeks and days are expected, as in '40+0'") from error


def _read_visit(node: Node, forms: Mapping[str, Form]) -> Visit:
    code = node.at("code").text()
    here = node.named(code)
    here.only(
        *("code", "label", "mark", "counted", "months", "before_days", "after_days"),
        *("form", "note"),
    )
    form = here.maybe("form")
    if form is not None and form.text() not in forms:
        raise form.wrong(f"there is no form {form.text()!r}")
    return Visit(
        code=code,
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        counted=here.at("counted").choice(CountedFrom),
        months=here.at("months").whole(),
        before_days=here.at("before_days").whole(),
        after_days=here.at("after_days").whole(),
        form=None if form is None else form.text(),
    )
