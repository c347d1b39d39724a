"""Extensions of ours: one for each word of the language that FHIR has no place for.

`…/StructureDefinition/field-prefill` holds what a definition says under `prefill` of a
field, as a value of FHIR where it is a single one and as JSON where it is not. A word that
reading would add, and that the definition does not say, stands under `…/field-unsaid`.
"""

import json
from collections.abc import Iterable

from care_circle.definition.source import Plain
from care_circle.fhir.terms import OWN, Json

FORM, SECTION, FIELD = "form", "section", "field"
_INNER = ("sections", "fields")
_UNSAID = "unsaid"


def rest(level: str, wanted: Json, got: Json) -> list[Json]:
    """Say what a definition holds beyond what was read, and what was read beyond it."""
    told = [
        _extension(level, key, value)
        for key, value in wanted.items()
        if key not in _INNER and got.get(key) != value
    ]
    unsaid = [key for key in got if key not in wanted and key not in _INNER]
    return told + [
        {"url": f"{OWN}{level}-{_UNSAID}", "valueCode": key.replace("_", "-")} for key in unsaid
    ]


def _extension(level: str, key: str, value: Plain) -> Json:
    url = f"{OWN}{level}-{key.replace('_', '-')}"
    match value:
        case bool():
            return {"url": url, "valueBoolean": value}
        case int():
            return {"url": url, "valueInteger": value}
        case str():
            return {"url": url, "valueString": value}
        case _:
            return {"url": url, "valueMarkdown": json.dumps(value, ensure_ascii=False)}


def restored(level: str, extensions: Iterable[Json], got: Json) -> Json:
    """Give what was read, with what our extensions say of it; what they cannot mean is left."""
    said = dict(got)
    for extension in extensions:
        key, value = own(level, extension)
        if key == _UNSAID and isinstance(value, str):
            said.pop(value.replace("-", "_"), None)
        elif key is not None and key not in _INNER:
            said[key] = value
    return said


def own(level: str, extension: Json) -> tuple[str | None, Plain]:
    """Read one of our extensions: which word it is and what it says; None if it is not ours."""
    url = extension.get("url")
    start = f"{OWN}{level}-"
    if not isinstance(url, str) or not url.startswith(start):
        return None, None
    key = url.removeprefix(start).replace("-", "_")
    for kind in ("valueBoolean", "valueInteger", "valueString", "valueCode"):
        if kind in extension:
            return key, extension[kind]
    text = extension.get("valueMarkdown")
    try:
        return (key, json.loads(text)) if isinstance(text, str) else (None, None)
    except ValueError:
        return None, None
