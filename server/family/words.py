"""The words of the page behind a family's link: data beside the templates of notices.

`page.toml` in a language's folder holds each sentence by its name; folders of a network lie
over ours. The sentences are judged as those of notices are: no word that tells of health. A
language without them has the French page.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from notifications import typography
from notifications.language import Language
from notifications.saying import faults
from notifications.words import TEMPLATES, Words

FILE: Final = "page.toml"
FALLBACK: Final = "fr"

Sentences = Mapping[str, str]


class BadPageWords(Exception):
    """The words of a page must not be used; `complaints` names file and sentence."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """The page's sentences in every language it is written in."""

    languages: Mapping[str, Language]
    said: Mapping[str, Sentences] = field(repr=False)

    def language(self, code: str) -> Language:
        """Give the language a page is written in for somebody who reads another."""
        return self.languages[code if code in self.said else FALLBACK]

    def of(self, code: str) -> Sentences:
        """Give all sentences of a language, French where it has none."""
        return self.said.get(code) or self.said[FALLBACK]


def load_page_words(languages: Mapping[str, Language], listed: Words, *over: Path) -> PageWords:
    """Read and judge the page's words, with folders laid over ours.

    Raises:
        BadPageWords: One is missing or unknown, is no text, or tells of health.
    """
    complaints: list[str] = []
    said: dict[str, dict[str, str]] = {}
    for folder in (TEMPLATES, *over):
        for path in sorted(folder.glob(f"*/{FILE}")):
            said.setdefault(path.parent.name, {}).update(_read(path, complaints))
    names = {*said.get(FALLBACK, {})}
    for code, held in said.items():
        complaints += _wrong(code, held, names, languages, listed)
    if complaints:
        raise BadPageWords(tuple(sorted(complaints)))
    return PageWords(languages=languages, said={code: _set(code, it) for code, it in said.items()})


def _read(path: Path, complaints: list[str]) -> dict[str, str]:
    place = f"{path.parent.name}/{FILE}"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        complaints.append(f"{place}: this is no TOML in UTF-8")
        return {}
    texts = {name: text for name, text in read.items() if isinstance(text, str)}
    complaints += (f"{place}: {name} is no text" for name in read.keys() - texts.keys())
    return texts


def _wrong(
    code: str,
    held: Sentences,
    names: set[str],
    languages: Mapping[str, Language],
    listed: Words,
) -> Iterator[str]:
    place = f"{code}/{FILE}"
    if code not in languages:
        yield f"{place}: there is no language {code}"
    yield from (f"{place}: {name} is missing" for name in names - held.keys())
    yield from (f"{place}: {name} is not a sentence of the page" for name in held.keys() - names)
    for name, text in held.items():
        for fault in faults(text, allowed=frozenset(), listed=listed):
            yield f"{place}: {name}: {fault.problem}"


def _set(code: str, held: Sentences) -> Sentences:
    """Set the spaces that French does not break."""
    if code != FALLBACK:
        return held
    return {name: typography.french(text) for name, text in held.items()}
