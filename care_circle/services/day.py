"""The use case behind the first page: what waits for me, over all circles I am in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from care_circle.access import Action, Relation, require
from care_circle.actor import Actor
from care_circle.convention import Footing, footing
from care_circle.definition.pathway import UnknownForm
from care_circle.documents.document import DocumentState, is_readable
from care_circle.follow_up.duty import Duty
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.header import ChildHeader, PlannedAppointment, coming, in_order, past
from care_circle.follow_up.life import DocumentHead
from care_circle.role import Role
from care_circle.services.files import everything
from care_circle.services.follower import Follower
from care_circle.store import People, Tasks
from care_circle.task import TaskCard
from crypto.ids import ChildId, CircleId, DocumentId, ProfessionalId
from notifications.hours import to_ms

AHEAD = timedelta(days=14)
"""How far ahead a day looks for appointments."""

_PAGE = 200
_DUTIES = 50
"""How many duties a day shows at most; the list of duties has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that waits for a signature, without what is in it."""

    id: DocumentId
    circle: CircleId | None
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
    of which nobody said whether the family came. `duties` are the open ones of the circles a
    coordinator is in. `lapsed` is for a member without a convention in force, who is shown no
    child.
    """

    at: datetime
    children: tuple[ChildHeader, ...]
    tasks: tuple[TaskCard, ...]
    documents: tuple[Draft, ...]
    appointments: tuple[PlannedAppointment, ...]
    unsettled: tuple[PlannedAppointment, ...]
    duties: tuple[Duty, ...]
    lapsed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayService:
    """Gathers in one go what a hundred single questions would show the same person."""

    people: People
    tasks: Tasks
    follower: Follower

    async def day(self, actor: Actor) -> Day:
        """Gather what waits for somebody."""
        require(actor, Action.READ_DAY, (Relation.SELF,))
        around = self.follower.surroundings
        await around.record(actor.professional, Action.READ_DAY, "circle", "")
        me, now = actor.professional, around.now()
        lapsed = actor.role is Role.PROFESSIONAL and not await self._is_active(actor)
        followed = () if lapsed else await self.follower.of_member(me)
        ahead = [each for child in followed for each in coming(child, now=now)]
        over = [each for child in followed for each in past(child, now=now)]
        mine = {a.id for c in followed for a in c.life.appointments if a.booked_by == me}
        return Day(
            at=now,
            children=tuple(map(self.follower.header, followed)),
            tasks=await everything(
                lambda after: self.tasks.of_assignee(me, after=after, limit=_PAGE)
            ),
            documents=tuple(draft for child in followed for draft in self._drafts(child, actor)),
            appointments=in_order(each for each in ahead if each.at < to_ms(now + AHEAD)),
            unsettled=in_order(each for each in over if each.professional == me or each.id in mine),
            duties=await self._duties(actor),
            lapsed=lapsed,
        )

    async def _duties(self, actor: Actor) -> tuple[Duty, ...]:
        if actor.role is not Role.COORDINATOR:
            return ()
        duties = self.follower.duties
        return await duties.open_page(actor.professional, after="", limit=_DUTIES)

    def _drafts(self, followed: FollowUp, actor: Actor) -> tuple[Draft, ...]:
        return tuple(
            _draft(each, followed)
            for each in followed.life.documents
            if each.state is DocumentState.DRAFT and self._is_readable(each, actor)
        )

    def _is_readable(self, document: DocumentHead, actor: Actor) -> bool:
        try:
            form = self.follower.pathway.form_of(document.form, document.version)
        except UnknownForm:
            return False
        return is_readable(document.state, form, actor)

    async def _is_active(self, actor: Actor) -> bool:
        conventions = await self.people.conventions_of(actor.professional)
        today = self.follower.surroundings.today()
        return footing(conventions, on=today) is Footing.ACTIVE


def _draft(document: DocumentHead, followed: FollowUp) -> Draft:
    return Draft(
        id=document.id,
        circle=followed.circle,
        child=followed.child,
        form=document.form,
        visit=document.visit,
        author=document.author,
        edition=document.edition,
        saved_at=document.saved_at,
    )
