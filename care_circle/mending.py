"""Who can put right what was refused: a refusal that leads nowhere costs a phone call."""

from collections.abc import Mapping
from enum import StrEnum


class Mender(StrEnum):
    """Whoever has the next move after a refusal; PROFESSIONAL is the one who asked."""

    COORDINATOR = "coordinator"
    PHYSICIAN = "physician"
    PROFESSIONAL = "professional"


class Mendable:
    """A refusal that tells whose move it is."""

    mended_by: Mender


class Proposing(Exception):
    """A refusal that may say what would be granted instead: `told` stands beside its code.

    What is told are values of our own (times, ids the asker may see), never what they wrote.
    """

    told: Mapping[str, object] | None = None
