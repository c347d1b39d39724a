"""Who can put right what was refused: a refusal that leads nowhere costs a phone call."""

from enum import StrEnum


class Mender(StrEnum):
    """Whoever has the next move after a refusal; PROFESSIONAL is the one who asked."""

    COORDINATOR = "coordinator"
    PHYSICIAN = "physician"
    PROFESSIONAL = "professional"


class Mendable:
    """A refusal that tells whose move it is."""

    mended_by: Mender
