"""A pathway read from its folder, with everything that is wrong in any of its files.

`pathway.yaml`, `inclusion.yaml`, `forms/F01.yaml`…; versions of forms that documents may
still be of lie in `forms/former/F26@1.yaml`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from care_circle.ages import CountedFrom, GestationalAge, NotAGestationalAge, Reckoning
from care_circle.consent import Signatures
from care_circle.definition.early_care_terms import Discipline, EarlyCareRules
from care_circle.definition.form import Form
from care_circle.definition.form_reading import read_form
from care_circle.definition.grammar import require
from care_circle.definition.inclusion import Rules, read_rules
from care_circle.definition.indicators import Indicator, read_indicator
from care_circle.definition.language import BOOK
from care_circle.definition.pathway import (
    Exit,
    Meetings,
    Parameter,
    Pathway,
    Piece,
    StageLabel,
    Visit,
)
from care_circle.definition.record_reading import check_exits
from care_circle.definition.reminder_reading import check_reminders, read_reminder
from care_circle.definition.source import (
    Complaint,
    DefinitionError,
    Gathering,
    Node,
    distinct,
    each,
    parse,
)
from care_circle.labels import Mark
from care_circle.role import Profession

_NUMBERS = (
    *("oldest_months", "lost_after_missed_visits", "lost_after_months", "forfait_opening_days"),
    *("first_session_alarm_days", "booking_opens_days", "unsigned_after_days"),
    *("convention_ends_days", "consultation_minutes", "consultation_cents"),
    *("corrected_until_months", "kept_until_years", "departure_undone_days"),
    *("to_book_again_days", "greeting_days", "waiting_days"),
    *("said_kept_days",),
)
"""Parameters that are read as whole numbers, where a pathway sets them."""

_EVENTS = ("inclusion", "birth", "discharge", "referral", "forfait", "visit")
_COUNTED = {"birth": CountedFrom.CHRONOLOGICAL} | {each.value: each for each in CountedFrom}
_Forms = list[tuple[Node, Form]]


def read_pathway(folder: Path) -> Pathway:
    """Read a pathway from its folder.

    Raises:
        DefinitionError: With every file and line that is wrong.
    """
    gathering = Gathering()
    current = _read_forms(folder, "forms", gathering)
    former = _read_forms(folder, "forms/former", gathering)
    rules = gathering.of(lambda: read_rules(_parse(folder, "inclusion")))
    root = gathering.of(lambda: _parse(folder, "pathway"))
    if root is not None:
        gathering.of(lambda: require(root, BOOK["pathway"], BOOK))
    gathering.end()
    if root is None or rules is None:
        raise AssertionError  # the gathering would have ended with a complaint
    forms = {form.code: form for _, form in current}
    made = gathering.of(
        lambda: read_definition(
            root, forms=forms, inclusion=rules, former=tuple(form for _, form in former)
        )
    )
    for node, form in (*current, *former):
        gathering.of(partial(_check_form, node, form, forms, root))
    gathering.end()
    if made is None:
        raise AssertionError  # as above
    return made


def read_definition(
    node: Node, *, forms: Mapping[str, Form], inclusion: Rules, former: tuple[Form, ...] = ()
) -> Pathway:
    """Read a pathway's main definition, given its forms and rules.

    Raises:
        DefinitionError: With every line that is wrong.
    """
    require(node, BOOK["pathway"], BOOK)
    _check_definition(node, forms, inclusion)
    parameters = _read_parameters(node.at("parameters"))
    return Pathway(
        id=node.at("id").text(),
        version=node.at("version").text(),
        label=node.at("label").label(),
        reckoning=_read_reckoning(node.at("parameters")),
        signatures=_read_signatures(node),
        parameters=parameters,
        marks={name: parameter.mark for name, parameter in parameters.items()},
        checklist=tuple(_read_piece(item) for item in node.listed("checklist")),
        visits=tuple(_read_visit(item, forms=forms) for item in node.listed("visits")),
        forms=forms,
        inclusion=_limited(inclusion, parameters.get("oldest_months")),
        former=former,
        stages=tuple(_read_stage(item) for item in node.listed("stages")),
        disciplines=tuple(_read_discipline(item) for item in node.listed("disciplines")),
        early_care=node.optional("early_care", lambda it: _read_early_care(it, node, forms)),
        meetings=node.optional("meetings", _read_meetings),
        reminders=tuple(read_reminder(item) for item in node.listed("reminders")),
        exits=tuple(_read_exit(item) for item in node.listed("exits")),
        indicators=_read_indicators(node, forms),
    )


def _check_definition(node: Node, forms: Mapping[str, Form], inclusion: Rules) -> None:
    """Find all that a shape cannot say, before anything is made of it."""
    gathering, parameters = Gathering(), node.at("parameters")
    for key in _LISTS:
        gathering.of(partial(distinct, node.listed(key)))
    gathering.of(lambda: _read_parameters(parameters))
    gathering.of(lambda: _read_reckoning(parameters))
    gathering.of(lambda: _read_signatures(node))
    gathering.of(lambda: each(node.listed("visits"), partial(_read_visit, forms=forms)))
    gathering.of(lambda: _read_indicators(node, forms))
    gathering.of(lambda: node.optional("early_care", lambda it: _read_early_care(it, node, forms)))
    gathering.of(lambda: check_reminders(node, visits=_codes(node, "visits"), forms=forms))
    gathering.of(lambda: _check_limit(node, inclusion))
    gathering.of(lambda: check_exits(node, forms))
    gathering.end()


def _read_signatures(node: Node) -> Signatures:
    return node.at("parameters").at("signatures").at("value").choice(Signatures)


def _read_indicators(node: Node, forms: Mapping[str, Form]) -> tuple[Indicator, ...]:
    visits, fields = _codes(node, "visits"), _fields(forms)
    return each(
        node.listed("indicators"), lambda it: read_indicator(it, visits=visits, forms=fields)
    )


def _read_piece(node: Node) -> Piece:
    return Piece(code=node.at("code").text(), label=node.at("label").label())


def _read_stage(node: Node) -> StageLabel:
    return StageLabel(
        code=node.at("code").text(),
        label=node.at("label").label(),
        mark=node.at("mark").choice(Mark),
    )


_LISTS = (*("stages", "checklist", "visits", "disciplines", "reminders", "exits", "indicators"),)


def _parse(folder: Path, name: str) -> Node:
    place = f"{name}.yaml"
    try:
        text = (folder / place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        missing = Complaint(file=place, line=1, name="", problem="the file cannot be read")
        raise DefinitionError(missing) from error
    return parse(text, place)


def _read_forms(folder: Path, below: str, gathering: Gathering) -> _Forms:
    """Read the forms of a folder, each with the node of its file."""
    read = (
        gathering.of(partial(_read_form_file, folder, f"{below}/{path.stem}"))
        for path in sorted((folder / below).glob("*.yaml"))
    )
    return [form for form in read if form is not None]


def _read_form_file(folder: Path, name: str) -> tuple[Node, Form]:
    node = _parse(folder, name)
    form, stem = read_form(node), name.rpartition("/")[2]
    if stem not in (form.code, f"{form.code}@{form.version}") or (
        ("@" in stem) != ("/former/" in name)
    ):
        raise node.at("code").wrong("the file is named otherwise")
    return node, form


def _check_form(node: Node, form: Form, forms: Mapping[str, Form], root: Node) -> None:
    """Insist that what a form names in the rest of the pathway is there."""
    here, gathering = node.named(form.code), Gathering()
    visits = _codes(root, "visits")
    said = here.maybe("visit")
    for item in (*here.listed("visits"), *(() if said is None else (said,))):
        gathering.of(partial(_one_of, item, visits, "visit"))
    due = here.maybe("due")
    if due is not None:
        gathering.of(partial(_one_of, due.at("after"), {*_EVENTS, *forms}, "event or form"))
    for section in here.at("sections").items():
        for item in section.at("fields").items():
            prefill = item.named(item.at("code").text()).maybe("prefill")
            for last in () if prefill is None else prefill.listed("last"):
                gathering.of(partial(_check_last, last, forms))
    gathering.end()


def _codes(root: Node, key: str) -> frozenset[str]:
    return frozenset(item.at("code").text() for item in root.listed(key))


def _fields(forms: Mapping[str, Form]) -> dict[str, frozenset[str]]:
    return {code: frozenset(field.code for field in form.fields()) for code, form in forms.items()}


def _one_of(node: Node, known: Iterable[str], kind: str) -> str:
    if node.text() not in known:
        raise node.wrong(f"there is no {kind} {node.text()!r}")
    return node.text()


def _check_last(node: Node, forms: Mapping[str, Form]) -> None:
    form, _, field = node.text().partition(".")
    if form not in forms or field not in {each.code for each in forms[form].fields()}:
        raise node.wrong(f"there is no field {node.text()!r}")


def _check_limit(node: Node, inclusion: Rules) -> None:
    said = node.at("parameters").maybe("oldest_months")
    if said is not None and inclusion.oldest_months not in (None, said.at("value").value):
        raise said.wrong("the rules of inclusion say another limit")


def _limited(rules: Rules, limit: Parameter | None) -> Rules:
    if limit is None or not isinstance(limit.value, int):
        return rules
    return replace(rules, oldest_months=limit.value, oldest_months_mark=limit.mark)


def _read_parameters(node: Node) -> dict[str, Parameter]:
    for name, item in node.keyed().items():
        if name in _NUMBERS:
            item.named(name).at("value").whole()
    return {
        name: Parameter(
            value=item.at("value").scalar(),
            mark=item.at("mark").choice(Mark),
            note=item.optional("note", Node.text),
        )
        for name, item in node.keyed().items()
    }


def _read_reckoning(parameters: Node) -> Reckoning:
    return Reckoning(
        term=_gestation(parameters.at("term").named("term").at("value")),
        corrected_below=_gestation(
            parameters.at("corrected_below").named("corrected_below").at("value")
        ),
        corrected_until_months=parameters.at("corrected_until_months").at("value").whole(),
        kept_until_years=parameters.at("kept_until_years").at("value").whole(),
    )


def _gestation(node: Node) -> GestationalAge:
    try:
        return GestationalAge.written(node.text())
    except NotAGestationalAge as error:
        raise node.wrong("weeks and days are expected, as in '40+0'") from error


def _read_visit(node: Node, *, forms: Mapping[str, Form]) -> Visit:
    here = node.identified()
    return Visit(
        code=here.at("code").text(),
        label=here.at("label").label(),
        mark=here.at("mark").choice(Mark),
        counted=_COUNTED[here.at("counted").text()],
        months=here.at("months").whole(),
        before_days=here.at("before_days").whole(),
        after_days=here.at("after_days").whole(),
        form=here.optional("form", lambda it: _one_of(it, forms, "form")),
        minutes=here.optional("minutes", Node.whole),
        cents=here.optional("cents", Node.whole),
    )


def _read_discipline(node: Node) -> Discipline:
    return Discipline(
        code=node.at("code").text(),
        profession=node.at("profession").choice(Profession),
        label=node.at("label").label(),
        mark=node.at("mark").choice(Mark),
        assessments=node.at("assessments").whole(),
        sessions=node.at("sessions").whole(),
        validity_months=node.at("validity_months").whole(),
        renewals=node.at("renewals").whole(),
        assessment_cents=node.optional("assessment_cents", Node.whole),
        session_cents=node.optional("session_cents", Node.whole),
        year_cents=node.optional("year_cents", Node.whole),
        note=node.optional("note", Node.text),
    )


def _read_early_care(node: Node, root: Node, forms: Mapping[str, Form]) -> EarlyCareRules:
    return EarlyCareRules(
        prescribers=tuple(item.choice(Profession) for item in node.at("prescribers").items()),
        warn_percent=node.at("warn_percent").whole(),
        warn_left=node.at("warn_left").whole(),
        mark=node.at("mark").choice(Mark),
        review_form=node.optional("review_form", lambda it: _one_of(it, forms, "form")),
        opening_days=_whole(root, "forfait_opening_days"),
        first_session_days=_whole(root, "first_session_alarm_days"),
    )


def _whole(root: Node, name: str) -> int | None:
    return root.at("parameters").optional(name, lambda it: it.at("value").whole())


def _read_meetings(node: Node) -> Meetings:
    return Meetings(
        active_cares=node.at("active_cares").whole(),
        least_per_year=node.at("least_per_year").whole(),
        most_per_year=node.at("most_per_year").whole(),
        mark=node.at("mark").choice(Mark),
    )


def _read_exit(node: Node) -> Exit:
    return Exit(
        code=node.at("code").text(),
        label=node.at("label").label(),
        mark=node.at("mark").choice(Mark),
        relay=node.at("relay").flag(),
        form=node.optional("form", Node.text),
        fact=node.optional("fact", Node.text),
    )
