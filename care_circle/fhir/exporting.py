"""A form as an HL7 FHIR R4 Questionnaire that loses nothing.

All that R4 and its published extensions have a place for is said there. The rest (marks,
readers, prefilling …) is in extensions of ours, one for each word of the language: what a
plain reading of the Questionnaire would not give back is found by reading it, and added.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from care_circle.definition.form import (
    NUMBERS,
    Choice,
    Code,
    Field,
    FieldType,
    Form,
    Rows,
    Section,
    SourceKey,
)
from care_circle.definition.form_writing import plain_field, plain_form, plain_section
from care_circle.definition.source import Plain
from care_circle.fhir import terms
from care_circle.fhir.computations import calculated
from care_circle.fhir.conditions import Asked, enabling
from care_circle.fhir.context import RESERVED
from care_circle.fhir.importing import read_standard
from care_circle.fhir.outline import Twig, outlined
from care_circle.fhir.rest import FIELD, FORM, SECTION, rest
from care_circle.fhir.terms import CONTROLS, OURS, UCUM, Json
from care_circle.fhir.texts import is_name, text_of
from care_circle.fhir.values import coding_of, item_type, option_of, value_of
from care_circle.moments import is_day

_HELP = "-help"
_SOURCES: Mapping[SourceKey, str] = {
    SourceKey.ID: "id",
    SourceKey.DATE: "date",
    SourceKey.PUBLISHER: "publisher",
    SourceKey.COPYRIGHT: "copyright",
    SourceKey.PURPOSE: "purpose",
    SourceKey.APPROVED: "approvalDate",
    SourceKey.REVIEWED: "lastReviewDate",
}


def questionnaire_of(form: Form) -> Json:
    """Say a form as a Questionnaire."""
    exporter = _Exporter(form=form, language=form.source.get(SourceKey.LANGUAGE, "fr"))
    said = exporter.standard()
    _add_rest(said, form, exporter.tree)
    return said


def _add_rest(said: Json, form: Form, tree: Iterable[Twig]) -> None:
    """Add what reading the Questionnaire as it stands would not give back."""
    twigs = [twig for top in tree for twig in top.walked()]
    items = {str(item["linkId"]): item for item in _items(said)}
    codes = {twig.link: (twig.group or twig.question).code for twig in twigs}  # type: ignore[union-attr]  # one of them is there
    got = read_standard(said, codes)
    wanted = plain_form(form)
    _extend(said, rest(FORM, wanted, got))
    sections = {str(each["code"]): each for each in _listed(got, "sections")}
    fields = {
        str(each["code"]): each
        for section in sections.values()
        for each in _listed(section, "fields")
    }
    named = {code for link, code in codes.items() if link != code} | RESERVED
    for twig in twigs:
        item = items[twig.link]
        if twig.group is not None:
            read = _unnamed(sections[twig.group.code], named)
            _extend(item, rest(SECTION, plain_section(twig.group), read))
        if twig.question is not None:
            read = _unnamed(fields[twig.question.code], named)
            _extend(item, rest(FIELD, plain_field(twig.question), read))


def _unnamed(read: Json, named: Container[str]) -> Json:
    """Leave out a code that the linkId alone does not tell, so that it is said."""
    return {key: value for key, value in read.items() if key != "code" or value not in named}


def _items(said: Json) -> Iterator[Json]:
    for item in _listed(said, "item"):
        yield item
        yield from _items(item)


def _listed(said: Json, key: str) -> list[Json]:
    found = said.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _extend(said: Json, extensions: list[Json]) -> None:
    if extensions:
        held: list[Plain] = [*_listed(said, "extension"), *extensions]
        said["extension"] = held


def canonical(form: Form) -> str:
    """Give the address that a form's answers name it by, its version included."""
    return f"{form.source.get(SourceKey.URL) or f'{OURS}/Questionnaire/{form.code}'}|{form.version}"


