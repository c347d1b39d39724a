"""A person of the child's family, and how they may be told something.

CDS-6: at least one way to reach them; NOT-3: each may object, medium by medium;
NOT-6: each holder of authority is told apart, unless a judge says otherwise.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from care_circle.ins import BadName, is_name
from care_circle.telling.proof import Proof
from crypto.ids import ContactId
from notifications.hours import zone_named
from notifications.notice import Medium, Recipient

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_EMAIL_LENGTH = 254
_LOCAL_LENGTH = 64
_DOMAIN_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")


class BadEmail(ValueError):
    """This is not an e-mail address."""


class BadPhone(ValueError):
    """A phone number is written in international form: +33639980000."""


class Unreachable(ValueError):
    """A contact of the family needs an e-mail address or a phone number."""


class BadLanguage(ValueError):
    """A family's language is named by a code, as in fr, en or zh-hans."""


class Relation(StrEnum):
    """What a person is to the child (TRE_R260)."""

    GUARD = "GUARD"
    TRUSTED = "QUAL"
    CAREGIVER = "CAREGIVER"


class LegalStatus(StrEnum):
    """What the law says of a person's authority over the child.

    `guardian`: a tutor, or the service (ASE) to whom a judge gave the exercise of it.
    """

    HOLDER = "holder"
    GUARDIAN = "guardian"
    LIMITED = "limited"
    WITHDRAWN = "withdrawn"
    NONE = "none"


_HOLDING = frozenset({LegalStatus.HOLDER, LegalStatus.GUARDIAN, LegalStatus.LIMITED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A legal status and the days it holds, both included; open where None."""

    status: LegalStatus
    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether this status is in force on a day."""
        begun = self.since is None or self.since <= on
        return begun and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person of the family.

    `authorities`: their legal statuses in time (CON-6). `may_be_told`: false where a judge
    forbids it. `opted_out`: the media they refused; `confirmed`: those that were shown to reach
    them; `disowned`: those where somebody else answered; `media_log` proves all three.
    `interpreter`: a call needs one; the family never reads it.
    """

    id: ContactId
    family_name: str = field(repr=False)
    given_name: str = field(repr=False, default="")
    relation: Relation = Relation.GUARD
    authorities: tuple[Authority, ...] = (Authority(status=LegalStatus.HOLDER),)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    language: str = "fr"
    zone: str = "Europe/Paris"
    opted_out: tuple[Medium, ...] = ()
    may_be_told: bool = True
    confirmed: tuple[Medium, ...] = ()
    disowned: tuple[Medium, ...] = ()
    media_log: tuple[Proof, ...] = field(default=(), repr=False)
    interpreter: bool = False

    def __post_init__(self) -> None:
        """Refuse a contact who could not be reached, or not be understood.

        Raises:
            Unreachable: There is neither e-mail nor phone (CDS-6).
            BadEmail: The e-mail address is none.
            BadPhone: The phone number is not in international form.
            BadLanguage: The language is no code of one.
        """
        if self.email is None and self.phone is None:
            raise Unreachable
        if self.email is not None:
            email_address(self.email)
        if self.phone is not None:
            phone_number(self.phone)
        if _LANGUAGE.fullmatch(self.language) is None:
            raise BadLanguage

    def holds_authority(self, on: date) -> bool:
        """Tell whether this person holds parental authority on a day, limited or whole."""
        statuses = {authority.status for authority in self.authorities if authority.holds(on)}
        if self.relation is not Relation.GUARD or LegalStatus.WITHDRAWN in statuses:
            return False
        return bool(statuses & _HOLDING)

    def address(self, medium: Medium) -> str | None:
        """Give where a medium reaches this person, if it does."""
        return self.email if medium is Medium.EMAIL else self.phone

    def media(self) -> tuple[Medium, ...]:
        """Give the media this person has, has not refused, and that reach nobody else."""
        kept = {*self.opted_out, *self.disowned}
        return tuple(m for m in Medium if self.address(m) is not None and m not in kept)


def email_address(text: str) -> str:
    """Give an e-mail address back with its domain in lower case.

    Raises:
        BadEmail: It is not one.
    """
    if len(text) > _EMAIL_LENGTH or not text.isprintable() or _EMAIL.fullmatch(text) is None:
        raise BadEmail
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def entered_email(text: str) -> str:
    """Give an e-mail address back that somebody enters, as `email_address` does.

    Stricter than what is read back from the store, which must open whatever it once took:
    dots stand between other signs, and no part is longer than mail servers take (RFC 5321,
    sections 4.1.2 and 4.5.3.1).

    Raises:
        BadEmail: No mail server would take it.
    """
    address = email_address(text)
    local, _, domain = address.rpartition("@")
    if len(local.encode()) > _LOCAL_LENGTH or "" in local.split("."):
        raise BadEmail
    if not all(_DOMAIN_PART.fullmatch(part) for part in domain.split(".")):
        raise BadEmail
    return address


def phone_number(text: str) -> str:
    """Give a phone number back.

    Raises:
        BadPhone: It is not in international form (E.164).
    """
    if _PHONE.fullmatch(text) is None:
        raise BadPhone
    return text


def check_contact(contact: Contact) -> None:
    """Refuse a contact who is entered without a name or where nobody lives or reads mail.

    Raises:
        BadName: The family name is missing, or a name is none (CDS-6).
        BadEmail: No mail server would take the e-mail address.
        UnknownZone: There is no such time zone.
    """
    names = (contact.family_name, contact.given_name or contact.family_name)
    if not all(is_name(name) for name in names):
        raise BadName
    if contact.email is not None:
        entered_email(contact.email)
    zone_named(contact.zone)


def recipient(contact: Contact) -> Recipient:
    """Say whom a notice goes to, without saying how they are called."""
    return Recipient(
        contact=contact.id,
        media=contact.media(),
        language=contact.language,
        zone=contact.zone,
    )
