"""What an examination of settings and surroundings finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and whether all is well with it."""

    good: bool
    sentence: str
