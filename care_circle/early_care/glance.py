"""Early care in a few facts: what the follow-up asks of prescriptions and forfaits.

No reason, no note and no amount: dates, counts and who. Whoever keeps early care fills it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from crypto.ids import ChildId, ForfaitId, PrescriptionId, ProfessionalId


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionGlance:
    """A prescription that stands. `open_by` and `session_by` are the last days in time, if any.

    `lapses_on` is the first day on which nothing can be opened on it any more.
    """

    id: PrescriptionId
    discipline: str
    prescriber: ProfessionalId
    signed_on: date
    lapses_on: date
    open_by: date | None = None
    session_by: date | None = None
    forfait: ForfaitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForfaitGlance:
    """A forfait: how much of it is used, and its days.

    `last_day` is the last on which a session may be held. `near_end`: so much is used that
    somebody should be told. `closed`: nothing follows on it; `renewed`: another one followed.
    """

    id: ForfaitId
    prescription: PrescriptionId
    discipline: str
    professional: ProfessionalId | None
    number: int
    quota: int
    done: int
    near_end: bool
    opened_on: date
    last_day: date
    first_session_on: date | None = None
    closed: bool = False
    renewed: bool = False

    def is_running(self, on: date) -> bool:
        """Tell whether sessions may be held on a day."""
        return not self.closed and self.done < self.quota and self.opened_on <= on <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyCareGlance:
    """All of one child's early care; what was called off is not in it."""

    prescriptions: tuple[PrescriptionGlance, ...] = ()
    forfaits: tuple[ForfaitGlance, ...] = ()

    def first_session_of(self, prescription: PrescriptionId) -> date | None:
        """Give the day of the first session held on a prescription."""
        held = (each for each in self.forfaits if each.prescription == prescription)
        return min((f.first_session_on for f in held if f.first_session_on), default=None)


NOTHING = EarlyCareGlance()


class EarlyCareGlances(Protocol):
    """Where a child's early care is looked up."""

    async def of_child(self, child: ChildId) -> EarlyCareGlance:
        """Sum a child's early care up; a child without any has an empty glance."""
        ...
