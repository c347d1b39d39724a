"""What is handed to the family: what it is, and the second item asked before it opens.

A link alone opens nothing that was written: a telephone may be lost, lent, or have a new
owner. Who has it by chance does not know the birth date. Where a parent's authority is
limited or gone, or a judge has forbidden something, somebody near the child may well have
the telephone and know the date: then it is a code, told by word of mouth.
"""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from care_circle.child import Child
from care_circle.contact import LegalStatus
from crypto.ids import ChildId, DocumentId, ErrandId, ProfessionalId

CODE_DIGITS = 6
_CONTESTED = frozenset({LegalStatus.LIMITED, LegalStatus.WITHDRAWN, LegalStatus.NONE})


class NotToBeHanded(Exception):
    """The document is unsigned or struck, or the pathway keeps it or lets nothing wait."""


class NobodyToTell(Exception):
    """Nobody of the family may be told today by any medium."""


class WrongItem(Exception):
    """The second item is not the one that was asked for."""


class SecondItem(StrEnum):
    """What is asked before a document opens."""

    BIRTH_DATE = "birth_date"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A document or a relay file handed over; `id` is the errand's that tells of it.

    `document`: None where it is the relay file, which is made anew when it is opened; then
    `documents` are those that may stand in it. `until`: when it opens no more; `forgotten_at`:
    when nothing is remembered of it. `digest`: the SHA-256 of id and code, None where the
    birth date is asked for. `opened_at`: when somebody who knew it first opened it.
    """

    id: ErrandId
    child: ChildId
    document: DocumentId | None
    by: ProfessionalId
    at: datetime
    until: datetime
    digest: bytes | None = field(default=None, repr=False)
    documents: tuple[DocumentId, ...] = ()
    opened_at: datetime | None = None
    withdrawn_at: datetime | None = None
    forgotten_at: datetime | None = None

    @property
    def item(self) -> SecondItem:
        """What is asked before it opens."""
        return SecondItem.BIRTH_DATE if self.digest is None else SecondItem.CODE

    def stands(self, now: datetime) -> bool:
        """Tell whether it may still be opened."""
        return self.withdrawn_at is None and now <= self.until


def needs_code(child: Child) -> bool:
    """Tell whether somebody near the child may know the birth date and must not read."""
    return any(
        not contact.may_be_told or any(each.status in _CONTESTED for each in contact.authorities)
        for contact in child.contacts
    )


def handed_again(held: Handing | None, handing: Handing) -> Handing:
    """Hand the same over once more: the new code counts, and what was opened was opened."""
    return handing if held is None else replace(handing, opened_at=held.opened_at)


def opened(handing: Handing, *, now: datetime) -> Handing:
    """Note that somebody opened it; the first time counts."""
    return handing if handing.opened_at is not None else replace(handing, opened_at=now)


def withdrawn(handing: Handing, *, now: datetime) -> Handing:
    """Take a handing back; one that is over stays as it is."""
    return replace(handing, withdrawn_at=now) if handing.stands(now) else handing


def digest_of(errand: ErrandId, code: str) -> bytes:
    """Give what is stored of a code: 32 bytes, for one handing only."""
    return hashlib.sha256(f"ronde handing v1:{errand}:{code}".encode()).digest()


def is_right(handing: Handing, birth: date, given: str) -> bool:
    """Compare the second item in the same time whatever was given.

    A date is given as digits, year first (20240820), a code as its digits.
    """
    if handing.digest is None:
        return hmac.compare_digest(f"{birth:%Y%m%d}".encode(), given.encode())
    return hmac.compare_digest(handing.digest, digest_of(handing.id, given))
