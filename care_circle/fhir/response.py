"""Filled forms as FHIR R4 QuestionnaireResponses, and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import cast

from care_circle.definition.form import (
    Answer,
    Answers,
    Field,
    FieldType,
    Form,
    Row,
    Section,
    Single,
    SourceKey,
)
from care_circle.definition.source import Plain
from care_circle.fhir.element import Element, objects_of
from care_circle.fhir.exporting import canonical
from care_circle.fhir.outline import Twig, outlined
from care_circle.fhir.terms import Dropped, Json
from care_circle.fhir.texts import text_of
from care_circle.fhir.values import answer_in, value_of


class ResponseStatus(StrEnum):
    """Where a filled form stands, in FHIR's words."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Of whom and by whom a form was filled, when, and where it stands; references of FHIR."""

    status: ResponseStatus
    id: str | None = None
    subject: str | None = None
    author: str | None = None
    authored: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers of a response, and what of it was dropped."""

    answers: Answers = field(repr=False)
    dropped: tuple[Dropped, ...]


def response_of(form: Form, answers: Answers, around: Circumstances) -> Json:
    """Say the answers to a form; what was not answered is not there."""
    language = form.source.get(SourceKey.LANGUAGE, "fr")
    items: list[Plain] = [
        item for twig in outlined(form) for item in _said(twig, answers, language)
    ]
    said: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": around.id,
        "questionnaire": canonical(form),
        "status": around.status.value,
        "subject": None if around.subject is None else {"reference": around.subject},
        "authored": None if around.authored is None else around.authored.isoformat(),
        "author": None if around.author is None else {"reference": around.author},
        "item": items or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _said(twig: Twig, answers: Mapping[str, object], language: str) -> Iterator[Json]:
    """Say a group or a question, once for each of its rows."""
    if twig.group is not None and twig.group.repeats is not None:
        for row in _rows(answers.get(twig.group.code)):
            yield from _group(twig, twig.group, row, language)
    elif twig.group is not None:
        yield from _group(twig, twig.group, answers, language)
    elif twig.question is not None:
        yield from _question(twig, twig.question, answers, language)


def _group(
    twig: Twig, section: Section, answers: Mapping[str, object], language: str
) -> Iterator[Json]:
    items: list[Plain] = [item for inner in twig.below for item in _said(inner, answers, language)]
    if items or section.repeats is not None:
        words = text_of(section.label, language, "text")
        yield {"linkId": twig.link, **words, **({"item": items} if items else {})}


def _question(
    twig: Twig, asked: Field, answers: Mapping[str, object], language: str
) -> Iterator[Json]:
    below: list[Plain] = [item for inner in twig.below for item in _said(inner, answers, language)]
    held = answers.get(asked.code)
    values = held if isinstance(held, tuple | list) else () if held is None else (held,)
    said: list[Plain] = [
        dict([value_of(asked, value)])
        for value in values
        if isinstance(value, bool | int | float | str)
    ]
    inner: Json = {"item": below} if below else {}
    words = text_of(asked.label, language, "text")
    if said and isinstance(said[0], dict):
        said[0] |= inner
        yield {"linkId": twig.link, **words, "answer": said}
    elif below:
        yield {"linkId": twig.link, **words, **inner}


def _rows(held: object) -> Sequence[Mapping[str, object]]:
    return (
        [row for row in held if isinstance(row, Mapping)] if isinstance(held, tuple | list) else []
    )


def answers_of(form: Form, response: object) -> Answered:
    """Read the answers of a response to a form; what is no answer to it is told.

    Only what stands where the form has it is read. Whether the answers fit is asked of
    `answers.check_answers`, as of any others.
    """
    dropped: list[Dropped] = []
    held = response if isinstance(response, dict) else {}
    if held.get("resourceType") != "QuestionnaireResponse":
        dropped.append(Dropped(link="", element="resourceType", reason="no QuestionnaireResponse"))
        held = {}
    found = _Reader(form, dropped).read(outlined(form), objects_of(held.get("item")))
    return Answered(answers=found, dropped=tuple(dropped))


class _Reader:
    """Reads items by their linkIds, wherever groups without rows nest them."""

    def __init__(self, form: Form, dropped: list[Dropped]) -> None:
        self._form = form
        self._dropped = dropped

    def read(self, twigs: Sequence[Twig], items: Sequence[Json]) -> dict[str, Answer]:
        """Read the answers that lie in some items, rows among them as lists."""
        known = {twig.link: twig for top in twigs for twig in _reached(top)}
        answers: dict[str, Answer] = {}
        for item in items:
            self._item(item, known, answers)
        return answers

    def _item(self, item: Json, known: Mapping[str, Twig], answers: dict[str, Answer]) -> None:
        link = str(item.get("linkId"))
        element = Element(held=item, link=link, dropped=self._dropped)
        twig = known.get(link)
        if twig is None:
            element.drop("item", "the form has no such item")
            return
        for key in ("linkId", "text", "_text", "definition"):
            element.take(key)
        inner = element.objects("item")
        if twig.group is not None and twig.group.repeats is not None:
            rows = answers.get(twig.group.code, ())
            row = self.read(twig.below, inner)
            if isinstance(rows, tuple):
                answers[twig.group.code] = (*rows, cast("Row", row))
            inner = []
        elif twig.question is not None:
            inner = [*inner, *self._question(element, twig.question, answers)]
        element.left()
        for each in inner:
            self._item(each, known, answers)

    def _question(self, element: Element, asked: Field, answers: dict[str, Answer]) -> list[Json]:
        """Read the answers to a question; give what lies below them."""
        values: list[Single] = []
        below: list[Json] = []
        for answer in element.objects("answer"):
            below += objects_of(answer.get("item"))
            value = answer_in(asked, answer)
            if value is None:
                element.drop("answer", "it is none that the question takes")
            else:
                values.append(value)
        if asked.type is FieldType.NOTE or not values:
            return below
        if asked.is_listed:
            answers[asked.code] = tuple(values)
        else:
            answers[asked.code] = values[0]
            if len(values) > 1:
                element.drop("answer", "the question is answered once: the first is kept")
        return below


def _reached(twig: Twig) -> Iterator[Twig]:
    """Give a twig and what lies below it, but not inside its rows."""
    yield twig
    if twig.group is None or twig.group.repeats is None:
        for inner in twig.below:
            yield from _reached(inner)
