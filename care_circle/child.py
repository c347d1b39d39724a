"""One child of the pathway: identity, birth, family, inclusion."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from care_circle.contact import Contact, check_contact, recipient
from care_circle.definition.condition import Fact
from care_circle.definition.inclusion import Decision
from care_circle.definition.perinatal import Perinatal
from care_circle.ins import Identity
from care_circle.telling.agreement import rewritten, written
from care_circle.telling.proof import Saying
from crypto.ids import ChildId, ContactId, ProfessionalId, id_of
from notifications.notice import Recipient

_LETTERS_COMPARED = 3
_EARLIEST_YEAR = 1900


class ContactTaken(ValueError):
    """Two contacts of one child cannot share an id."""


class UnknownContact(Exception):
    """The child's family has no such contact."""


class ChildNotIncluded(Exception):
    """This is only for a child who is in the pathway."""


class AlreadyIncluded(Exception):
    """The child is in the pathway; inclusion is decided once."""


class BornTomorrow(ValueError):
    """A birth date is not in the future."""


class ImpossibleDay(ValueError):
    """A birth before 1900, or a way home before the birth or after today."""


class LikelyDuplicate(Exception):
    """A child born that day under the same first letters is already there (INS-5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child; everything that says who they are stays out of reprs.

    `local_identifier` is ours and provisional: it is what the file lives on until the
    identity is qualified. `left_territory_on`: the day of a move out of the region.
    `chosen_holder`: who of the family is asked what only one is asked (N6).
    """

    id: ChildId
    local_identifier: str
    identity: Identity
    perinatal: Perinatal = field(default_factory=Perinatal, repr=False)
    contacts: tuple[Contact, ...] = field(default=(), repr=False)
    referring_physician: ProfessionalId | None = None
    decision: Decision | None = None
    left_territory_on: date | None = None
    chosen_holder: ContactId | None = None

    def __post_init__(self) -> None:
        """Refuse two contacts under one id.

        Raises:
            ContactTaken: An id stands there twice.
        """
        if len({contact.id for contact in self.contacts}) != len(self.contacts):
            raise ContactTaken

    def holders(self, on: date) -> frozenset[ContactId]:
        """Name those who hold parental authority on a day."""
        return frozenset(contact.id for contact in self.contacts if contact.holds_authority(on))

    def recipients(self, on: date) -> tuple[Recipient, ...]:
        """Say who of the family is told of appointments: all holders, each apart (NOT-6)."""
        told = (c for c in self.contacts if c.may_be_told and c.holds_authority(on))
        return tuple(recipient(contact) for contact in told if contact.media())

    def chosen(self, on: date) -> tuple[Recipient, ...]:
        """Say who is asked what only one is asked: the chosen holder, else all there are.

        Nobody chosen, or no longer to be told: then rather two are asked than none.
        """
        told = self.recipients(on)
        return tuple(each for each in told if each.contact == self.chosen_holder) or told

    def contact(self, contact: ContactId) -> Contact:
        """Give one contact of the family.

        Raises:
            UnknownContact: There is none of this id.
        """
        for held in self.contacts:
            if held.id == contact:
                return held
        raise UnknownContact

    def facts(self, *, refused: bool, on: date) -> dict[str, Fact]:
        """Give all facts the rules of inclusion may ask for."""
        left = self.left_territory_on
        return self.perinatal.facts() | {
            "parental_refusal": refused,
            "moved_out_of_territory": left is not None and left <= on,
        }


def register(child: Child, *, on: date) -> Child:
    """Take a child into the register, not yet into the pathway.

    Raises:
        BornTomorrow: The birth date is in the future.
        ImpossibleDay: The birth or the discharge cannot have been then.
        BadName: A contact has no name.
        BadEmail: A contact has an e-mail address that no mail server takes.
        UnknownZone: A contact lives in a time zone that does not exist.
    """
    _check_days(child, on)
    for contact in child.contacts:
        check_contact(contact)
    return replace(child, decision=None)


