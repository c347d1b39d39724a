"""What is checked of a form beside its shape: what it keeps, what it plans, where it may go.

A meeting or a departure has a use case of its own whose values stand under codes of their
own. A form for such a record must ask for them as what they are; all else it may add.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from care_circle.definition.form import Field, FieldType, Form, FormRecord, PlanCodes, Section
from care_circle.definition.source import Gathering, Node

_WORDS = (FieldType.LINE, FieldType.TEXT)
_Kinds = Mapping[str, tuple[FieldType, ...]]

CALLING, HELD, EXIT = "starts_at", "held_on", "exit_on"
"""The code by which a form is known for one: of a meeting called, of its minutes, of an exit."""

RESERVED: Mapping[FormRecord, Mapping[str, _Kinds]] = {
    FormRecord.MEETING: {
        CALLING: {
            CALLING: (FieldType.MOMENT,),
            "minutes": (FieldType.WHOLE,),
            "place": _WORDS,
            "link": _WORDS,
            "subject": _WORDS,
            "invited.professional": (FieldType.PROFESSIONAL,),
        },
        HELD: {
            HELD: (FieldType.DATE,),
            "points": _WORDS,
            "present.professional": (FieldType.PROFESSIONAL,),
            "decisions.decision": _WORDS,
            "decisions.owner": (FieldType.PROFESSIONAL,),
            "decisions.by": (FieldType.DATE,),
        },
    },
    FormRecord.DEPARTURE: {
        EXIT: {
            EXIT: (FieldType.DATE,),
            "exit_reason": (FieldType.CHOICE,),
            "relay_structure": (FieldType.STRUCTURE,),
            "relay_contact": _WORDS,
            "relay_accepted": (FieldType.CHOICE,),
            "relay_accepted_on": (FieldType.DATE,),
        },
    },
}
"""By record and by kind of form: the codes of its own values, rows as `section.field`."""

ANSWERS_OF_A_RELAY = ("waiting", "yes", "no")
"""What a structure that is asked to take over has said so far."""

_PLAN: _Kinds = {
    "goal": _WORDS,
    "owner": (FieldType.PROFESSIONAL,),
    "by": (FieldType.DATE,),
    "state": (FieldType.CHOICE,),
    "actions": _WORDS,
}


def kind_of(form: Form) -> str | None:
    """Tell which of a record's kinds of form it is, None for one that keeps none of them."""
    asked = {each.code for each in form.fields()}
    return next((kind for kind in RESERVED.get(form.record, {}) if kind in asked), None)


def forms_of(forms: Mapping[str, Form], record: FormRecord, kind: str) -> tuple[Form, ...]:
    """Give a pathway's forms of one kind of a record, in their order."""
    held = (each for each in forms.values() if each.record is record)
    return tuple(form for form in held if kind_of(form) == kind)


def form_of_exit(forms: Mapping[str, Form], named: str | None) -> Form | None:
    """Give the form an exit is written on: the one it names, else the first that asks why."""
    usual = forms_of(forms, FormRecord.DEPARTURE, EXIT)
    if named is not None:
        return next((form for form in usual if form.code == named), None)
    asking = [form for form in usual if any(each.code == "exit_reason" for each in form.fields())]
    return next(iter((*asking, *usual)), None)


def read_plan(node: Node) -> PlanCodes:
    """Read which answers of a form make a plan."""
    return PlanCodes(
        goals=node.at("goals").text(),
        goal=node.at("goal").text(),
        review=node.at("review").text(),
        owner=node.optional("owner", Node.text),
        by=node.optional("by", Node.text),
        state=node.optional("state", Node.text),
        actions=node.optional("actions", Node.text),
    )


def check_relay(node: Node, sections: Sequence[Section]) -> None:
    """Insist that what leaves is open to all, and that a plan's answers are there.

    Raises:
        DefinitionError: With every line that is wrong.
    """
    gathering = Gathering()
    relay, readers, plan = node.maybe("relay"), node.listed("readers"), node.maybe("plan")
    if relay is not None and relay.flag() and readers:
        gathering.of(partial(_refuse, relay, "what is for some readers only does not leave"))
    if plan is not None:
        _check_plan(plan, sections, gathering)
    gathering.end()


