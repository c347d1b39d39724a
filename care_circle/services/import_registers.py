"""What a line means for the registers as they are now."""

from dataclasses import dataclass, field, replace
from datetime import date

from care_circle.access import NotFound
from care_circle.child import Child, may_be_same
from care_circle.importing.child import Pairs, identity_of, pairs_of, values_of
from care_circle.importing.fields import Sort
from care_circle.importing.matching import (
    NEW,
    REFUSED,
    Forgotten,
    Match,
    Origin,
    Status,
    compare,
    met,
)
from care_circle.importing.people import (
    GUARDED_OF_PEOPLE,
    GUARDED_OF_PLACES,
    professionals_alike,
    structures_alike,
    values_of_professional,
    values_of_structure,
)
from care_circle.importing.proposal import Proposal, Told
from care_circle.importing.source import Source
from care_circle.importing.store import Origins
from care_circle.importing.values import Reason
from care_circle.ins import Identity, Reliability
from care_circle.professional import Professional
from care_circle.role import Profession
from care_circle.store import Children, People
from care_circle.structure import Structure
from crypto.ids import ChildId, ProfessionalId, StructureId

_PAGE = 200


@dataclass(slots=True, kw_only=True)
class Registers:
    """The registers while one file is read or applied; who works here is read once."""

    children: Children
    people: People
    origins: Origins
    source: Source
    _professionals: dict[str, Professional] | None = None
    _structures: dict[str, Structure] | None = None
    _before: dict[date, list[tuple[int, Identity]]] = field(default_factory=dict)

    async def resolved(self, proposal: Proposal) -> Proposal:
        """Put ids of ours where a line names a colleague or a place; what is unknown is noted."""
        for code, find in (
            ("structure", self._structure),
            ("referring_physician", self._physician),
        ):
            named = proposal.values.get(code)
            if named is not None:
                found = await find(named)
                values = {**proposal.values, code: found or ""}
                if found is None:
                    del values[code]
                notes = () if found else (self._unknown(proposal.sort, code),)
                proposal = replace(proposal, values=values, notes=(*proposal.notes, *notes))
        return proposal

    async def match(self, proposal: Proposal) -> Match:
        """Say what a line means; its names are to be resolved before."""
        if proposal.problems:
            return REFUSED
        try:
            origin = await self.origin(proposal)
        except Forgotten:
            return replace(REFUSED, notes=(self._forgotten(proposal.sort),))
        known = None if origin is None else await self._met(origin, proposal)
        if known is not None:
            return known
        candidates = await self._candidates(proposal)
        if candidates:
            return Match(status=Status.DUPLICATE, candidates=candidates)
        return NEW if origin is None else replace(NEW, target=origin.target)

    async def origin(self, proposal: Proposal) -> Origin | None:
        """Find what came from there before under the line's name.

        Raises:
            Forgotten: It was erased here.
        """
        return await self.origins.of(self.source.system, proposal.sort, proposal.source_id)

    def remember(self, proposal: Proposal, number: int) -> None:
        """Keep a child of the file in mind, in case a later line is about the same one."""
        if proposal.sort is Sort.CHILD and not proposal.problems:
            identity = identity_of(proposal.values)
            self._before.setdefault(identity.birth_date, []).append((number, identity))

    def pairs(self, child: Child, proposal: Proposal) -> Pairs:
        """Say for each contact of a line whom of a family it is about."""
        return pairs_of(child.id, proposal.values, self.source.system, child.contacts)

    async def ours(self, origin: Origin, proposal: Proposal) -> dict[str, str]:
        """Give what stands here of what came from there, as imports write it.

        Raises:
            NotFound: It is not there.
        """
        return (await self._standing(origin, proposal))[0]

    async def _met(self, origin: Origin, proposal: Proposal) -> Match | None:
        try:
            values, guarded, qualified = await self._standing(origin, proposal)
        except NotFound:
            return None
        differences = compare(
            proposal.values, values, origin.values, qualified=qualified, guarded=guarded
        )
        return met(proposal.values, values, origin, differences)

    async def _standing(
        self, origin: Origin, proposal: Proposal
    ) -> tuple[dict[str, str], frozenset[str], bool]:
        """Give what stands here, and what of it a file may not change."""
        match origin.sort:
            case Sort.CHILD:
                child = await self.children.child(ChildId(origin.target))
                qualified = child.identity.reliability is Reliability.QUALIFIED
                return values_of(child, self.pairs(child, proposal)), frozenset(), qualified
            case Sort.PROFESSIONAL:
                person = await self.people.professional(ProfessionalId(origin.target))
                return values_of_professional(person), GUARDED_OF_PEOPLE, False
            case Sort.STRUCTURE:
                place = await self.people.structure(StructureId(origin.target))
                return values_of_structure(place), GUARDED_OF_PLACES, False

    async def _candidates(self, proposal: Proposal) -> tuple[str, ...]:
        match proposal.sort:
            case Sort.CHILD:
                return await self._children_alike(identity_of(proposal.values))
            case Sort.PROFESSIONAL:
                known = await self.professionals()
                return professionals_alike(known.values(), proposal.values)
            case Sort.STRUCTURE:
                places = await self.structures()
                return structures_alike(places.values(), proposal.values)

    async def _children_alike(self, identity: Identity) -> tuple[str, ...]:
        """Look by birth date first, then by the first letters (INS-5); in the file too."""
        there = await self.children.born_on(identity.birth_date)
        before = self._before.get(identity.birth_date, [])
        return (
            *(child.id for child in there if may_be_same(child.identity, identity)),
            *(f"line:{number}" for number, other in before if may_be_same(other, identity)),
        )

    async def professionals(self) -> dict[str, Professional]:
        """Give everybody of the network, read once."""
        if self._professionals is None:
            after, found = "", dict[str, Professional]()
            while page := await self.people.professionals(after=after, limit=_PAGE):
                found |= {each.id: each for each in page}
                after = page[-1].id
            self._professionals = found
        return self._professionals

    async def structures(self) -> dict[str, Structure]:
        """Give every place of the network, read once."""
        if self._structures is None:
            after, found = "", dict[str, Structure]()
            while page := await self.people.structures(after=after, limit=_PAGE):
                found |= {each.id: each for each in page}
                after = page[-1].id
            self._structures = found
        return self._structures

    async def _structure(self, named: str) -> str | None:
        try:
            origin = await self.origins.of(self.source.system, Sort.STRUCTURE, named)
        except Forgotten:
            return None
        places = await self.structures()
        if origin is not None and origin.target in places:
            return origin.target
        return next((each.id for each in places.values() if each.finess == named), None)

    async def _physician(self, named: str) -> str | None:
        try:
            origin = await self.origins.of(self.source.system, Sort.PROFESSIONAL, named)
        except Forgotten:
            return None
        people = await self.professionals()
        found = people.get(origin.target) if origin is not None else None
        if found is None:
            found = next((each for each in people.values() if each.rpps == named), None)
        return found.id if found and found.profession is Profession.PHYSICIAN else None

    def _unknown(self, sort: Sort, code: str) -> Told:
        word = self.source.sheets[sort].word_for(code)
        return Told(field=code, column=word, reason=Reason.UNKNOWN_HERE)

    def _forgotten(self, sort: Sort) -> Told:
        word = self.source.sheets[sort].word_for("source_id")
        return Told(field="source_id", column=word, reason=Reason.FORGOTTEN)
