"""Labels in two languages, as FHIR says them: one text, and translations of it."""

import re

from care_circle.definition.source import Plain
from care_circle.fhir.terms import TRANSLATION, Json
from care_circle.labels import Label

_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}", re.ASCII)
FRENCH, ENGLISH = "fr", "en"


def text_of(label: Label, language: str, key: str) -> Json:
    """Say a label under a key, with its translation beside it where there is one."""
    base, others = _parted(label, language)
    said: Json = {key: base}
    extensions: list[Plain] = [
        {
            "url": TRANSLATION,
            "extension": [
                {"url": "lang", "valueCode": lang},
                {"url": "content", "valueString": words},
            ],
        }
        for lang, words in others
    ]
    return said | ({f"_{key}": {"extension": extensions}} if extensions else {})


def _parted(label: Label, language: str) -> tuple[str, list[tuple[str, str]]]:
    if is_in(language, ENGLISH):
        return label.en, [(FRENCH, label.fr)] if label.fr != label.en else []
    others = [(ENGLISH, label.en)] if label.fr != label.en else []
    if not is_in(language, FRENCH) and others:
        others = [(FRENCH, label.fr), *others]
    return label.fr, others


def is_in(language: str, wanted: str) -> bool:
    """Tell whether a language tag names a language, in whatever country."""
    return language.partition("-")[0].lower() == wanted


def label_of(text: str, translations: dict[str, str], language: str) -> Label:
    """Read a label: what has no translation is said as it is."""
    french = text if is_in(language, FRENCH) else translations.get(FRENCH, text)
    english = text if is_in(language, ENGLISH) else translations.get(ENGLISH, text)
    return Label(fr=french, en=english)


def is_name(text: Plain) -> bool:
    """Tell whether a text is a name as programs use it (FHIR's constraint que-0)."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None
