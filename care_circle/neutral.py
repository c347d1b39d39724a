"""The label of a place, as a family's notice may show it: a street or a building.

The mere name of a speciality can reveal a state of health (NOT-2); the words that tell
are listed once for the whole house, with the notices.
"""

import re

from care_circle.mending import Proposing
from notifications import gsm7
from notifications.likeness import folded
from notifications.words import Words, lint_label

MAX_LABEL = 60
MAX_ADDRESS = 200
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class TellingLabel(ValueError):
    """A place label is 1 to 60 printable characters, and none of its words tells why."""


class UnwritableLabel(ValueError):
    """A place label is in letters that any family's text message can hold: those of GSM-7."""


class NamesStructure(ValueError, Proposing):
    """A place label is a street or a building, never how a structure is called."""


def neutral_label(text: str, forbidden: Words | None = None) -> str:
    """Give a place label back, once it is sure that it says nothing of anybody's health.

    `forbidden`: the words that a network refuses; those that every network does, if none is given.

    Raises:
        TellingLabel: It is empty, too long, or a word of it tells too much.
    """
    told = lint_label(text, forbidden)
    if not text.strip() or len(text) > MAX_LABEL or not text.isprintable() or told:
        raise TellingLabel
    return text


def is_neutral_address(text: str, forbidden: Words | None = None) -> bool:
    """Tell whether a map may be asked for this: 1 to 200 signs, none of its words tells why."""
    return len(text) <= MAX_ADDRESS and text.isprintable() and not lint_label(text, forbidden)


def require_writable(label: str) -> None:
    """Refuse a place label that a text message could not say.

    Both parents of a child hear of the same place, each in a language of their own, and French
    texts hold Latin letters only; the sign in the street is written in those as well.

    Raises:
        UnwritableLabel: A letter of it has no likeness in GSM-7.
    """
    try:
        gsm7.transliterate(label)
    except gsm7.NotGsm7:
        raise UnwritableLabel from None


def is_name_of(label: str, name: str) -> bool:
    """Tell whether a label is how a structure is called, however its letters are dressed."""
    return _words_of(label) == _words_of(name)


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(each for each in _BETWEEN_WORDS.split(folded(text)) if each)
