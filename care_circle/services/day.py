"""The use case behind the first page: what waits for me, over all circles I am in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_circle.access import Action, NotFound, Relation, require
from care_circle.actor import Actor
from care_circle.convention import Footing, footing
from care_circle.document import Document, DocumentState, require_readable
from care_circle.header import ChildHeader, PlannedAppointment, coming, described, in_order
from care_circle.progress import ChildFile, unsettled
from care_circle.role import Role
from care_circle.services.files import Files, everything
from care_circle.store import People, Tasks
from care_circle.task import TaskCard
from crypto.ids import ChildId, CircleId, DocumentId, ProfessionalId
from notifications.hours import to_ms

AHEAD = timedelta(days=14)
"""How far ahead a day looks for appointments."""

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that waits for a signature, without what is in it."""

    id: DocumentId
    circle: CircleId
    child: ChildId
    form: str
    visit: str | None
    author: ProfessionalId
    edition: int
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What waits for somebody.

    `appointments` are those of the two weeks to come, `unsettled` one's own that are past and
    of which nobody said whether the family came. `lapsed` is for a member without a convention
    in force, who is shown no child.
    """

    at: datetime
    children: tuple[ChildHeader, ...]
    tasks: tuple[TaskCard, ...]
    documents: tuple[Draft, ...]
    appointments: tuple[PlannedAppointment, ...]
    unsettled: tuple[PlannedAppointment, ...]
    lapsed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayService:
    """Gathers in one go what a hundred single questions would show the same person."""

    people: People
    tasks: Tasks
    files: Files

    async def day(self, actor: Actor) -> Day:
        """Gather what waits for somebody."""
        require(actor, Action.READ_DAY, (Relation.SELF,))
        around = self.files.surroundings
        await around.record(actor.professional, Action.READ_DAY, "circle", "")
        me, now = actor.professional, around.now()
        lapsed = actor.role is Role.PROFESSIONAL and not await self._is_active(actor)
        files = () if lapsed else await self.files.of_member(me)
        ahead = [each for file in files for each in coming(file, now=now)]
        past = [each for file in files for each in unsettled(file.appointments, now=now)]
        return Day(
            at=now,
            children=tuple(map(self.files.header, files)),
            tasks=await everything(
                lambda after: self.tasks.of_assignee(me, after=after, limit=_PAGE)
            ),
            documents=tuple(draft for file in files for draft in self._drafts(file, actor)),
            appointments=in_order(each for each in ahead if each.at < to_ms(now + AHEAD)),
            unsettled=in_order(
                described(each) for each in past if me in (each.professional, each.booked_by)
            ),
            lapsed=lapsed,
        )

    def _drafts(self, file: ChildFile, actor: Actor) -> tuple[Draft, ...]:
        return tuple(
            _draft(each)
            for each in file.documents
            if each.state is DocumentState.DRAFT and self._is_readable(each, actor)
        )

    def _is_readable(self, document: Document, actor: Actor) -> bool:
        try:
            require_readable(document, self.files.pathway.form(document.form), actor)
        except NotFound:
            return False
        return True

    async def _is_active(self, actor: Actor) -> bool:
        conventions = await self.people.conventions_of(actor.professional)
        return footing(conventions, on=self.files.surroundings.today()) is Footing.ACTIVE


def _draft(document: Document) -> Draft:
    return Draft(
        id=document.id,
        circle=document.circle,
        child=document.child,
        form=document.form,
        visit=document.visit,
        author=document.author,
        edition=document.edition,
        saved_at=document.current.saved_at,
    )
