"""Taking a line over into the register: once, however often it is tried.

Where a record comes from is kept first, with the id that the record will have. Whoever finds
that without the record makes the record; so a killed import, or two at once, make one.
"""

from dataclasses import dataclass

from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.child import BornTomorrow, Child, ImpossibleDay
from care_circle.contact import BadEmail, BadPhone, Unreachable
from care_circle.importing.child import born, changed, pairs_of, values_of
from care_circle.importing.fields import Sort
from care_circle.importing.matching import Forgotten, Match, Origin, Status, agreed, compare
from care_circle.importing.people import (
    professional_changed,
    professional_of,
    structure_of,
    values_of_professional,
)
from care_circle.importing.proposal import Proposal
from care_circle.importing.run import ANEW, Outcome, ReportLine, Result
from care_circle.importing.store import Arrivals, Origins
from care_circle.ins import BadIns, BadName, InsNotQualified, Reliability
from care_circle.neutral import NamesStructure, TellingLabel, UnwritableLabel
from care_circle.professional import BadRpps, Professional
from care_circle.services.guard import Guard
from care_circle.services.import_registers import Registers
from care_circle.store import AlreadyThere, Children, People
from care_circle.structure import BadFiness
from care_circle.surroundings import Surroundings
from care_circle.telling.proof import Saying, Way
from crypto.ids import ChildId, ImportId, ProfessionalId, StructureId