def describe(
    child: Child,
    *,
    on: date,
    identity: Identity | None = None,
    perinatal: Perinatal | None = None,
    referring_physician: ProfessionalId | None = None,
    left_territory_on: date | None = None,
    chosen_holder: ContactId | None = None,
) -> Child:
    """Correct or complete what is known of a child; what is not given stays.

    Raises:
        UnknownContact: The one chosen is not of this family.
        BornTomorrow: The birth date is in the future.
        ImpossibleDay: The birth or the discharge cannot have been then.
    """
    if chosen_holder is not None:
        child.contact(chosen_holder)
    described = replace(
        child,
        identity=identity or child.identity,
        perinatal=perinatal or child.perinatal,
        referring_physician=referring_physician or child.referring_physician,
        left_territory_on=left_territory_on or child.left_territory_on,
        chosen_holder=chosen_holder or child.chosen_holder,
    )
    if identity is not None or perinatal is not None:
        _check_days(described, on)
    return described


def without_physician(child: Child, physician: ProfessionalId) -> Child:
    """Take a referring physician back who was given by mistake; another one stays."""
    if child.referring_physician != physician:
        return child
    return replace(child, referring_physician=None)


def _check_days(child: Child, on: date) -> None:
    birth, discharge = child.identity.birth_date, child.perinatal.discharged_on
    if birth > on:
        raise BornTomorrow
    if birth.year < _EARLIEST_YEAR or (discharge is not None and not birth <= discharge <= on):
        raise ImpossibleDay


def contact_id(child: ChildId, wanted: ContactId) -> ContactId:
    """Name a new contact after the child and the id a client asked for: always the same."""
    return ContactId(id_of(f"contact:{child}:{wanted}"))


def put_contact(child: Child, contact: Contact, saying: Saying) -> Child:
    """Add a contact to the family, or replace the one of the same id, keeping what was proven.

    Raises:
        BadName: The contact has no name.
        BadEmail: No mail server would take the contact's e-mail address.
        UnknownZone: The contact lives in a time zone that does not exist.
    """
    check_contact(contact)
    known = next((held for held in child.contacts if held.id == contact.id), None)
    put = written(contact, saying) if known is None else rewritten(known, contact, saying)
    others = tuple(held for held in child.contacts if held.id != contact.id)
    return replace(child, contacts=(*others, put))


def change_contact(child: Child, contact: ContactId, change: Callable[[Contact], Contact]) -> Child:
    """Give a child with one contact as a rule makes it; its place among the others stays.

    Raises:
        UnknownContact: The family has no such contact.
    """
    changed = change(child.contact(contact))
    return replace(
        child, contacts=tuple(changed if held.id == contact else held for held in child.contacts)
    )


def without_proofs(child: Child) -> Child:
    """Give a child as those see it who are not of the office: what families said stays there."""
    bare = (replace(held, media_log=()) for held in child.contacts)
    return replace(child, contacts=tuple(bare))


def include(child: Child, decision: Decision) -> Child:
    """Take a child into the pathway.

    Raises:
        AlreadyIncluded: It was decided before.
    """
    if child.decision is not None:
        raise AlreadyIncluded
    return replace(child, decision=decision)


def require_included(child: Child) -> None:
    """Insist that a child is in the pathway.

    Raises:
        ChildNotIncluded: It is not.
    """
    if child.decision is None:
        raise ChildNotIncluded


def may_be_same(one: Identity, other: Identity) -> bool:
    """Tell whether two identities look like one child: birth date first, then three letters.

    Twins share all but the given name, so that is compared too.
    """
    return one.birth_date == other.birth_date and _first_letters(one) == _first_letters(other)


def _first_letters(identity: Identity) -> tuple[str, ...]:
    names = (identity.birth_family_name, *identity.birth_given_names[:1])
    return tuple(_plain(name)[:_LETTERS_COMPARED] for name in names)


def _plain(name: str) -> str:
    """Give a name's bare letters, without accents, hyphens or case."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if letter.isalpha()).casefold()
