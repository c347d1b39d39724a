"""What families write back by SMS, and what of it a machine may act on.

Few words are understood, in any case, with or without accents: stop, start, yes, and « it is
not me ». Everything else is for a person. The text goes nowhere from here: it may speak of
somebody's health, so that it is neither kept nor logged.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_DIGITS = re.compile(r"[\s().\-/\u00a0\u202f]")
_HOME = "+33"
_HOME_DIGITS = 10
_LONGEST_READ = 400
_FEW_WORDS = 4


class Said(StrEnum):
    """What a reply says."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    NOT_ME = "not_me"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One SMS that came in: from which number (as the provider writes it), and when (aware)."""

    from_number: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime


class Replies(Protocol):
    """Takes what families write back; whoever receives an SMS calls it once for each."""

    async def take(self, reply: Reply) -> None:
        """Act on a reply; the same reply taken twice changes nothing more.

        A number of nobody is ignored and counted. It returns once all is durable.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a reply says, and whether it says more than that, for a person to read."""

    said: Said
    more: bool = False


_STOP = frozenset(
    {
        *("stop", "stopsms", "stoppez", "stopper", "arret", "arrets", "arreter", "arretez"),
        *("desabonner", "desinscrire", "desabonnement", "unsubscribe"),
        *("parar", "basta", "dur", "توقف", "قف", "стоп"),
    }
)
_START = frozenset({"start", "reprendre", "reprise", "unstop", "recommencer"})
_YES = frozenset({"oui", "ok", "yes", "daccord", "confirme", "نعم", "si", "evet", "да"})
_NOT_ME = (
    *("pas moi", "ce n est pas moi", "c est pas moi", "erreur", "erreur de numero"),
    *("mauvais numero", "faux numero", "vous vous trompez", "wrong number", "not me"),
)
_POLITE = frozenset(
    {
        *(
            "sms",
            "svp",
            "merci",
            "de",
            "d",
            "s",
            "il",
            "vous",
            "plait",
            "please",
            "le",
            "les",
            "la",
        ),
        *(
            "je",
            "j",
            "me",
            "bonjour",
            "hello",
            "messages",
            "message",
            "thanks",
            "thank",
            "you",
            "a",
        ),
    }
)
_DENIES = frozenset({"pas", "ne", "n", "not", "don", "dont", "non", "no"})


def understood(text: str) -> Understood:
    """Say what a reply means; what is left of a stop is told as more, and the stop still counts.

    Whoever writes STOP objects, whatever else stands there (NOT-3): a doubt ends in silence
    towards that number, and before a person.
    """
    plain = _plain(text)
    words = plain.split()
    if len(words) > 1 and all(len(word) == 1 for word in words):
        words = [plain.replace(" ", "")]
    if not words:
        return Understood(said=Said.OTHER)
    if plain in _NOT_ME or any(plain.startswith(f"{each} ") for each in _NOT_ME):
        return Understood(said=Said.NOT_ME)
    told = [word for word in words if word not in _POLITE]
    for said, known in ((Said.STOP, _STOP), (Said.START, _START), (Said.YES, _YES)):
        if told and (told[0] in known or "".join(words[:2]) in known):
            return Understood(said=said, more=_is_more(told[1:], known))
    if len(words) <= _FEW_WORDS and _STOP.intersection(told) and not _DENIES.intersection(words):
        return Understood(said=Said.STOP)
    return Understood(said=Said.OTHER)


def international(number: str) -> str | None:
    """Write a number in international form (E.164); None where it is none.

    Providers write +33639980000, 0033639980000 or 33639980000; ten digits that begin with a
    zero are read as those of the mainland.
    """
    bare = _NOT_DIGITS.sub("", number)
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif bare.startswith("0") and len(bare) == _HOME_DIGITS:
        bare = _HOME + bare[1:]
    elif not bare.startswith("+"):
        bare = f"+{bare}"
    return bare if bare.isascii() and _INTERNATIONAL.fullmatch(bare) else None


def _is_more(rest: list[str], known: frozenset[str]) -> bool:
    return any(word not in known for word in rest)


def _plain(text: str) -> str:
    """Give a text's words in small letters, without accents and signs, one space apart."""
    apart = unicodedata.normalize("NFKD", text[:_LONGEST_READ].casefold())
    letters = (c for c in apart if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())
