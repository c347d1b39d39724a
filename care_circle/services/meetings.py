"""Use cases on meetings: call, move, call off, write minutes, sign, correct, read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from care_circle.access import Action, NotFound, Relation, require
from care_circle.actor import Actor
from care_circle.definition.form import Form, FormRecord
from care_circle.definition.pathway import Pathway
from care_circle.definition.record_reading import CALLING, HELD, forms_of
from care_circle.documents.register import days_of
from care_circle.early_care.forfait import Forfait, ForfaitState
from care_circle.early_care.store import Forfaits
from care_circle.leaving.store import Meetings
from care_circle.meetings import holding
from care_circle.meetings import meeting as rules
from care_circle.meetings.holding import Chair
from care_circle.meetings.meeting import Advice, Calling, Meeting, Report
from care_circle.services.guard import Guard, Way
from care_circle.store import Tasks
from care_circle.surroundings import Surroundings
from care_circle.task import TaskState
from crypto.ids import ChildId, MeetingId, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMeeting:
    """A meeting as somebody may see it, what the pathway advises, the tasks of its decisions.

    `tasks` gives the state of each decision's task, by id, for those that have one.
    """

    meeting: Meeting
    advice: tuple[Advice, ...]
    tasks: dict[TaskId, TaskState]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingsService:
    """Meetings about children; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the child,
    NoActiveConvention for a member without a convention in force, and Forbidden where the
    role does not do this. What was written is for the circle's members only.
    """

    meetings: Meetings
    forfaits: Forfaits
    tasks: Tasks
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway

    async def call(self, actor: Actor, child: ChildId, calling: Calling) -> ShownMeeting:
        """Call a meeting; see `holding.call` for what it raises.

        Raises:
            ChildLeft: The child has left the pathway.
        """
        meeting = MeetingId(self.surroundings.new_id())
        way = await self.guard.child(
            actor, Action.CALL_MEETING, child, kind="meeting", thing=meeting
        )
        called = holding.call(meeting, calling, self._chair(actor, way, CALLING))
        await self.meetings.add(called)
        return await self._shown(actor, way, called)

    async def move(
        self, actor: Actor, meeting: MeetingId, calling: Calling, *, edition: int
    ) -> ShownMeeting:
        """Call a meeting to another time or place; see `holding.move` for what it raises."""
        way = await self._enter(actor, Action.CALL_MEETING, meeting)
        chair = self._chair(actor, way, CALLING)
        return await self._change(
            actor, way, meeting, lambda held: holding.move(held, calling, chair, edition=edition)
        )

    async def cancel(self, actor: Actor, meeting: MeetingId, *, reason: str) -> ShownMeeting:
        """Call a meeting off; see `holding.cancel` for what it raises."""
        way = await self._enter(actor, Action.HOLD_MEETING, meeting)
        chair = self._chair(actor, way, CALLING)
        return await self._change(
            actor, way, meeting, lambda held: holding.cancel(held, chair, reason=reason)
        )

    async def report(
        self, actor: Actor, meeting: MeetingId, said: Report, *, edition: int
    ) -> ShownMeeting:
        """Write the minutes; see `holding.report` for what it raises."""
        way = await self._enter(actor, Action.HOLD_MEETING, meeting)
        chair = self._chair(actor, way, HELD)
        return await self._change(
            actor, way, meeting, lambda held: holding.report(held, said, chair, edition=edition)
        )

    async def sign(self, actor: Actor, meeting: MeetingId, *, edition: int) -> ShownMeeting:
        """Sign the minutes; see `holding.sign` for what it raises."""
        way = await self._enter(actor, Action.HOLD_MEETING, meeting)
        chair = self._chair(actor, way, HELD)
        return await self._change(
            actor, way, meeting, lambda held: holding.sign(held, chair, edition=edition)
        )

    async def correct(
        self, actor: Actor, meeting: MeetingId, said: Report, *, edition: int, reason: str
    ) -> ShownMeeting:
        """Correct signed minutes; see `holding.correct` for what it raises."""
        way = await self._enter(actor, Action.HOLD_MEETING, meeting)
        chair = self._chair(actor, way, HELD)

        def decide(held: Meeting) -> Meeting:
            return holding.correct(held, said, chair, edition=edition, reason=reason)

        return await self._change(actor, way, meeting, decide)

    async def meeting(self, actor: Actor, meeting: MeetingId) -> ShownMeeting:
        """Read a meeting."""
        way = await self._enter(actor, Action.READ_MEETING, meeting)
        return await self._shown(actor, way, await self.meetings.meeting(meeting))

    async def of_child(self, actor: Actor, child: ChildId) -> tuple[ShownMeeting, ...]:
        """Give the meetings about a child, the latest first."""
        way = await self.guard.child(actor, Action.READ_MEETING, child, kind="meeting")
        found = rules.in_order(await self.meetings.of_child(child))
        return tuple([await self._shown(actor, way, each) for each in found])

    async def mine(self, actor: Actor) -> tuple[Meeting, ...]:
        """Give the meetings the actor is called to and whose circle they are in, the next first."""
        require(actor, Action.READ_OWN_MEETINGS, (Relation.SELF,))
        record = self.surroundings.record
        await record(actor.professional, Action.READ_OWN_MEETINGS, "meeting", "")
        found = rules.in_order(await self.meetings.called_with(actor.professional))
        return tuple([each for each in reversed(found) if await self._is_in(actor, each)])

    async def _is_in(self, actor: Actor, meeting: Meeting) -> bool:
        try:
            circle = await self.guard.circles.circle(meeting.circle)
        except NotFound:
            return False
        return actor.professional in circle.roster

    async def _enter(self, actor: Actor, action: Action, meeting: MeetingId) -> Way:
        found = await self.meetings.meeting(meeting)
        return await self.guard.child(actor, action, found.child, kind="meeting", thing=meeting)

    async def _change(
        self, actor: Actor, way: Way, meeting: MeetingId, decide: Callable[[Meeting], Meeting]
    ) -> ShownMeeting:
        return await self._shown(actor, way, await self.meetings.change(meeting, decide))

    @property
    def minutes_form(self) -> Form | None:
        """The pathway's form of minutes, if it has one."""
        return self.form(HELD)

    def form(self, kind: str) -> Form | None:
        """Give the pathway's form of a meeting that is called, or of its minutes, if it has one."""
        found = forms_of(self.pathway.forms, FormRecord.MEETING, kind)
        return found[0] if found else None

    def _chair(self, actor: Actor, way: Way, kind: str) -> Chair:
        if way.circle is None:
            raise NotFound
        return Chair(
            actor=actor,
            child=way.child,
            circle=way.circle,
            form=self.form(kind),
            known=days_of(way.child, self.pathway.reckoning, on=self.surroundings.today()),
            now=self.surroundings.now(),
        )

    async def _shown(self, actor: Actor, way: Way, meeting: Meeting) -> ShownMeeting:
        inside = way.circle is not None and actor.professional in way.circle.roster
        shown = meeting if inside else rules.discreet(meeting)
        return ShownMeeting(
            meeting=shown, advice=await self._advice(meeting), tasks=await self._tasks(shown)
        )

    async def _tasks(self, meeting: Meeting) -> dict[TaskId, TaskState]:
        found: dict[TaskId, TaskState] = {}
        for decision in meeting.decisions:
            card = await self.tasks.task(decision.id)
            if card is not None and card.circle == meeting.circle:
                found[decision.id] = card.state
        return found

    async def _advice(self, meeting: Meeting) -> tuple[Advice, ...]:
        if meeting.state is not rules.MeetingState.CALLED or self.pathway.meetings is None:
            return ()
        on = meeting.calling.starts_at.date()
        running = sum(_runs(each, on) for each in await self.forfaits.of_child(meeting.child))
        held = await self.meetings.held_days(meeting.child)
        return rules.advice(self.pathway.meetings, running=running, held=held, on=on)


def _runs(forfait: Forfait, on: date) -> bool:
    return forfait.state(on) is ForfaitState.OPEN and forfait.opened_on <= on
