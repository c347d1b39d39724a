"""Small forms for tests, said as a definition says them."""

from typing import Any

from care_circle.definition.form import Form
from care_circle.definition.form_reading import read_form
from care_circle.definition.source import parse, written


def label(text: str) -> dict[str, str]:
    return {"fr": text, "en": f"{text} (en)"}


def field(code: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key of a field
    return {"code": code, "label": label(code), "type": kind, "mark": "A", **more}


def section(code: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key
    return {"code": code, "label": label(code), "mark": "A", **more, "fields": list(fields)}


def definition(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any key
    return {
        "code": "T1",
        "version": "1",
        "label": label("Essai"),
        "mark": "A",
        "stage": "support",
        "fillers": ["physician"],
        **more,
        "sections": list(sections),
    }


def form_of(*sections: dict[str, Any], **more: Any) -> Form:  # noqa: ANN401 -- any key
    return read_form(parse(written(definition(*sections, **more)), "T1.yaml"))