@dataclass(slots=True, kw_only=True)
class _Exporter:
    form: Form
    language: str

    @property
    def tree(self) -> tuple[Twig, ...]:
        return outlined(self.form)

    def standard(self) -> Json:
        """Say what FHIR has words for."""
        form, source = self.form, self.form.source
        asked = {
            twig.question.code: (twig.link, twig.question)
            for top in self.tree
            for twig in top.walked()
            if twig.question is not None
        }
        items: list[Plain] = [self._item(twig, asked) for twig in self.tree]
        name = source.get(SourceKey.NAME) or form.code
        experimental: Json = (
            {"experimental": source[SourceKey.EXPERIMENTAL] == "true"}
            if SourceKey.EXPERIMENTAL in source
            else {}
        )
        said: Json = {
            "resourceType": "Questionnaire",
            "language": self.language,
            "url": canonical(form).rpartition("|")[0],
            "version": form.version,
            "name": name if is_name(name) else f"Q_{re.sub('[^A-Za-z0-9_]', '_', name)}",
            **text_of(form.label, self.language, "title"),
            "status": source.get(SourceKey.STATUS, "active"),
            **experimental,
            "subjectType": [*source.get(SourceKey.SUBJECT, "Patient").split(" ")],
            **{key: source[word] for word, key in _SOURCES.items() if word in source},
            **({} if form.help is None else text_of(form.help, self.language, "description")),
            **_codes(form.codes),
            "item": items,
        }
        if SourceKey.IDENTIFIER in source:
            said["identifier"] = [_identifier(each) for each in source["identifier"].split(" ")]
        return said

    def _item(self, twig: Twig, asked: Asked) -> Json:
        said = self._group(twig, asked) if twig.group else self._question(twig, asked)
        items: list[Plain] = [self._item(inner, asked) for inner in twig.below]
        part = twig.group or twig.question
        clash = f"{twig.link}{_HELP}" in {each.link for top in self.tree for each in top.walked()}
        if part is not None and part.help is not None and said["type"] != "display" and not clash:
            items.insert(0, self._help(twig, part))
        return said | ({"item": items} if items else {})

    def _help(self, twig: Twig, part: Section | Field) -> Json:
        words = {} if part.help is None else text_of(part.help, self.language, "text")
        marks: list[Plain] = [_control("help"), {"url": terms.HELP, "valueBoolean": True}]
        return {"extension": marks, "linkId": f"{twig.link}{_HELP}", **words, "type": "display"}

    def _group(self, twig: Twig, asked: Asked) -> Json:
        section = twig.group
        if section is None:
            raise AssertionError  # a twig is a group or a question
        extensions = [*_shown(section), *_occurs(section.repeats)]
        least = 0 if section.repeats is None else section.repeats.least
        return self._common(twig, section, "group", extensions, asked) | _true(
            required=section.required or least > 0,
            repeats=section.repeats is not None,
            readOnly=section.read_only,
        )

    def _question(self, twig: Twig, asked: Asked) -> Json:
        field = twig.question
        if field is None:
            raise AssertionError  # a twig is a group or a question
        kind = item_type(field)
        extensions = [*_shown(field), *_bounds(field), *_occurs(field.several)]
        extensions += [{"url": terms.TARGET, "valueCode": target} for target in _targets(field)]
        if field.orientation is not None:
            extensions.append({"url": terms.ORIENTATION, "valueCode": field.orientation})
        if field.compute is not None:
            links = {code: link for code, (link, it) in asked.items() if it.type in NUMBERS}
            made = calculated(field.compute, links)
            extensions += [] if made is None else [made]
        said = self._common(twig, field, kind, extensions, asked)
        if kind == "display":
            said.pop("code", None)
            return said
        said |= _true(
            required=field.required,
            repeats=field.is_listed,
            readOnly=field.read_only,
        )
        if field.most is not None:
            said["maxLength"] = field.most
        if field.value_set is not None:
            said["answerValueSet"] = field.value_set
        return said | self._choices(field)

    def _common(
        self,
        twig: Twig,
        part: Section | Field,
        kind: str,
        extensions: Iterable[Json],
        asked: Asked,
    ) -> Json:
        when = {} if part.when is None else enabling(part.when, asked)
        also = when.pop("extension", [])
        held: list[Plain] = [*extensions, *(also if isinstance(also, list) else [])]
        return {
            **({"extension": held} if held else {}),
            "linkId": twig.link,
            **_codes(part.codes),
            **({} if part.prefix is None else {"prefix": part.prefix}),
            **text_of(part.label, self.language, "text"),
            "type": kind,
            **when,
        }

    def _choices(self, field: Field) -> Json:
        first = () if field.prefill is None else field.prefill.values
        if not field.choices:
            initial: list[Plain] = [dict([value_of(field, each)]) for each in first]
            return {"initial": initial} if initial else {}
        options: list[Plain] = [
            self._option(each, chosen=each.code in first) for each in field.choices
        ]
        return {"answerOption": options}

    def _option(self, choice: Choice, *, chosen: bool) -> Json:
        key, value = option_of(choice)
        beside: Json = {}
        if key == "valueCoding":
            value = coding_of(choice) | text_of(choice.label, self.language, "display")
        elif choice.kind == "string":
            words = text_of(choice.label, self.language, key)
            beside = {name: said for name, said in words.items() if name != key}
        extensions: list[Plain] = []
        if choice.prefix is not None:
            extensions.append({"url": terms.OPTION_PREFIX, "valueString": choice.prefix})
        if choice.score is not None:
            extensions.append({"url": terms.ORDINAL, "valueDecimal": choice.score})
        if choice.exclusive:
            extensions.append({"url": terms.EXCLUSIVE, "valueBoolean": True})
        held: Json = {"extension": extensions} if extensions else {}
        return {**held, key: value, **beside, **_true(initialSelected=chosen)}


