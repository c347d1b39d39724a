"""Computed numbers as FHIRPath, so that other programs compute them too."""

from collections.abc import Mapping

from care_circle.definition.form import Computation, Operation
from care_circle.fhir.conditions import answers_to
from care_circle.fhir.terms import CALCULATED, Json

_SIGNS = {Operation.SUM: " + ", Operation.DIFFERENCE: " - ", Operation.QUOTIENT: " / "}


def calculated(computation: Computation, links: Mapping[str, str]) -> Json | None:
    """Say a computation as the extension of SDC; `links` are those of numbers.

    None where FHIRPath has no words: it knows no completed months and no scores of ours.
    """
    if computation.operation is Operation.MONTHS:
        return None
    terms = [_term(term, links) for term in computation.terms]
    held = [term for term in terms if term is not None]
    if len(held) < len(terms):
        return None
    mean = computation.operation is Operation.MEAN
    said = (
        f"({' + '.join(held)}) / {len(held)}" if mean else _SIGNS[computation.operation].join(held)
    )
    return {
        "url": CALCULATED,
        "valueExpression": {"language": "text/fhirpath", "expression": said},
    }


def _term(term: str | float, links: Mapping[str, str]) -> str | None:
    if not isinstance(term, str):
        return f"{term:g}"
    return answers_to(links[term]) if term in links else None
