"""Words that a family's notice must not show, because they tell what the visit is about.

The mere name of a speciality can reveal a state of health (NOT-2), so a place is shown by
its street or building. Compared without accents, case or punctuation.
"""

import re
import unicodedata

# Beginnings of words: "neuro" also refuses "neurologie" and "neuropédiatre".
_BEGINNINGS = (
    *("camsp", "cmpp", "cmpea", "cocon", "mdph", "neuro", "psy", "vulnerab", "prematur"),
    *("neonat", "pediatr", "handicap", "autis", "orthophon", "orthopt", "ergotherap"),
    *("kine", "reeduc", "cardio", "malform", "depist", "troubl", "diagnos", "hospitalis"),
    *("maternit", "reanim", "genetiq", "epilep", "ophtalm", "audio", "surdite"),
)
_WORDS = ("pco", "pmi", "tnd", "tsa", "orl")
_WORD = re.compile(r"[a-z]+")
MAX_LABEL = 60


class TellingLabel(ValueError):
    """A place label is 1 to 60 printable characters, and none of its words tells why."""


def neutral_label(text: str) -> str:
    """Give a place label back, once it is sure that it says nothing of anybody's health.

    Raises:
        TellingLabel: It is empty, too long, or a word of it tells too much.
    """
    if not text.strip() or len(text) > MAX_LABEL or not text.isprintable():
        raise TellingLabel
    if any(word in _WORDS or word.startswith(_BEGINNINGS) for word in _words(text)):
        raise TellingLabel
    return text


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # "C.A.M.S.P." and "C A M S P" are read as one word beside the words as they stand.
    spelled = re.findall(r"\b[a-z](?:[ .\-][a-z]\b)+", letters)
    return [*_WORD.findall(letters), *(re.sub(r"[ .\-]", "", word) for word in spelled)]
