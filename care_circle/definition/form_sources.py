"""Where answers come from that nobody types: prefilled ones, and computed numbers."""

from collections.abc import Iterable

from care_circle.definition.form import NUMBERS, Computation, FieldType, Operation, Prefill, Section
from care_circle.definition.perinatal import PREFILLING
from care_circle.definition.source import Gathering, Node

_PAIR = 2
_DAYS = ("birth", "corrected")


def read_prefill(node: Node) -> Prefill:
    """Read where a first answer comes from.

    Raises:
        DefinitionError: It speaks of a fact that the register does not have.
    """
    fact = node.maybe("fact")
    if fact is not None and fact.text() not in PREFILLING:
        raise fact.wrong(f"unknown fact {fact.text()!r}")
    value = node.maybe("value")
    values = () if value is None else value.items() if isinstance(value.value, tuple) else (value,)
    return Prefill(
        fact=None if fact is None else fact.text(),
        last=tuple(_form_and_field(item.text()) for item in node.listed("last")),
        last_coded=node.optional("last_coded", Node.text),
        visit_date=node.optional("visit_date", Node.flag) or False,
        author=node.optional("author", Node.flag) or False,
        values=tuple(item.scalar() for item in values),
    )


def _form_and_field(said: str) -> tuple[str, str]:
    form, _, field = said.partition(".")
    return form, field


def read_computation(node: Node) -> Computation:
    """Read how a number is made of others."""
    operation = next(each for each in Operation if node.maybe(each) is not None)
    inner = node.at(operation)
    if operation is Operation.MONTHS:
        return Computation(
            operation=operation, terms=(inner.at("from").text(), inner.at("to").text())
        )
    return Computation(
        operation=operation,
        terms=tuple(
            item.text() if isinstance(item.value, str) else item.number() for item in inner.items()
        ),
    )


def check_computations(sections: Iterable[Section], nodes: Iterable[Node]) -> None:
    """Insist that what is computed is computed of fields that are there before it.

    Raises:
        DefinitionError: With every computation that is not.
    """
    gathering, before = Gathering(), dict.fromkeys(_DAYS, FieldType.DATE)
    scored: set[str] = set()
    for section, node in zip(sections, nodes, strict=True):
        for field, item in zip(section.fields, node.at("fields").items(), strict=True):
            if field.compute is not None:
                made, place = field.compute, item.at("compute").named(field.code)
                gathering.of(lambda m=made, p=place: _check(m, p, before, scored))  # type: ignore[misc]
            before[field.code] = field.type
            if any(choice.score is not None for choice in field.choices):
                scored.add(field.code)
    gathering.end()


def _check(made: Computation, node: Node, before: dict[str, FieldType], scored: set[str]) -> None:
    months = made.operation is Operation.MONTHS
    kinds = (FieldType.DATE,) if months else NUMBERS
    for term in made.terms:
        if isinstance(term, str) and before.get(term) not in kinds and term not in scored:
            kind = "date" if months else "number"
            raise node.wrong(f"there is no {kind} {term!r} before this field")
    if made.operation in (Operation.DIFFERENCE, Operation.QUOTIENT) and len(made.terms) < _PAIR:
        raise node.wrong("at least two terms are expected")
