"""Keeps follow-ups: reads a child's file, sums it up, raises and settles duties.

It acts for nobody and shows nothing, so nothing here is guarded; whoever shows a follow-up
has let the asker through before.
"""

from dataclasses import dataclass, replace
from functools import partial

from care_circle.access import NotFound
from care_circle.circle import Circle
from care_circle.convention import Convention
from care_circle.definition.indicators import Measured
from care_circle.definition.pathway import Pathway
from care_circle.early_care.glance import EarlyCareGlances
from care_circle.follow_up.board import Filter
from care_circle.follow_up.duty import (
    SAID_BY_FAMILY,
    Duty,
    Reason,
    duties_asked,
    is_verified,
    raised,
    settled,
)
from care_circle.follow_up.follow_up import FollowUp, Moment, follow_up_of, written
from care_circle.follow_up.header import ChildHeader, header_from
from care_circle.follow_up.life import Asked
from care_circle.follow_up.progress import ChildFile
from care_circle.follow_up.store import Duties, FollowUps, Mark, Marks
from care_circle.services.files import Files, everything
from care_circle.services.telling import TellingService
from care_circle.store import People
from care_circle.structure import department_of
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, ProfessionalId, StructureId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Makes follow-ups and keeps them true."""

    follow_ups: FollowUps
    marks: Marks
    duties: Duties
    people: People
    files: Files
    early_care: EarlyCareGlances
    surroundings: Surroundings
    pathway: Pathway
    telling: TellingService | None = None

    def moment(self) -> Moment:
        """Give the moment it is."""
        return Moment(now=self.surroundings.now(), zone=self.surroundings.zone)

    async def of(self, child: ChildId) -> FollowUp:
        """Give a child's follow-up as of now, made anew where what is kept is no longer true.

        Raises:
            NotFound: There is no such child.
        """
        held = await self.follow_ups.follow_up(child)
        if held is not None and self.is_true(held):
            return held
        made = await self.refresh(child)
        if made is None:
            raise NotFound
        return made

    def is_true(self, follow_up: FollowUp) -> bool:
        """Tell whether neither the calendar nor the pathway has moved on since."""
        around = self.surroundings
        return follow_up.due > around.now() and follow_up.pathway == written(self.pathway)

    def header(self, follow_up: FollowUp) -> ChildHeader:
        """Sum a child up as of now."""
        return header_from(follow_up, self.pathway, self.moment())

    async def refresh(self, child: ChildId) -> FollowUp | None:
        """Follow a child up anew, and raise what that asks for; None if there is no such child.

        Duties are raised before the follow-up is kept and settled after it, so that breaking
        off in between leaves one too many at most, and the next time ends it. What the family
        is to be told is opened and closed before it too, under names that never double.
        """

        async def make() -> FollowUp | None:
            try:
                file = await self._file(child)
            except NotFound:
                return None
            made = follow_up_of(file, self.pathway, self.moment(), asked=_asked(self.pathway))
            await self._raise(made)
            if self.telling is not None:
                await self.telling.look(file)
            return made

        kept = await self.follow_ups.renew(child, make)
        await self._settle(child, kept)
        return kept

    async def refresh_all_round(self, professional: ProfessionalId) -> None:
        """Follow up anew every child somebody is round."""
        children = {circle.child for circle in await self._circles(professional)}
        wanted, after = Filter(physician=professional), ""
        while page := await self.follow_ups.page(wanted, after=after, limit=_PAGE):
            children |= {each.child for each in page}
            after = page[-1].child
        for child in sorted(children):
            await self.refresh(child)

    async def of_member(self, professional: ProfessionalId) -> tuple[FollowUp, ...]:
        """Give the follow-ups of all children whose circles somebody is in."""
        circles = await self._circles(professional)
        return tuple([await self.of(circle.child) for circle in circles])

    async def _circles(self, professional: ProfessionalId) -> tuple[Circle, ...]:
        return await everything(
            lambda after: self.files.circles.of_member(professional, after=after, limit=_PAGE)
        )

    async def heal(self, mark: Mark) -> None:
        """Look at what a mark that nobody lifted is about, then lift it."""
        if mark.child is not None:
            await self.refresh(mark.child)
        if mark.professional is not None:
            await self.refresh_all_round(mark.professional)
        await self.marks.lift(mark.id)

    async def _raise(self, made: FollowUp) -> None:
        asked = duties_asked(
            made.child, made.life.findings, coordinators=made.coordinators, now=made.at
        )
        for duty in asked:
            await self.duties.put(duty.id, partial(raised, asked=duty))

    async def _settle(self, child: ChildId, kept: FollowUp | None) -> None:
        now = self.surroundings.now()
        asked = () if kept is None else kept.life.findings
        standing = duties_asked(child, asked, coordinators=(), now=now, of=tuple(Reason))
        wanted = {each.id for each in standing}
        for duty in await self.duties.open_of(child):
            if duty.id not in wanted and await self._is_over(duty):
                await self.duties.change(duty.id, partial(settled, now=now))

    async def _is_over(self, duty: Duty) -> bool:
        """Tell whether a duty that no finding asks for has lost its reason."""
        if duty.reason not in SAID_BY_FAMILY:
            return True
        if duty.reason is not Reason.NUMBER_TO_VERIFY:
            return False
        try:
            return is_verified(duty, await self.files.children.child(duty.child))
        except NotFound:
            return False

    async def _file(self, child: ChildId) -> ChildFile:
        """Read everything that a follow-up follows from."""
        bare = await self.files.of_child(child)
        physician = bare.child.referring_physician
        structure = await self._structure_of(physician)
        return replace(
            bare,
            consent=await self.files.children.consent(child),
            conventions=await self._conventions(_round(bare.circle, physician)),
            early_care=await self.early_care.of_child(child),
            structure=structure,
            department=await self._department_of(structure),
        )

    async def _conventions(self, people: frozenset[ProfessionalId]) -> tuple[Convention, ...]:
        held = [await self.people.conventions_of(each) for each in sorted(people)]
        return tuple(convention for each in held for convention in each)

    async def _structure_of(self, physician: ProfessionalId | None) -> StructureId | None:
        if physician is None:
            return None
        try:
            return (await self.people.professional(physician)).structure
        except NotFound:
            return None

    async def _department_of(self, structure: StructureId | None) -> str | None:
        if structure is None:
            return None
        try:
            return department_of(await self.people.structure(structure))
        except NotFound:
            return None


def _round(circle: Circle | None, physician: ProfessionalId | None) -> frozenset[ProfessionalId]:
    """Name whose conventions count: the circle's members and the referring physician."""
    members = frozenset() if circle is None else circle.roster
    return members if physician is None else members | {physician}


def _asked(pathway: Pathway) -> Asked:
    """Name, by form, the fields that the pathway's indicators want filled in."""
    asked: dict[str, set[str]] = {}
    for indicator in pathway.indicators:
        if indicator.measure.word is Measured.COMPLETENESS and indicator.measure.form is not None:
            asked.setdefault(indicator.measure.form, set()).update(indicator.measure.fields)
    return asked
