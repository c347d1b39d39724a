"""Whether somebody of the family may be told by a medium on a day; the gravest no is the answer."""

from datetime import date

from care_circle.contact import Contact
from notifications.notice import Medium, Rule
from notifications.reach import FIRST_WORDS, NotNow, Reach, Reached, WhyNot


def reached(contact: Contact, medium: Medium, *, on: date, rule: Rule) -> Reached:
    """Give the address to tell somebody at, or why not.

    A judge's word comes before the law's, the law's before a wrong number, that before what
    the person wished; last comes whether anybody ever answered there.
    """
    why = may_not_know(contact, on) or _shut(contact, medium)
    address = contact.address(medium)
    if why is not None:
        return NotNow(why)
    if address is None:
        return NotNow(WhyNot.NO_ADDRESS)
    if medium not in contact.confirmed and rule.value not in FIRST_WORDS:
        return NotNow(WhyNot.UNCONFIRMED)
    return Reach(address)


def may_not_know(contact: Contact, on: date) -> WhyNot | None:
    """Say why somebody may not know of the child's appointments on a day; None if they may."""
    if not contact.may_be_told:
        return WhyNot.FORBIDDEN
    return None if contact.holds_authority(on) else WhyNot.NO_AUTHORITY


def _shut(contact: Contact, medium: Medium) -> WhyNot | None:
    if medium in contact.disowned:
        return WhyNot.NOT_THEIRS
    return WhyNot.OPTED_OUT if medium in contact.opted_out else None
