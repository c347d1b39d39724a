"""Use cases of the relay: gather what goes along, and record each file that is made of it."""

import hashlib
from dataclasses import dataclass

from care_circle.access import Action, Forbidden, NotFound
from care_circle.actor import Actor
from care_circle.documents.growth import Origin, Reading, series_of
from care_circle.early_care.prescription import in_order
from care_circle.early_care.store import Forfaits, Prescriptions
from care_circle.follow_up.progress import ChildFile, visits_of
from care_circle.leaving.relay import Dossier, goes_along
from care_circle.leaving.store import Departures, RelayFile, RelayFiles, RelayKind
from care_circle.meetings.plan import Plan, plan_of
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.services.documents import DocumentsService
from care_circle.services.files import Files
from care_circle.services.guard import Way
from care_circle.structure import Structure
from crypto.ids import ChildId, DocumentId, ProfessionalId, RelayFileId, StructureId


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayService:
    """Relay files; only a coordinator of the circle and the referring physician make them.

    All methods raise NotFound where the actor may not know of the child,
    NoActiveConvention for a member without a convention in force, and Forbidden for
    everybody else of the circle.
    """

    files: Files
    documents: DocumentsService
    departures: Departures
    prescriptions: Prescriptions
    forfaits: Forfaits
    relay_files: RelayFiles

    async def dossier(self, actor: Actor, child: ChildId) -> Dossier:
        """Gather what goes along."""
        way = await self.enter(actor, child)
        file = await self.files.of_child(child, way.circle)
        return await self._gathered(file, self._readings(file, actor, way), by=actor.professional)

    async def handed(
        self, child: ChildId, *, by: ProfessionalId, only: tuple[DocumentId, ...]
    ) -> Dossier:
        """Gather what was handed to a family, as it is now; nobody's leave is asked again.

        Of the documents, those that went along when it was handed over and still do.
        """
        file = await self.files.of_child(child)
        kept = tuple(each for each in self._going(file) if each.document.id in only)
        return await self._gathered(file, kept, by=by)

    async def _gathered(
        self, file: ChildFile, readings: tuple[Reading, ...], *, by: ProfessionalId
    ) -> Dossier:
        around, pathway, child = self.documents.surroundings, self.documents.pathway, file.child.id
        plan = plan_of((each.document for each in readings), pathway)
        standing = [each for each in await self.departures.of_child(child) if each.stands]
        prescribed = in_order(await self.prescriptions.of_child(child))
        forfaits = await self.forfaits.of_child(child)
        named = {each.prescriber for each in prescribed} | _named(file, readings, plan)
        named |= {each.professional for each in forfaits if each.professional is not None}
        people = await self._people(named | {by})
        structures = {person.structure for person in people.values()}
        structures |= {each.structure for each in standing}
        return Dossier(
            child=file.child,
            circle=file.circle,
            departure=next(iter(standing), None),
            people=people,
            structures=await self._structures(structures),
            visits=visits_of(file, pathway, on=around.today()),
            series=series_of(readings, self._origin(file)),
            readings=readings,
            prescriptions=tuple(each for each in prescribed if each.cancellation is None),
            forfaits=tuple(sorted(forfaits, key=lambda each: (each.opened_on, each.id))),
            plan=plan,
            pathway=pathway,
            by=by,
            today=around.today(),
            zone=around.zone,
            now=around.now(),
        )

    async def made(self, dossier: Dossier, kind: RelayKind, data: bytes) -> RelayFile:
        """Record that a file was made of what was gathered."""
        file = RelayFile(
            id=RelayFileId(self.documents.surroundings.new_id()),
            child=dossier.child.id,
            kind=kind,
            by=dossier.by,
            at=dossier.now,
            sha256=hashlib.sha256(data).digest(),
            documents=tuple(each.document.id for each in dossier.readings),
        )
        await self.relay_files.add(file)
        return file

    async def files_of(self, actor: Actor, child: ChildId) -> tuple[RelayFile, ...]:
        """Give what files were made for a child, the newest first."""
        await self.enter(actor, child)
        found = await self.relay_files.of_child(child)
        return tuple(sorted(found, key=lambda each: (each.at, each.id), reverse=True))

    async def enter(self, actor: Actor, child: ChildId) -> Way:
        """Let somebody at the relay file."""
        way = await self.documents.guard.child(actor, Action.MAKE_RELAY, child, kind="relay_file")
        follows = actor.professional == way.child.referring_physician
        if actor.role is not Role.COORDINATOR and not follows:
            raise Forbidden
        return way

    def _readings(self, file: ChildFile, actor: Actor, way: Way) -> tuple[Reading, ...]:
        readable = self.documents.is_readable
        return tuple(each for each in self._going(file) if readable(each.document, actor, way))

    def _going(self, file: ChildFile) -> tuple[Reading, ...]:
        pathway = self.documents.pathway
        found = (
            Reading(document=each, form=pathway.form_of(each.form, each.form_version))
            for each in file.documents
        )
        return tuple(each for each in found if goes_along(each.document, each.form))

    def _origin(self, file: ChildFile) -> Origin:
        return Origin(
            birth=file.child.identity.birth_date,
            gestation=file.child.perinatal.gestational_age,
            reckoning=self.documents.pathway.reckoning,
            zone=self.documents.surroundings.zone,
        )

    async def _people(self, named: set[ProfessionalId]) -> dict[ProfessionalId, Professional]:
        found: dict[ProfessionalId, Professional] = {}
        for each in sorted(named):
            try:
                found[each] = await self.documents.people.professional(each)
            except NotFound:
                continue
        return found

    async def _structures(self, named: set[StructureId | None]) -> dict[StructureId, Structure]:
        found: dict[StructureId, Structure] = {}
        for each in named:
            if each is None:
                continue
            try:
                found[each] = await self.documents.people.structure(each)
            except NotFound:
                continue
        return found


def _named(
    file: ChildFile, readings: tuple[Reading, ...], plan: Plan | None
) -> set[ProfessionalId]:
    """Name the members, the referring physician, the authors, and whose goals there are."""
    named = set() if file.circle is None else set(file.circle.roster)
    named |= {each.document.current.author for each in readings}
    if file.child.referring_physician is not None:
        named.add(file.child.referring_physician)
    if plan is not None:
        named |= {goal.owner for goal in plan.goals if goal.owner is not None}
    return named
