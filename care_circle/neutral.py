"""The label of a place, as a family's notice may show it: a street or a building.

The mere name of a speciality can reveal a state of health (NOT-2); the words that tell
are listed once for the whole house, with the notices.
"""

from notifications.words import lint_label

MAX_LABEL = 60
MAX_ADDRESS = 200


class TellingLabel(ValueError):
    """A place label is 1 to 60 printable characters, and none of its words tells why."""


def neutral_label(text: str) -> str:
    """Give a place label back, once it is sure that it says nothing of anybody's health.

    Raises:
        TellingLabel: It is empty, too long, or a word of it tells too much.
    """
    if not text.strip() or len(text) > MAX_LABEL or not text.isprintable() or lint_label(text):
        raise TellingLabel
    return text


def is_neutral_address(text: str) -> bool:
    """Tell whether a map may be asked for this: 1 to 200 signs, none of its words tells why."""
    return len(text) <= MAX_ADDRESS and text.isprintable() and not lint_label(text)
