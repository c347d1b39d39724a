"""What a child's documents say together: first answers of a form, and measures over time."""

from dataclasses import dataclass

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.documents.document import Document
from care_circle.documents.growth import Origin, Reading, Series, series_of
from care_circle.documents.prefilling import Prefilled, Register, prefilled
from care_circle.documents.register import day_of_visit, facts_of, signed_of
from care_circle.services.documents import DocumentsService
from care_circle.services.files import everything
from care_circle.services.guard import Way
from care_circle.store import Appointments
from crypto.ids import ChildId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsService:
    """Reads what the actor may read, and nothing else: a first answer shows no hidden paper.

    All methods raise NotFound where the actor may not know of the child, and
    NoActiveConvention for a member without a convention in force.
    """

    documents: DocumentsService
    appointments: Appointments

    async def first_answers(
        self, actor: Actor, child: ChildId, *, form: str, visit: str | None
    ) -> tuple[Prefilled, ...]:
        """Give what a form about a child can say by itself, each with where it is from.

        Raises:
            UnknownForm: There is no such form.
        """
        asked = self.documents.form(form)
        way, readable = await self._readable(actor, child)
        around, pathway = self.documents.surroundings, self.documents.pathway
        held = await everything(
            lambda after: self.appointments.of_child(child, after=after, limit=_PAGE)
        )
        today = around.today()
        register = Register(
            facts=facts_of(way.child, pathway.reckoning, on=today),
            documents=signed_of(readable, pathway, zone=around.zone),
            author=actor.professional,
            visit_date=day_of_visit(held, visit or asked.visit, on=today),
        )
        return prefilled(asked, register)

    async def growth(self, actor: Actor, child: ChildId) -> tuple[Series, ...]:
        """Give a child's measures by code, the oldest first."""
        way, readable = await self._readable(actor, child)
        pathway = self.documents.pathway
        origin = Origin(
            birth=way.child.identity.birth_date,
            gestation=way.child.perinatal.gestational_age,
            reckoning=pathway.reckoning,
            zone=self.documents.surroundings.zone,
        )
        readings = (
            Reading(document=each, form=pathway.form_of(each.form, each.form_version))
            for each in readable
        )
        return series_of(readings, origin)

    async def _readable(self, actor: Actor, child: ChildId) -> tuple[Way, tuple[Document, ...]]:
        service = self.documents
        way = await service.guard.child(actor, Action.READ_DOCUMENT, child)
        found = await everything(
            lambda after: service.documents.of_child(child, after=after, limit=_PAGE)
        )
        return way, tuple(each for each in found if service.is_readable(each, actor, way))
