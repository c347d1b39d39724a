"""What goes to whoever takes over a child, and to the family: gathered once, for paper and FHIR.

Only what the pathway lets go (`relay` of a form) and nobody entered in error; what is for
some readers only never does, and the family's contacts stay behind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition.form import Form
from care_circle.definition.pathway import Pathway
from care_circle.documents.document import Document, DocumentState
from care_circle.documents.growth import Reading, Series
from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription
from care_circle.follow_up.progress import VisitStanding, VisitState
from care_circle.ins import Ins, missing_for_ins
from care_circle.leaving.departure import Departure
from care_circle.meetings.plan import Plan
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.structure import Structure
from crypto.ids import ProfessionalId, StructureId

_SIGNED = (DocumentState.SIGNED, DocumentState.AMENDED)
_AHEAD = (VisitState.BOOKED, VisitState.DUE, VisitState.COMING, VisitState.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a relay file says of a child on a day; `people` are all whom it names."""

    child: Child = field(repr=False)
    circle: Circle | None
    departure: Departure | None
    people: Mapping[ProfessionalId, Professional] = field(repr=False)
    structures: Mapping[StructureId, Structure] = field(repr=False)
    visits: tuple[VisitStanding, ...]
    series: tuple[Series, ...] = field(repr=False)
    readings: tuple[Reading, ...] = field(repr=False)
    prescriptions: tuple[Prescription, ...] = field(repr=False)
    forfaits: tuple[Forfait, ...] = field(repr=False)
    plan: Plan | None = field(repr=False)
    pathway: Pathway
    by: ProfessionalId
    today: date
    zone: tzinfo
    now: datetime

    def day_of(self, moment: datetime) -> date:
        """Give the day a moment falls on where the network works."""
        return moment.astimezone(self.zone).date()

    @property
    def held(self) -> tuple[VisitStanding, ...]:
        """The visits that took place, in the calendar's order."""
        return tuple(each for each in self.visits if each.state is VisitState.DONE)

    @property
    def due(self) -> tuple[VisitStanding, ...]:
        """The visits to come, and those that were missed and never made up for."""
        return tuple(each for each in self.visits if each.state in _AHEAD)

    @property
    def members(self) -> tuple[Professional, ...]:
        """The present members of the circle, as far as they are known, in order of arrival."""
        stays = () if self.circle is None else self.circle.members
        held = (self.people.get(stay.professional) for stay in stays)
        return tuple(each for each in held if each is not None)

    @property
    def ins(self) -> Ins | None:
        """The national number, where the identity may leave the house with it (INS-1, INS-4)."""
        identity = self.child.identity
        return None if missing_for_ins(identity) else identity.ins

    def is_to_be_reached(self, professional: Professional) -> bool:
        """Tell whether the file says how to reach somebody: who coordinates, who follows."""
        follows = professional.id == self.child.referring_physician
        return professional.role is Role.COORDINATOR or follows


def goes_along(document: Document, form: Form) -> bool:
    """Tell whether a document leaves with the child."""
    return form.relay and not form.readers and document.state in _SIGNED


def last_of_each_form(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Give of each form the document that was signed last, the newest first."""
    newest: dict[tuple[str, str | None], Reading] = {}
    for each in sorted(readings, key=lambda each: each.signed_at):
        newest[(each.form.code, each.document.visit)] = each
    return tuple(sorted(newest.values(), key=lambda each: each.signed_at, reverse=True))
