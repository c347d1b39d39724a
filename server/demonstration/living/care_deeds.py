"""Deeds of early care: prescribed, opened, reported, taken back, stated, paid."""

import msgspec

from server.demonstration.living.deed import Deed


class CareWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is prescribed: a discipline of the pathway, why, how much of it."""

    discipline: str
    reason: str
    sessions: int | None = None
    months: int | None = None
    professional: str | None = None
    urgent: bool = False


class Prescribe(Deed, tag="prescribe", frozen=True):
    """Prescribe early care."""

    name: str
    words: CareWords


class Forfait(Deed, tag="forfait", frozen=True):
    """Open the forfait of a prescription for somebody, or for nobody yet."""

    name: str
    professional: str | None = None


class SessionWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a session, beside when it was."""

    part: str = "session"
    minutes: int | None = 45
    place: str = "practice"
    done: bool = True
    note: str = ""


class Session(Deed, tag="session", frozen=True):
    """Report a session on a forfait; it has a moment of its own."""

    name: str
    start: str
    words: SessionWords = SessionWords()


class TakeBack(Deed, tag="take_back", frozen=True):
    """Take a session back that began at a moment, for a cause."""

    name: str
    start: str
    cause: str


class State(Deed, tag="state", frozen=True):
    """Validate all of one's own statements whose month is over."""


class Pay(Deed, tag="pay", frozen=True):
    """Mark all validated statements of somebody as paid."""

    professional: str


AnyCareDeed = Prescribe | Forfait | Session | TakeBack | State | Pay
