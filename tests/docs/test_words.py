"""What the pages say is said in English too, with the same placeholders, and nothing is left over.

The French sentence is the key: a sentence that changes by one letter asks for its English anew.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from server.words_catalogue import CATALOGUE, LOCALES, languages, read_words

WEB = Path(__file__).resolve().parents[2] / "web"
PAGES = WEB / "client" / "ui"
TEMPLATES = WEB / "templates"

Said = str | tuple[str, str]

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(rf"(?<![\w.$])(?P<word>tn?)\(\s*(?P<one>{_TEXT})?(?:\s*,\s*(?P<many>{_TEXT}))?")
# What a picker accepts is written `image/*` and opens no comment.
_COMMENT = re.compile(r"(?<!\w)/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_HOME = PAGES / "words.ts"  # Where the two words are defined, and called with what they are given.


def test_every_sentence_of_the_pages_has_its_english() -> None:
    said = set(_said_by_pages())

    missing = sorted(map(str, said - _told(_english())))

    assert said
    assert not missing, "no English for:\n" + "\n".join(missing)


def test_nothing_is_translated_that_no_page_says() -> None:
    stale = sorted(map(str, _told(_english()) - set(_said_by_pages())))

    assert not stale, "nobody says:\n" + "\n".join(stale)


def test_a_translation_has_the_placeholders_of_its_french() -> None:
    wrong = [
        french
        for message in _messages(_english())
        for french, english in zip(_texts(message.id), _texts(message.string), strict=True)
        if _placeholders(french) != _placeholders(english)
    ]

    assert not wrong


def test_the_catalogue_says_each_sentence_once_and_doubts_none() -> None:
    lines = (LOCALES / "en" / CATALOGUE).read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith("msgid ")]

    doubled = [line for line, count in Counter(ids).items() if count > 1]
    doubted = [message.id for message in _messages(_english()) if message.fuzzy]

    assert not doubled
    assert not doubted


def test_a_page_says_sentences_that_can_be_found() -> None:
    hidden = [
        f"{path.relative_to(PAGES)}: {call.group()}"
        for path in _sources()
        for call in _CALL.finditer(_without_comments(path))
        if call["one"] is None or (call["word"] == "tn" and call["many"] is None)
    ]

    assert not hidden, "write the sentence into the call itself:\n" + "\n".join(hidden)


def test_french_is_written_with_plain_spaces() -> None:
    set_by_hand = [
        said for said in _said_by_pages() if any(sign in str(said) for sign in "\u00a0\u202f")
    ]

    assert not set_by_hand


@pytest.mark.parametrize("language", languages())
def test_what_a_browser_reads_is_what_the_catalogue_says(language: str) -> None:
    words = read_words(LOCALES / language / CATALOGUE)

    counted = {one: said for one, said in words.items() if not isinstance(said, str)}

    assert words["Ma journée"] == "My day"
    assert counted["{n} jour"] == ("{n} day", "{n} days")
    assert len(words) == len(_told(_english()))


def _said_by_pages() -> Iterator[Said]:
    for path in _sources():
        for call in _CALL.finditer(_without_comments(path)):
            if call["one"] is None:
                continue
            counts = call["word"] == "tn" and call["many"] is not None
            yield (_text(call["one"]), _text(call["many"])) if counts else _text(call["one"])
    for template in sorted(TEMPLATES.glob("*.html")):
        with template.open("rb") as file:
            for _, _, said, _ in babel_extract(file, ("_", "gettext"), (), {}):
                yield str(said)


def _sources() -> list[Path]:
    return [path for path in sorted(PAGES.rglob("*.ts")) if path != _HOME]


def _without_comments(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _text(literal: str) -> str:
    return literal[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _english() -> Catalog:
    with (LOCALES / "en" / CATALOGUE).open("rb") as file:
        return read_po(file, abort_invalid=True)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _told(catalogue: Catalog) -> set[Said]:
    return {
        message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
        for message in _messages(catalogue)
        if all(_texts(message.string))
    }


def _texts(said: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(said) if isinstance(said, list | tuple) else (said or "",)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))