def check_record(node: Node, sections: Sequence[Section]) -> None:
    """Insist that a record's own values are asked for as what they are.

    Raises:
        DefinitionError: With every line that is wrong.
    """
    said = node.maybe("record")
    if said is None:
        return
    kinds = RESERVED.get(said.choice(FormRecord))
    if kinds is None:
        return
    asked = dict(_paths(sections))
    kind = next((key for key in kinds if key in asked), None)
    if kind is None:
        raise said.wrong(f"a form of this record asks for {_or(kinds)}")
    gathering = Gathering()
    for item, path in _nodes(node):
        wanted = kinds[kind].get(path)
        if wanted is not None and asked[path].type not in wanted:
            problem = f"this code is the record's own, of type {_or(wanted)}"
            gathering.of(partial(_refuse, item.at("type"), problem))
        if path == "relay_accepted":
            gathering.of(partial(_check_answers_of_a_relay, item, asked[path]))
    gathering.end()


def check_exits(root: Node, forms: Mapping[str, Form]) -> None:
    """Insist that every exit can be written, on a form that knows it.

    Raises:
        DefinitionError: With every exit and line that is wrong.
    """
    gathering = Gathering()
    usual = forms_of(forms, FormRecord.DEPARTURE, EXIT)
    for item in root.listed("exits"):
        here = item.identified()
        code, said = here.at("code").text(), here.maybe("form")
        if said is not None and said.text() not in {form.code for form in usual}:
            gathering.of(partial(_refuse, said, "there is no form of a departure of this code"))
            continue
        held = form_of_exit(forms, None if said is None else said.text())
        if held is not None and not _knows(held, code):
            gathering.of(
                partial(_refuse, here.at("code"), f"the form {held.code} has no such exit")
            )
    gathering.end()


def _knows(form: Form, code: str) -> bool:
    reason = next((each for each in form.fields() if each.code == "exit_reason"), None)
    return reason is None or code in {choice.code for choice in reason.choices}


def _check_plan(plan: Node, sections: Sequence[Section], gathering: Gathering) -> None:
    goals = plan.at("goals")
    rows = next((each for each in sections if each.code == goals.text()), None)
    if rows is None or rows.repeats is None:
        gathering.of(partial(_refuse, goals, "there is no section of this code that repeats"))
        return
    asked = {each.code: each.type for each in rows.fields}
    for key, wanted in _PLAN.items():
        said = plan.maybe(key)
        if said is not None and asked.get(said.text()) not in wanted:
            problem = f"the goals have no field of this code of type {_or(wanted)}"
            gathering.of(partial(_refuse, said, problem))
    outside = {path: field.type for path, field in _paths(sections)}
    if outside.get(plan.at("review").text()) is not FieldType.DATE:
        problem = "there is no date of this code outside the rows"
        gathering.of(partial(_refuse, plan.at("review"), problem))


def _check_answers_of_a_relay(node: Node, field: Field) -> None:
    if {choice.code for choice in field.choices} != set(ANSWERS_OF_A_RELAY):
        raise node.wrong(f"its choices are {_or(ANSWERS_OF_A_RELAY)}")


def _paths(sections: Sequence[Section]) -> list[tuple[str, Field]]:
    return [
        (field.code if section.repeats is None else f"{section.code}.{field.code}", field)
        for section in sections
        for field in section.fields
    ]


def _nodes(node: Node) -> list[tuple[Node, str]]:
    """Give the node of each field with its path."""
    found = []
    for section in node.at("sections").items():
        rows = section.maybe("repeats") is not None
        for item in section.at("fields").items():
            code = item.at("code").text()
            found.append(
                (item.named(code), f"{section.at('code').text()}.{code}" if rows else code)
            )
    return found


def _refuse(node: Node, problem: str) -> None:
    raise node.wrong(problem)


def _or(names: Sequence[str] | Mapping[str, object]) -> str:
    return " or ".join(repr(str(name)) for name in names)