def _targets(field: Field) -> tuple[str, ...]:
    own = terms.KEPT_BY.get(field.type)
    return field.targets if own is None else (own,)


def _shown(part: Section | Field) -> list[Json]:
    hidden: list[Json] = [{"url": terms.HIDDEN, "valueBoolean": True}] if part.hidden else []
    return hidden + ([] if part.control is None else [_control(part.control.value)])


def _control(word: str) -> Json:
    coding: Json = {"system": CONTROLS, "code": word}
    if word not in terms.CONTROL_WORDS:
        return {"url": terms.CONTROL, "valueCodeableConcept": {"coding": [coding]}}
    name = terms.CONTROL_WORDS[word]
    concept: Json = {"coding": [coding | {"display": name}], "text": name}
    return {"url": terms.CONTROL, "valueCodeableConcept": concept}


def _occurs(rows: Rows | None) -> list[Json]:
    if rows is None:
        return []
    least: list[Json] = (
        [{"url": terms.MIN_OCCURS, "valueInteger": rows.least}] if rows.least else []
    )
    most: list[Json] = (
        [] if rows.most is None else [{"url": terms.MAX_OCCURS, "valueInteger": rows.most}]
    )
    return least + most


def _bounds(field: Field) -> list[Json]:
    """Say unit, digits and bounds of a number, and bounds of a day that are days."""
    said: list[Json] = []
    if field.unit is not None:
        coding: Json = {"system": UCUM, "code": field.unit}
        said.append({"url": terms.UNIT, "valueCoding": coding})
    if field.decimals is not None:
        said.append({"url": terms.DECIMALS, "valueInteger": field.decimals})
    pairs = ((terms.MIN_VALUE, field.minimum), (terms.MAX_VALUE, field.maximum))
    for url, bound in pairs if field.type in NUMBERS else ():
        if bound is not None:
            is_whole = field.type is FieldType.WHOLE and bound == int(bound)
            key, value = ("valueInteger", int(bound)) if is_whole else ("valueDecimal", bound)
            said.append({"url": url, key: value})
    for url, day in ((terms.MIN_VALUE, field.not_before), (terms.MAX_VALUE, field.not_after)):
        if day is not None and is_day(day):
            said.append({"url": url, "valueDate": day})
    return said


def _codes(codes: Iterable[Code]) -> Json:
    held: list[Plain] = [
        {
            key: value
            for key, value in (
                ("system", code.system),
                ("version", code.version),
                ("code", code.code),
                ("display", code.display),
            )
            if value is not None
        }
        for code in codes
    ]
    return {"code": held} if held else {}


def _identifier(said: str) -> Json:
    system, mark, value = said.rpartition("|")
    return {"system": system, "value": value} if mark else {"value": value}


def _true(**flags: bool) -> Json:
    return {key: True for key, said in flags.items() if said}