_IDENTIFIER_LETTERS = 10
_REFUSED_BY_A_RULE = (
    *(BornTomorrow, ImpossibleDay, BadName, BadIns, InsNotQualified, Unreachable),
    *(BadEmail, BadPhone, BadRpps, BadFiness),
    *(TellingLabel, UnwritableLabel, NamesStructure),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Takes lines over, for one person and one run."""

    actor: Actor
    run: ImportId
    registers: Registers
    children: Children
    people: People
    origins: Origins
    arrivals: Arrivals
    guard: Guard
    surroundings: Surroundings

    async def land(self, line: ReportLine) -> Outcome:
        """Do what is wanted of a line, unless the register is no longer as the report says.

        Raises:
            Forbidden, NotFound: The actor may no longer do this.
        """
        try:
            return await self._land(line)
        except (AlreadyThere, Forgotten):
            return Outcome(result=Result.TAKEN)
        except _REFUSED_BY_A_RULE:
            return Outcome(result=Result.FAILED)

    async def _land(self, line: ReportLine) -> Outcome:
        proposal = await self.registers.resolved(line.proposal)
        now = await self.registers.match(proposal)
        origin = await self.registers.origin(proposal)
        if origin is not None and now.target == origin.target and now.status is not Status.NEW:
            return await self._take_over(line, proposal, now, origin)
        if now.status is Status.NEW or line.wanted == ANEW:
            return await self._create(proposal, origin)
        if now.status is Status.DUPLICATE and line.wanted in now.candidates:
            return await self._link(proposal, str(line.wanted))
        return Outcome(result=Result.CHANGED_SINCE)

    async def _take_over(
        self, line: ReportLine, proposal: Proposal, now: Match, origin: Origin
    ) -> Outcome:
        """Go on with what came from there before; of the report's changes those that still hold."""
        if (
            line.match.status is Status.UPDATE
            and not now.changes.items() <= line.match.changes.items()
        ):
            return Outcome(result=Result.CHANGED_SINCE, target=origin.target)
        if line.match.status is Status.NEW and origin.run != self.run:
            settled = now.status is Status.SAME
            result = Result.SAME if settled else Result.CHANGED_SINCE
            return Outcome(result=result, target=origin.target)
        if now.changes:
            await self._change(proposal, now, origin)
        else:
            await self._settle(proposal, origin)
        return Outcome(result=_result(line), target=origin.target)

    async def _create(self, proposal: Proposal, origin: Origin | None) -> Outcome:
        wanted = self._origin(proposal, self.surroundings.new_id(), proposal.values)
        origin = origin or await self.origins.claim(wanted)
        match proposal.sort:
            case Sort.CHILD:
                await self._create_child(proposal, ChildId(origin.target))
            case Sort.PROFESSIONAL:
                await self._record(Action.REGISTER_PROFESSIONAL, proposal.sort, origin.target)
                person = professional_of(ProfessionalId(origin.target), proposal.values)
                await self.arrivals.professional(person)
                (await self.registers.professionals())[person.id] = person
            case Sort.STRUCTURE:
                await self._record(Action.REGISTER_STRUCTURE, proposal.sort, origin.target)
                place = structure_of(StructureId(origin.target), proposal.values)
                await self.arrivals.structure(place)
                (await self.registers.structures())[place.id] = place
        if origin.values != proposal.values:
            await self.origins.settle(origin, {**origin.values, **proposal.values})
        return Outcome(result=Result.CREATED, target=origin.target)

    async def _create_child(self, proposal: Proposal, child: ChildId) -> None:
        source = self.registers.source
        made = born(
            child,
            proposal.values,
            local_identifier=self.surroundings.new_id()[:_IDENTIFIER_LETTERS].upper(),
            pairs=pairs_of(child, proposal.values, source.system),
            defaults=source.sheets[Sort.CHILD].defaults,
            on=self.surroundings.today(),
            saying=self._saying(),
        )
        await self._record(Action.REGISTER_CHILD, Sort.CHILD, child)
        await self.arrivals.child(made)

    def _saying(self) -> Saying:
        now = self.surroundings.now()
        return Saying(way=Way.IMPORT, at=now, by=self.actor.professional)

    async def _link(self, proposal: Proposal, target: str) -> Outcome:
        origin = await self.origins.claim(self._origin(proposal, target, {}))
        if origin.target != target:
            return Outcome(result=Result.CHANGED_SINCE)
        now = await self.registers.match(proposal)
        if now.changes:
            await self._change(proposal, now, origin)
        else:
            await self._settle(proposal, origin)
        return Outcome(result=Result.LINKED, target=target)

    async def _change(self, proposal: Proposal, now: Match, origin: Origin) -> None:
        """Take the changes over that still hold at the very moment of writing."""
        match proposal.sort:
            case Sort.CHILD:
                await self._change_child(proposal, now, origin)
            case Sort.PROFESSIONAL:
                await self._change_professional(proposal, now, origin)
            case Sort.STRUCTURE:
                await self._settle(proposal, origin)

    async def _change_child(self, proposal: Proposal, now: Match, origin: Origin) -> None:
        child, saying = ChildId(origin.target), self._saying()
        await self.guard.child(self.actor, Action.WRITE_CHILD, child)

        def decide(held: Child) -> Child:
            pairs = self.registers.pairs(held, proposal)
            qualified = held.identity.reliability is Reliability.QUALIFIED
            found = compare(
                proposal.values, values_of(held, pairs), origin.values, qualified=qualified
            )
            wanted = {each.field: each.theirs for each in found if each.why is None}
            defaults = self.registers.source.sheets[Sort.CHILD].defaults
            return changed(
                held,
                {code: text for code, text in wanted.items() if code in now.changes},
                pairs=pairs,
                defaults=defaults,
                on=self.surroundings.today(),
                saying=saying,
            )

        after = await self.children.change(child, decide)
        ours = values_of(after, self.registers.pairs(after, proposal))
        await self.origins.settle(origin, agreed(proposal.values, ours, origin.values))

    async def _change_professional(self, proposal: Proposal, now: Match, origin: Origin) -> None:
        await self._record(Action.REGISTER_PROFESSIONAL, proposal.sort, origin.target)

        def decide(held: Professional) -> Professional:
            ours = values_of_professional(held)
            wanted = {
                each.field: each.theirs
                for each in now.differences
                if each.why is None and ours.get(each.field, "") == each.ours
            }
            return professional_changed(held, wanted)

        after = await self.people.change_professional(ProfessionalId(origin.target), decide)
        ours = values_of_professional(after)
        await self.origins.settle(origin, agreed(proposal.values, ours, origin.values))

    async def _settle(self, proposal: Proposal, origin: Origin) -> None:
        """Note what source and register agree on."""
        try:
            ours = await self.registers.ours(origin, proposal)
        except NotFound:
            return
        await self.origins.settle(origin, agreed(proposal.values, ours, origin.values))

    async def _record(self, action: Action, sort: Sort, thing: str) -> None:
        await self.guard.network(self.actor, action, kind=sort.value, thing=thing)

    def _origin(self, proposal: Proposal, target: str, values: dict[str, str]) -> Origin:
        return Origin(
            id=self.surroundings.new_id(),
            system=self.registers.source.system,
            sort=proposal.sort,
            source_id=proposal.source_id,
            target=target,
            run=self.run,
            values=values,
        )


def _result(line: ReportLine) -> Result:
    match line.match.status:
        case Status.NEW:
            return Result.CREATED
        case Status.UPDATE:
            return Result.UPDATED
        case Status.DUPLICATE:
            return Result.CREATED if line.wanted == ANEW else Result.LINKED
        case _:
            return Result.SAME
