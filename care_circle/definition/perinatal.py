"""What is known of a child's birth: the facts on which inclusion is decided.

Every fact may be unknown (None), which is not the same as "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from care_circle.ages import GestationalAge
from care_circle.definition.condition import Fact, FactKind

NUMBERS = ("birth_weight_g", "growth_percentile", "growth_sd", "head_circumference_sd")
FLAGS = (
    "psycho_affective_risk",
    "socio_economic_risk",
    "hie_treated_by_hypothermia",
    "complex_cardiopathy",
    "severe_congenital_malformation",
    "severe_congenital_infection",
    "neurological_pathology",
    "in_utero_psychotropic_or_toxic_exposure",
    "arterial_stroke_perinatal",
    "familial_severe_tnd",
    "meningoencephalitis",
    "major_neonatal_surgery",
)
CIRCUMSTANCES = ("parental_refusal", "moved_out_of_territory")
KNOWN_FACTS: dict[str, FactKind] = {
    "gestational_age": FactKind.GESTATION,
    **dict.fromkeys(NUMBERS, FactKind.NUMBER),
    **dict.fromkeys((*FLAGS, *CIRCUMSTANCES), FactKind.FLAG),
}

PREFILLING = frozenset({*KNOWN_FACTS, "birth_date", "sex", "discharged_on", "corrected_age_months"})
"""What the register can give a form: facts of birth, and who the child is."""


class ImpossibleMeasure(ValueError):
    """A weight or a percentile is outside what any newborn can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Perinatal:
    """The perinatal facts of one child; weights in grams, growth as percentile or SD."""

    gestational_age: GestationalAge | None = field(default=None, repr=False)
    birth_weight_g: int | None = field(default=None, repr=False)
    growth_percentile: float | None = field(default=None, repr=False)
    growth_sd: float | None = field(default=None, repr=False)
    head_circumference_sd: float | None = field(default=None, repr=False)
    psycho_affective_risk: bool | None = field(default=None, repr=False)
    socio_economic_risk: bool | None = field(default=None, repr=False)
    hie_treated_by_hypothermia: bool | None = field(default=None, repr=False)
    complex_cardiopathy: bool | None = field(default=None, repr=False)
    severe_congenital_malformation: bool | None = field(default=None, repr=False)
    severe_congenital_infection: bool | None = field(default=None, repr=False)
    neurological_pathology: bool | None = field(default=None, repr=False)
    in_utero_psychotropic_or_toxic_exposure: bool | None = field(default=None, repr=False)
    arterial_stroke_perinatal: bool | None = field(default=None, repr=False)
    familial_severe_tnd: bool | None = field(default=None, repr=False)
    meningoencephalitis: bool | None = field(default=None, repr=False)
    major_neonatal_surgery: bool | None = field(default=None, repr=False)
    discharged_on: date | None = field(default=None, repr=False)
    others: Mapping[str, bool | float | str] = field(default_factory=dict, repr=False, hash=False)
    """What a pathway asks for beside these, by the names its rules give."""

    def __post_init__(self) -> None:
        """Refuse a slip of the pen that would decide an inclusion.

        Raises:
            ImpossibleMeasure: Weight outside 200 to 7000 g, percentile outside 0 to 100,
                or a deviation beyond ten.
        """
        measures = (
            (self.birth_weight_g, 200, 7000),
            (self.growth_percentile, 0, 100),
            (self.growth_sd, -10, 10),
            (self.head_circumference_sd, -10, 10),
        )
        for value, least, most in measures:
            if value is not None and not least <= value <= most:
                raise ImpossibleMeasure

    def facts(self) -> dict[str, Fact]:
        """Give the facts by the names definitions use; gestation in days."""
        named: dict[str, Fact] = {name: getattr(self, name) for name in (*NUMBERS, *FLAGS)}
        age = self.gestational_age
        return dict(self.others) | named | {"gestational_age": None if age is None else age.in_days}
