"""How somebody of the family agrees to a medium, refuses it, or says it is not theirs.

Each rule gives the contact as it is from now on, with its proof; what was so already changes
nothing and adds no line. What counts is a person and a medium, except for a wrong number:
that is about the address, and ends with it.
"""

from dataclasses import replace

from care_circle.contact import Contact
from care_circle.telling.proof import Deed, Proof, Saying
from notifications.notice import Medium

MOST_PROOFS = 400
"""Beyond this a medium is no longer taken back and forth, but by the office's hand."""


class TooManySayings(Exception):
    """Somebody has changed their mind hundreds of times: a person must look."""


def confirm(contact: Contact, medium: Medium, saying: Saying) -> Contact:
    """Note that a medium reaches this person: asked for once, before anything routine.

    Raises:
        TooManySayings: The log is full.
    """
    if medium in contact.confirmed or contact.address(medium) is None:
        return contact
    known = replace(
        contact,
        confirmed=_with(contact.confirmed, medium),
        disowned=_without(contact.disowned, medium),
    )
    return _proven(known, medium, Deed.CONFIRMED, saying)


def stop(contact: Contact, medium: Medium, saying: Saying) -> Contact:
    """Note that a person no longer wants a medium (NOT-3); it is never refused to anybody."""
    if medium in contact.opted_out:
        return contact
    refused = replace(contact, opted_out=_with(contact.opted_out, medium))
    return _proven(refused, medium, Deed.STOPPED, saying, always=True)


def resume(contact: Contact, medium: Medium, saying: Saying) -> Contact:
    """Note that a person wants a medium again.

    Raises:
        TooManySayings: The log is full.
    """
    if medium not in contact.opted_out:
        return contact
    wanted = replace(contact, opted_out=_without(contact.opted_out, medium))
    return _proven(wanted, medium, Deed.RESUMED, saying)


def disown(contact: Contact, medium: Medium, saying: Saying) -> Contact:
    """Note that an address is somebody else's: nothing more goes there, at once."""
    if medium in contact.disowned or contact.address(medium) is None:
        return contact
    wrong = replace(
        contact,
        disowned=_with(contact.disowned, medium),
        confirmed=_without(contact.confirmed, medium),
    )
    return _proven(wrong, medium, Deed.DISOWNED, saying, always=True)


def rewritten(held: Contact, put: Contact, saying: Saying) -> Contact:
    """Give a contact as the office writes it anew, with what was proven before.

    A new address is unconfirmed, and no longer somebody else's; what the office ticks as
    refused or confirmed by word of mouth is proven by who ticked it. What is not ticked takes
    nothing back: the form may be older than what the family said meanwhile.

    Raises:
        TooManySayings: The log is full.
    """
    wanted, ticked = put.opted_out, put.confirmed
    made = replace(
        put,
        opted_out=held.opted_out,
        confirmed=held.confirmed,
        disowned=held.disowned,
        media_log=held.media_log,
    )
    for medium in Medium:
        if held.address(medium) != put.address(medium):
            made = _readdressed(made, medium, saying)
        if medium in wanted:
            made = stop(made, medium, saying)
        if medium in ticked:
            made = confirm(made, medium, saying)
    return made


def written(put: Contact, saying: Saying) -> Contact:
    """Give a contact as the office writes it for the first time, its ticks proven."""
    bare = replace(put, opted_out=(), confirmed=(), disowned=(), media_log=())
    return rewritten(bare, put, saying)


def _readdressed(contact: Contact, medium: Medium, saying: Saying) -> Contact:
    fresh = replace(
        contact,
        confirmed=_without(contact.confirmed, medium),
        disowned=_without(contact.disowned, medium),
    )
    return _proven(fresh, medium, Deed.READDRESSED, saying, always=True)


def _proven(
    contact: Contact, medium: Medium, deed: Deed, saying: Saying, *, always: bool = False
) -> Contact:
    if len(contact.media_log) >= MOST_PROOFS and not always:
        raise TooManySayings
    line = Proof(medium=medium, deed=deed, saying=saying, address=contact.address(medium))
    return replace(contact, media_log=(*contact.media_log, line))


def _with(media: tuple[Medium, ...], medium: Medium) -> tuple[Medium, ...]:
    return (*media, medium)


def _without(media: tuple[Medium, ...], medium: Medium) -> tuple[Medium, ...]:
    return tuple(each for each in media if each is not medium)
