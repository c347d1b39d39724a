"""Words shown to people, and how well what stands beside them is founded."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How well a value is founded, as in the domain paper: it travels with the value."""

    SOURCED = "S"
    ASSUMED = "A"
    ANALOGY = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The same few words in French, which is shown first, and in English."""

    fr: str
    en: str
