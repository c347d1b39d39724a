"""What everything that somebody does in the seeded weeks begins with: a moment, and who."""

import msgspec


class Deed(msgspec.Struct, frozen=True, array_like=True):
    """Something that somebody does at a moment, written « -3 09:15 »."""

    at: str
    by: str
