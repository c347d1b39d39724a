"""What a pathway says of early care: its disciplines, who prescribes, when to warn.

The numbers are the pathway's, never the code's: no tariff and no quota of the forfaits is
published, so each discipline carries how well its values are founded.
"""

from dataclasses import dataclass
from enum import StrEnum

from care_circle.labels import Label, Mark
from care_circle.role import Profession

_WHOLE = 100


class UnknownDiscipline(ValueError):
    """The pathway has no discipline of this code."""


class Part(StrEnum):
    """What a meeting counts as: the first of a forfait may be its assessment."""

    ASSESSMENT = "assessment"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discipline:
    """One discipline: whose it is, how much of it a forfait holds, for how long, at what price.

    Amounts are in cents, None where nobody has published one; `year_cents` is what a forfait
    pays at most in a year, whatever its lines add up to. `renewals` is how often a forfait
    may be followed by another one.
    """

    code: str
    profession: Profession
    label: Label
    mark: Mark
    assessments: int
    sessions: int
    validity_months: int
    renewals: int
    assessment_cents: int | None = None
    session_cents: int | None = None
    year_cents: int | None = None
    note: str | None = None

    @property
    def quota(self) -> int:
        """All that a forfait holds, the assessment included."""
        return self.assessments + self.sessions

    def cents(self, part: Part) -> int | None:
        """Give what a meeting is paid, if the pathway says."""
        return self.assessment_cents if part is Part.ASSESSMENT else self.session_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyCareRules:
    """Who prescribes besides the referring physician, when to warn, what ends a forfait.

    `prescribers` are professions; `warn_percent` is of the quota, `warn_left` a number of
    meetings. `review_form` is the code of the document that a renewal asks for, None where
    it asks for none. `opening_days` is how long the coordinator has from prescription to
    forfait, `first_session_days` how long from prescription to the first meeting.
    """

    prescribers: tuple[Profession, ...]
    warn_percent: int
    warn_left: int
    mark: Mark
    review_form: str | None = None
    opening_days: int | None = None
    first_session_days: int | None = None

    def has_used_share(self, *, done: int, quota: int) -> bool:
        """Tell whether so much of a quota is used that somebody should be warned."""
        return done * _WHOLE >= quota * self.warn_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyCareTerms:
    """A pathway's early care as the rules ask for it."""

    disciplines: tuple[Discipline, ...]
    rules: EarlyCareRules

    def discipline(self, code: str) -> Discipline:
        """Give a discipline.

        Raises:
            UnknownDiscipline: There is none of this code.
        """
        for discipline in self.disciplines:
            if discipline.code == code:
                return discipline
        raise UnknownDiscipline


NO_EARLY_CARE = EarlyCareTerms(
    disciplines=(),
    rules=EarlyCareRules(prescribers=(), warn_percent=_WHOLE, warn_left=0, mark=Mark.ASSUMED),
)
"""The terms of a pathway that has no early care: nothing can be prescribed."""
