"""Whether the place of an appointment may be told to a family of this network.

Judged as somebody books, who can still write something else: at the moment of sending nobody
is there, and the family would hear nothing.
"""

from care_circle.appointment import BadAddress, Slot
from care_circle.neutral import (
    NamesStructure,
    is_name_of,
    is_neutral_address,
    neutral_label,
    require_writable,
)
from care_circle.services.files import everything
from care_circle.store import People
from notifications.words import Words

_PAGE = 200


async def require_tellable(slot: Slot, *, people: People, forbidden: Words) -> None:
    """Refuse a place that says why, that a text message cannot write, or that is a structure.

    `forbidden`: the words of this house and of its network.

    Raises:
        TellingLabel, BadAddress: A word of it tells why.
        UnwritableLabel: A text message has no such letters.
        NamesStructure: It is how a structure is called; told with its neutral label.
    """
    label, address = slot.place_label, slot.map_address
    neutral_label(label, forbidden)
    if address is not None and not is_neutral_address(address, forbidden):
        raise BadAddress
    require_writable(label)
    for each in await everything(lambda after: people.structures(after=after, limit=_PAGE)):
        if is_name_of(label, each.name):
            refusal = NamesStructure()
            if not is_name_of(each.neutral_label, each.name):
                refusal.told = {"place_label": each.neutral_label}
            raise refusal
