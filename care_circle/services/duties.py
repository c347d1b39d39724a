"""Use cases of the office's duties: list, end and reopen them, write down attempts of contact."""

from dataclasses import dataclass
from functools import partial

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.follow_up import duty as rules
from care_circle.follow_up.duty import (
    REMINDED_OF,
    Attempt,
    Duty,
    DutyState,
    NothingToRemind,
    duties_asked,
)
from care_circle.follow_up.store import Duties
from care_circle.role import Role
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId, DutyId

MINE, OTHERS = "a", "b"
"""What a cursor begins with: one's own children come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesService:
    """What the pathway asks of the office; all methods raise NotFound or Forbidden for others."""

    duties: Duties
    follower: Follower
    guard: Guard
    surroundings: Surroundings

    async def open_page(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[tuple[Duty, ...], str | None]:
        """Page through all open duties, those of the actor's own circles first.

        Also gives the cursor of the page that follows, if there is one.
        """
        await self.guard.network(actor, Action.LIST_DUTIES, kind="duty")
        me, place, last = actor.professional, after[:1] or MINE, after[1:]
        found: list[Duty] = []
        if place == MINE:
            found += await self.duties.open_page(me, after=last, limit=limit)
            if len(found) == limit:
                return tuple(found), MINE + found[-1].id
            last = ""
        while len(found) < limit:
            wanted = limit - len(found)
            read = await self.duties.open_page(None, after=last, limit=wanted)
            found += (duty for duty in read if me not in duty.coordinators)
            if len(read) < wanted:
                return tuple(found), None
            last = read[-1].id
        return tuple(found), OTHERS + last

    async def of_child(self, actor: Actor, child: ChildId) -> tuple[Duty, ...]:
        """Give all of a child's duties, the newest first."""
        await self.guard.child(actor, Action.READ_DUTIES, child, kind="duty")
        found = await self.duties.of_child(child)
        return tuple(sorted(found, key=lambda each: (each.raised_at, each.id), reverse=True))

    async def end(self, actor: Actor, duty: DutyId, state: DutyState, *, note: str = "") -> Duty:
        """Say that a duty is done, or that it is none.

        Raises:
            DutyEnded: It ended otherwise.
            NoteTooLong: The note is too long.
        """
        held = await self._let_through(actor, Action.END_DUTY, duty)
        decide = partial(
            rules.end, state=state, by=actor.professional, note=note, now=self.surroundings.now()
        )
        return await self.duties.change(held.id, decide)

    async def reopen(self, actor: Actor, duty: DutyId) -> Duty:
        """Take back within a day that a duty has ended; it settles if its reason is gone.

        Raises:
            DutyEnded: Nobody ended it, its reason went away.
            EndedBySomebodyElse: It is for whoever ended it, or a coordinator.
            TooLateToReopen: It ended more than a day ago.
        """
        held = await self._let_through(actor, Action.REOPEN_DUTY, duty)
        decide = partial(
            rules.reopened,
            by=actor.professional,
            leads=actor.role is Role.COORDINATOR,
            now=self.surroundings.now(),
        )
        await self.duties.change(held.id, decide)
        await self.follower.refresh(held.child)
        return await self.duties.duty(held.id)

    async def note_attempt(self, actor: Actor, duty: DutyId, attempt: Attempt) -> Duty:
        """Write down an attempt to reach the family.

        Raises:
            NoteTooLong, TooManyAttempts, TriedTomorrow: It cannot be kept.
        """
        held = await self._let_through(actor, Action.END_DUTY, duty)
        today = self.surroundings.today()
        return await self.duties.change(
            held.id, lambda found: rules.note_attempt(found, attempt, today=today)
        )

    async def remind(self, actor: Actor, child: ChildId, attempt: Attempt) -> tuple[Duty, ...]:
        """Write down that a family was asked again to have a visit booked.

        The attempt is kept once on each duty about a visit; a visit that is only to be booked
        becomes a duty by it, and settles once the visit is booked.

        Raises:
            NothingToRemind: No visit is to be booked, or all of its duties have ended.
            NoteTooLong, TooManyAttempts, TriedTomorrow: The attempt cannot be kept.
        """
        await self.guard.child(actor, Action.END_DUTY, child, kind="duty")
        followed = await self.follower.of(child)
        asked = duties_asked(
            child,
            followed.life.findings,
            coordinators=followed.coordinators,
            now=self.surroundings.now(),
            of=REMINDED_OF,
        )
        noted = [each for duty in asked if (each := await self._reminded(duty, attempt))]
        if not noted:
            raise NothingToRemind
        return tuple(noted)

    async def _reminded(self, asked: Duty, attempt: Attempt) -> Duty | None:
        today = self.surroundings.today()
        decide = partial(rules.reminded, asked=asked, attempt=attempt, today=today)
        try:
            return await self.duties.put(asked.id, decide)
        except NothingToRemind:
            return None

    async def _let_through(self, actor: Actor, action: Action, duty: DutyId) -> Duty:
        held = await self.duties.duty(duty)
        await self.guard.child(actor, action, held.child, kind="duty", thing=duty)
        return held
