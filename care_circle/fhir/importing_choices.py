"""The answers that a question of a Questionnaire lets one choose from."""

from collections.abc import Iterator

from care_circle.definition.source import Plain
from care_circle.fhir.context import Context, plain_label
from care_circle.fhir.element import Element, objects_of, value_in
from care_circle.fhir.terms import EXCLUSIVE, OPTION_PREFIX, ORDINAL, TRANSLATION, WEIGHT, Json
from care_circle.fhir.texts import label_of
from care_circle.fhir.values import without_seconds

_CODING = ("system", "code", "display", "version")
_MOST = 255
_PREFIX = 40


def read_choices(element: Element, context: Context) -> tuple[list[Json], list[str]]:
    """Read the choices of a question, and which of them are chosen at first."""
    taken: set[str] = set()
    choices: list[Json] = []
    chosen: list[str] = []
    for option in element.objects("answerOption"):
        inner = context.element(option, element.link, "answerOption.")
        choice = _option(inner, context, taken)
        if choice is None:
            element.drop("answerOption", "it says nothing that can be chosen")
            continue
        if inner.flag("initialSelected"):
            chosen.append(str(choice["code"]))
        _extensions(inner, choice)
        inner.left()
        choices.append(choice)
    return choices, chosen


def _extensions(element: Element, choice: Json) -> None:
    for extension in element.objects("extension"):
        _extension(element, choice, extension)
    key = next((key for key in element.held if key.startswith("value")), "")
    if key != "valueCoding":
        # What is said of a primitive stands beside it: its score, its words in other languages.
        beside = element.take(f"_{key}")
        for extension in objects_of(beside.get("extension")) if isinstance(beside, dict) else ():
            if extension.get("url") != TRANSLATION or choice.get("as") != "string":
                _extension(element, choice, extension)


def _extension(element: Element, choice: Json, extension: Json) -> None:
    url, value = extension.get("url"), value_in(extension)
    if url == ORDINAL and isinstance(value, int | float) and not isinstance(value, bool):
        choice["score"] = value
    elif url == EXCLUSIVE and isinstance(value, bool):
        if value:
            choice["exclusive"] = True
    elif url == OPTION_PREFIX and isinstance(value, str) and 0 < len(value) <= _PREFIX:
        choice["prefix"] = value
    elif url == WEIGHT and isinstance(value, int | float) and not isinstance(value, bool):
        choice["score"] = value
        element.drop("extension", f"{url}: it is said as ordinalValue")
    else:
        element.drop("extension", str(url))


def _option(element: Element, context: Context, taken: set[str]) -> Json | None:
    key = next((key for key in element.held if key.startswith("value")), "")
    value = element.take(key)
    match key, value:
        case "valueCoding", dict():
            return _coding(value, element, context, taken)
        case "valueInteger", int():
            return _said(str(value), "integer", taken)
        case (("valueDate" | "valueString"), str()):
            made = _said(value, "date" if key == "valueDate" else "string", taken)
            if made is not None and key == "valueString":
                words = element.translations(key)
                made["label"] = plain_label(label_of(value, words, context.language))
            return made
        case "valueTime", str():
            return _said(without_seconds(value), "time", taken)
        case "valueReference", dict():
            said = value.get("reference") or value.get("display")
            made = _said(said, "reference", taken) if isinstance(said, str) else None
            shown = value.get("display")
            if made is not None and isinstance(shown, str) and shown:
                made["label"] = {"fr": shown, "en": shown}
            return made
        case _:
            return None


def _said(text: str, kind: str, taken: set[str]) -> Json | None:
    if not text or len(text) > _MOST or text in taken:
        return None
    taken.add(text)
    return {"code": text, "label": {"fr": text, "en": text}, "as": kind}


def _coding(value: Json, outer: Element, context: Context, taken: set[str]) -> Json | None:
    element = context.element(value, outer.link, "answerOption.")
    system, code, display, version = (element.text(key) for key in _CODING)
    said = code or display
    if said is None or len(said) > _MOST:
        return None
    words = element.translations("display")
    label = label_of(display or said, words, context.language)
    choice: Json = {"code": _free(said, taken), "label": plain_label(label)}
    for extension in element.objects("extension"):
        _extension(outer, choice, extension)
    element.left()
    if code is None:
        # A coding without a code is chosen by its words.
        return choice | {"as": "display"}
    some = {"system": system, "code": code, "version": version}
    held: Json = {key: value for key, value in some.items() if value is not None}
    if system is not None or version is not None or choice["code"] != code:
        choice["codes"] = [held]
    return choice


def _free(code: str, taken: set[str]) -> str:
    made, number = code, 2
    while made in taken:
        made, number = f"{code[: _MOST - 5]}_{number}", number + 1
    taken.add(made)
    return made


def options_of_list(url: str, context: Context, element: Element) -> list[Plain] | None:
    """Give the options of a list that the Questionnaire holds itself, None of any other."""
    found = context.contained.get(url.removeprefix("#")) if url.startswith("#") else None
    if found is None or found.get("resourceType") != "ValueSet":
        return None
    expansion = found.get("expansion")
    if isinstance(expansion, dict):
        return [{"valueCoding": coding} for coding in _contains(expansion)]
    return list(_composed(found, context, element))


def _contains(held: Json) -> Iterator[Plain]:
    for each in objects_of(held.get("contains")):
        if each.get("abstract") is not True and "code" in each:
            yield {key: each[key] for key in _CODING if key in each}
        yield from _contains(each)


def _composed(value_set: Json, context: Context, element: Element) -> Iterator[Plain]:
    compose = value_set.get("compose")
    held = compose if isinstance(compose, dict) else {}
    if "exclude" in held:
        element.drop("answerValueSet", "what its list leaves out is not left out")
    for include in objects_of(held.get("include")):
        concepts = objects_of(include.get("concept")) or _of_system(include, context)
        if "filter" in include or "valueSet" in include or not concepts:
            element.drop("answerValueSet", "a part of its list is described and not told")
        for concept in concepts:
            yield {"valueCoding": _concept(concept, include)}


def _concept(concept: Json, include: Json) -> Json:
    told = {key: concept[key] for key in ("code", "display", "_display") if key in concept}
    system: Json = {key: include[key] for key in ("system", "version") if key in include}
    scores = [each for each in objects_of(concept.get("extension")) if each.get("url") == ORDINAL]
    return system | told | ({"extension": list(scores)} if scores else {})


def _of_system(include: Json, context: Context) -> list[Json]:
    """Give all concepts of a contained code system that a list includes whole."""
    for resource in context.contained.values():
        is_it = resource.get("url") == include.get("system")
        if resource.get("resourceType") == "CodeSystem" and is_it and "filter" not in include:
            return list(_concepts(resource))
    return []


def _concepts(held: Json) -> Iterator[Json]:
    for each in objects_of(held.get("concept")):
        yield each
        yield from _concepts(each)
