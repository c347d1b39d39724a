"""A form as its definition says it: what `form_reading.read_form` reads back as it was."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from care_circle.definition.condition import BOUNDS, Condition, Operator
from care_circle.definition.form import (
    NUMBERS,
    Choice,
    Code,
    Computation,
    Field,
    Form,
    FormRecord,
    Operation,
    PlanCodes,
    Prefill,
    Rows,
    Section,
)
from care_circle.definition.source import Plain
from care_circle.labels import Label

Thing = TypeVar("Thing")
Said = dict[str, Plain]


def plain_form(form: Form) -> Said:
    """Say a form as a definition does, keys in the order that people write them."""
    due: Said | None = None
    if form.due is not None:
        due = _some(after=form.due.after, days=form.due.days, mark=form.due.mark)
        due |= _some(note=form.due.note)
    visits: Plain = list(form.visits)
    return _some(
        code=form.code,
        version=form.version,
        label=_label(form.label),
        mark=form.mark.value,
        stage=form.stage,
        visit=form.visit if len(form.visits) == 1 else None,
        visits=visits if len(form.visits) > 1 else None,
        record=None if form.record is FormRecord.DOCUMENT else form.record.value,
        fillers=[str(each) for each in form.fillers],
        readers=[str(each) for each in form.readers] or None,
        many=None if form.many is not bool(form.visits) else form.many,
        due=due,
        help=_maybe(form.help, _label),
        formerly=list(form.formerly) or None,
        codes=[plain_code(each) for each in form.codes] or None,
        source=dict(form.source) or None,
        note=form.note,
        relay=form.relay or None,
        plan=_maybe(form.plan, _plan),
    ) | {"sections": [plain_section(each) for each in form.sections]}


def plain_section(section: Section) -> Said:
    """Say a section as a definition does."""
    scale = section.scale
    return _some(
        code=section.code,
        label=_label(section.label),
        mark=section.mark.value,
        prefix=section.prefix,
        help=_maybe(section.help, _label),
        when=_maybe(section.when, plain_condition),
        within=section.within,
        loose=section.loose or None,
        repeats=_maybe(section.repeats, _rows),
        required=section.required or None,
        scale=None
        if scale is None
        else _some(name=scale.name, licence=scale.licence, note=scale.note),
        codes=[plain_code(each) for each in section.codes] or None,
        read_only=section.read_only or None,
        hidden=section.hidden or None,
        control=section.control and section.control.value,
        link=section.link,
        note=section.note,
    ) | {"fields": [plain_field(each) for each in section.fields]}


def plain_field(field: Field) -> Said:
    """Say a field as a definition does."""
    return _some(
        code=field.code,
        label=_label(field.label),
        type=field.type.value,
        mark=field.mark.value,
        prefix=field.prefix,
        required=field.required or None,
        unit=field.unit,
        range=[_bound(field.minimum), _bound(field.maximum)] if field.type in NUMBERS else None,
        decimals=field.decimals,
        choices=[plain_choice(each) for each in field.choices] or None,
        other=field.other or None,
        several=_maybe(field.several, _rows),
        codes=[plain_code(each) for each in field.codes] or None,
        when=_maybe(field.when, plain_condition),
        help=_maybe(field.help, _label),
        most=field.most,
        not_before=field.not_before,
        not_after=field.not_after,
        prefill=_maybe(field.prefill, _prefill),
        compute=_maybe(field.compute, _computation),
        read_only=field.read_only or None,
        hidden=field.hidden or None,
        control=field.control and field.control.value,
        orientation=field.orientation,
        under=field.under,
        value_set=field.value_set,
        relay=field.relay or None,
        targets=list(field.targets) or None,
        link=field.link,
        note=field.note,
    ) | ({} if field.fhir is None else {"as": field.fhir})


def plain_choice(choice: Choice) -> Said:
    """Say a choice as a definition does."""
    return _some(
        code=choice.code,
        label=_label(choice.label),
        codes=[plain_code(each) for each in choice.codes] or None,
        score=_maybe(choice.score, _bound),
        exclusive=choice.exclusive or None,
        prefix=choice.prefix,
    ) | ({} if choice.kind is None else {"as": choice.kind})


def _plan(plan: PlanCodes) -> Plain:
    return _some(**asdict(plan))


def plain_code(code: Code) -> Said:
    """Say a code of a nomenclature as a definition does."""
    return _some(system=code.system, code=code.code, display=code.display, version=code.version)


def plain_condition(condition: Condition) -> Said:
    """Say a condition as a definition does."""
    match condition.operator:
        case Operator.ALL | Operator.ANY:
            parts: list[Plain] = [plain_condition(part) for part in condition.parts]
            return {condition.operator.value: parts}
        case Operator.NOT:
            return {"not": plain_condition(condition.parts[0])}
        case _:
            test = condition.bound if condition.operator in BOUNDS else condition.expected
            value: Plain = test if isinstance(test, bool | str) else _bound(test)
            return {"fact": condition.fact, condition.operator.value: value}


def _some(**said: Plain) -> Said:
    return {key: value for key, value in said.items() if value is not None}


def _maybe(thing: Thing | None, say: Callable[[Thing], Plain]) -> Plain:
    return None if thing is None else say(thing)


def _label(label: Label) -> Said:
    return {"fr": label.fr, "en": label.en}


def _bound(bound: float | None) -> Plain:
    """Write a whole number without a point."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


def _rows(rows: Rows) -> Said:
    return _some(least=rows.least or None, most=rows.most)


def _prefill(prefill: Prefill) -> Said:
    values: list[Plain] = list(prefill.values)
    return _some(
        fact=prefill.fact,
        last=[f"{form}.{field}" for form, field in prefill.last] or None,
        last_coded=prefill.last_coded,
        visit_date=prefill.visit_date or None,
        author=prefill.author or None,
        value=values[0] if len(values) == 1 else values or None,
    )


def _computation(computation: Computation) -> Said:
    terms: list[Plain] = [
        term if isinstance(term, str) else _bound(term) for term in computation.terms
    ]
    if computation.operation is Operation.MONTHS:
        return {"months": {"from": terms[0], "to": terms[1]}}
    return {computation.operation.value: terms}
