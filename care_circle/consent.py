"""What the holders of parental authority said: agreed, refused, were informed, withdrew.

For a usual act one parent is presumed to agree with the other unless the other's refusal
is known (Code civil 372-2). So one agreement and the other informed is enough (CON-4),
a known opposition blocks, and a network may ask for both signatures.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from crypto.ids import ChildId, ContactId, ProfessionalId


class ConsentMissing(Exception):
    """Not every holder of authority has agreed or at least been informed, or none agreed."""


class ParentOpposed(Exception):
    """A holder of parental authority is known to be opposed."""


class SaidTomorrow(ValueError):
    """What a parent said was said today at the latest."""


class Word(StrEnum):
    """What one holder said; the last word counts."""

    AGREED = "agreed"
    INFORMED = "informed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Signatures(StrEnum):
    """What the network asks for."""

    ONE_AND_INFORMED = "one_and_informed"
    EVERY_HOLDER = "every_holder"


class Standing(StrEnum):
    """Where the family stands, all words together."""

    GIVEN = "given"
    MISSING = "missing"
    OPPOSED = "opposed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing one holder said, on a day, in a language, on a document.

    `document` is the code or number of the paper shown and signed; `by` recorded it.
    """

    contact: ContactId
    word: Word
    on: date
    language: str
    document: str
    by: ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """All that was ever said for one child, in order; nothing is overwritten."""

    child: ChildId
    steps: tuple[Step, ...] = ()

    def word_of(self, contact: ContactId) -> Word | None:
        """Give a holder's last word, if there is one: by its day, then as written down."""
        said = [step for step in self.steps if step.contact == contact]
        # Of several words of one day the one written down last is the first found here.
        return max(reversed(said), key=lambda step: step.on).word if said else None

    def is_refused(self) -> bool:
        """Tell whether somebody's last word is a refusal or a withdrawal."""
        words = {self.word_of(step.contact) for step in self.steps}
        return bool(words & {Word.REFUSED, Word.WITHDRAWN})


def record(consent: Consent, step: Step, *, today: date) -> Consent:
    """Write down what a holder said; the same thing written twice in a row is kept once.

    Raises:
        SaidTomorrow: The day is in the future.
    """
    if step.on > today:
        raise SaidTomorrow
    said = [held for held in consent.steps if held.contact == step.contact]
    if said and said[-1] == step:
        return consent
    return replace(consent, steps=(*consent.steps, step))


def standing(consent: Consent, holders: frozenset[ContactId], signatures: Signatures) -> Standing:
    """Say where the family stands, given who holds authority today.

    Without a known holder nothing is given: somebody must answer for the child.
    """
    words = {consent.word_of(holder) for holder in holders}
    if Word.REFUSED in words:
        return Standing.OPPOSED
    if Word.WITHDRAWN in words:
        return Standing.WITHDRAWN
    if None in words or Word.AGREED not in words:
        return Standing.MISSING
    if signatures is Signatures.EVERY_HOLDER and Word.INFORMED in words:
        return Standing.MISSING
    return Standing.GIVEN


def require_given(consent: Consent, holders: frozenset[ContactId], signatures: Signatures) -> None:
    """Insist that the family agreed.

    Raises:
        ParentOpposed: A holder refused, or took an agreement back.
        ConsentMissing: Somebody has not been asked or informed, or nobody agreed.
    """
    match standing(consent, holders, signatures):
        case Standing.GIVEN:
            return
        case Standing.OPPOSED | Standing.WITHDRAWN:
            raise ParentOpposed
        case Standing.MISSING:
            raise ConsentMissing
