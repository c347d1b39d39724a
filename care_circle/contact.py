"""A person of the child's family, and how they may be told something.

CDS-6: at least one way to reach them; NOT-3: each may object, medium by medium;
NOT-6: each holder of authority is told apart, unless a judge says otherwise.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from care_circle.ins import BadName, is_name
from crypto.ids import ContactId
from notifications.hours import zone_named
from notifications.notice import Medium, Recipient

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_EMAIL_LENGTH = 254
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class BadEmail(ValueError):
    """This is not an e-mail address."""


class BadPhone(ValueError):
    """A phone number is written in international form: +33639980000."""


class Unreachable(ValueError):
    """A contact of the family needs an e-mail address or a phone number."""


class BadLanguage(ValueError):
    """A family is written to in French or in English."""


class Relation(StrEnum):
    """What a person is to the child (TRE_R260)."""

    GUARD = "GUARD"
    TRUSTED = "QUAL"
    CAREGIVER = "CAREGIVER"


class LegalStatus(StrEnum):
    """What the law says of a person's authority over the child."""

    HOLDER = "holder"
    LIMITED = "limited"
    WITHDRAWN = "withdrawn"
    NONE = "none"


LANGUAGES = ("fr", "en")


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
    forbids it. `opted_out`: the media they refused.
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

    def __post_init__(self) -> None:
        """Refuse a contact who could not be reached, or not be understood.

        Raises:
            Unreachable: There is neither e-mail nor phone (CDS-6).
            BadEmail: The e-mail address is none.
            BadPhone: The phone number is not in international form.
            BadLanguage: The language is not one we write.
        """
        if self.email is None and self.phone is None:
            raise Unreachable
        if self.email is not None:
            email_address(self.email)
        if self.phone is not None:
            phone_number(self.phone)
        if self.language not in LANGUAGES:
            raise BadLanguage

    def holds_authority(self, on: date) -> bool:
        """Tell whether this person holds parental authority on a day, limited or whole."""
        statuses = {authority.status for authority in self.authorities if authority.holds(on)}
        if self.relation is not Relation.GUARD or LegalStatus.WITHDRAWN in statuses:
            return False
        return bool(statuses & {LegalStatus.HOLDER, LegalStatus.LIMITED})

    def media(self) -> tuple[Medium, ...]:
        """Give the media this person has and has not refused."""
        had = {Medium.EMAIL: self.email, Medium.SMS: self.phone}
        return tuple(
            medium
            for medium, address in had.items()
            if address is not None and medium not in self.opted_out
        )


def email_address(text: str) -> str:
    """Give an e-mail address back with its domain in lower case.

    Raises:
        BadEmail: It is not one.
    """
    if len(text) > _EMAIL_LENGTH or not text.isprintable() or _EMAIL.fullmatch(text) is None:
        raise BadEmail
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def phone_number(text: str) -> str:
    """Give a phone number back.

    Raises:
        BadPhone: It is not in international form (E.164).
    """
    if _PHONE.fullmatch(text) is None:
        raise BadPhone
    return text


def check_contact(contact: Contact) -> None:
    """Refuse a contact without a name, or in a time zone that does not exist.

    Raises:
        BadName: The family name is missing, or a name is none (CDS-6).
        UnknownZone: There is no such time zone.
    """
    names = (contact.family_name, contact.given_name or contact.family_name)
    if not all(is_name(name) for name in names):
        raise BadName
    zone_named(contact.zone)


def opt_out(contact: Contact, medium: Medium) -> Contact:
    """Note that a person no longer wants a medium (NOT-3)."""
    if medium in contact.opted_out:
        return contact
    return replace(contact, opted_out=(*contact.opted_out, medium))


def opt_in(contact: Contact, medium: Medium) -> Contact:
    """Note that a person wants a medium again."""
    return replace(contact, opted_out=tuple(m for m in contact.opted_out if m != medium))


def recipient(contact: Contact) -> Recipient:
    """Say whom a notice goes to, without saying how they are called."""
    return Recipient(
        contact=contact.id,
        media=contact.media(),
        language=contact.language,
        zone=contact.zone,
    )
