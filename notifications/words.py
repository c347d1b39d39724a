"""The words that must never stand in a notice, because they tell of somebody's health.

Naming a speciality is enough to reveal why a family comes (NOT-2), so disciplines,
structures and diagnoses are refused in every language, wherever they come from. The
lists are data beside the templates, one for each language; a network adds its own.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from notifications.likeness import as_it_looks, folded, undigited

TEMPLATES = Path(__file__).parent / "templates"
FILE = "words.toml"

# Shorter words stand by chance where letters are taken together that were apart.
_LONG_ENOUGH_TO_SPLIT = 7
_LONG_ENOUGH_TO_DRESS = 4


class BadWords(ValueError):
    """A list of words cannot be used; `complaint` says why."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is refused; a stem ends with an asterisk.

    `telling`: wherever it stands, in the label of a place as well. `clinical`: in our own
    sentences only, since streets are called after hospitals and doctors. `fleeting`: untrue
    when it is read another day. `prefixes`: what is written together with the next word.
    """

    telling: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    fleeting: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a list from TOML: a list of words under each of our four names.

        Raises:
            BadWords: It is not TOML, or holds anything else.
        """
        try:
            said = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadWords(f"this is not TOML: {error}") from error
        known = {each.name for each in fields(cls)}
        for key, listed in said.items():
            if key not in known:
                raise BadWords(f"unknown key {key!r}")
            if not isinstance(listed, list) or not all(map(_is_word, listed)):
                raise BadWords(f"{key!r} is a list of words")
        return cls(**{key: tuple(listed) for key, listed in said.items()})

    def joined(self, other: "Words") -> "Words":
        """Give both lists as one."""
        return Words(
            telling=self.telling + other.telling,
            clinical=self.clinical + other.clinical,
            fleeting=self.fleeting + other.fleeting,
            prefixes=self.prefixes + other.prefixes,
        )


def lists_below(folder: Path) -> Iterator[Path]:
    """Find the lists of a folder of templates: its own, and that of each language."""
    yield from (path for path in (folder / FILE, *sorted(folder.glob(f"*/{FILE}"))))


def _shipped() -> Words:
    whole = Words()
    for path in lists_below(TEMPLATES):
        whole = whole.joined(Words.read(path.read_text(encoding="utf-8")))
    return whole


def lint(text: str, listed: Words | None = None) -> tuple[str, ...]:
    """List the forbidden words of one of our own sentences; empty is good."""
    return _found(_in_sentences(listed or SHIPPED), text)


def lint_label(text: str, listed: Words | None = None) -> tuple[str, ...]:
    """List the forbidden words in the label of a place, a sender's name or the like."""
    return _found_in_label(listed or SHIPPED, text)


@lru_cache(maxsize=4096)
def _found_in_label(listed: Words, text: str) -> tuple[str, ...]:
    return _found(_in_labels(listed), text)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Whole words; long ones that may be dressed; longer ones that may be taken apart."""

    plain: re.Pattern[str]
    dressed: re.Pattern[str]
    apart: re.Pattern[str] | None


@cache
def _in_sentences(listed: Words) -> _Patterns:
    words = listed.telling + listed.clinical + listed.fleeting
    split = [word for word in words if len(word.rstrip("*")) >= _LONG_ENOUGH_TO_SPLIT]
    apart = _pattern(split, listed.prefixes, between=r"[\W_]*") if split else None
    return _patterns(words, listed.prefixes, apart)


@cache
def _in_labels(listed: Words) -> _Patterns:
    return _patterns(listed.telling, listed.prefixes, None)


def _patterns(
    words: tuple[str, ...], prefixes: tuple[str, ...], apart: re.Pattern[str] | None
) -> _Patterns:
    long = [word for word in words if len(word.rstrip("*")) >= _LONG_ENOUGH_TO_DRESS]
    return _Patterns(_pattern(words, prefixes), _pattern(long, prefixes), apart)


def _pattern(words: Iterable[str], prefixes: tuple[str, ...], between: str = "") -> re.Pattern[str]:
    both = dict.fromkeys(dressed(word) for word in words for dressed in (folded, as_it_looks))
    said = "|".join(_expression(word, between) for word in both)
    if not said:
        return re.compile(r"(?!)")
    before = "|".join(re.escape(folded(each)) for each in prefixes)
    return re.compile(rf"(?<!\w)(?:{before})?((?:{said}))(?!\w)")


def _expression(word: str, between: str) -> str:
    stem = word.rstrip("*")
    said = between.join(r"[\W_]+" if sign == " " else re.escape(sign) for sign in stem)
    return said + (r"\w*" if word.endswith("*") else "s?")


def _found(patterns: _Patterns, text: str) -> tuple[str, ...]:
    plain, looks = folded(text), as_it_looks(text)
    found: list[str] = []
    for said in dict.fromkeys((plain, looks)):
        bare = said.replace("_", " ")
        # "C.A.M.S.P." is read as one word beside the letters as they stand, and so is "ki-né".
        spelled, closed = _APART.sub(r"\1", bare), _INSIDE.sub("", said)
        found += patterns.plain.findall(f"{bare} / {spelled} / {closed}")
        dressed = (_QUOTED.sub("", said), *undigited(said), *undigited(spelled), *undigited(closed))
        found += patterns.dressed.findall(" / ".join(dressed))
        if patterns.apart is not None:
            found += patterns.apart.findall(said)
    return tuple(dict.fromkeys(found))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(folded(value).strip("* \t\n")) and "\n" not in value


_APART = re.compile(r"(?<!\w)(\w)[\W_]+(?=\w(?!\w))")
_INSIDE = re.compile(r"(?<=\w)[^\w\s'\u2019,;:!?()]+(?=\w)|(?<=[^\W_])_+(?=[^\W_])")
_QUOTED = re.compile(r"(?<=\w)['\u2019\u00b4`]+(?=\w)")

SHIPPED = _shipped()
"""What is refused everywhere, whatever a network adds."""
