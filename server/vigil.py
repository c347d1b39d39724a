"""The watch by night: whatever the calendar changes is seen without anybody writing.

It looks at the children whose follow-up is due, at marks that a killed process left, at
notices that failed, forgets what families said long ago, and makes all follow-ups anew where
the pathway has another version.
Everything is claimed before and kept after, so that it may be killed at any await and
several processes may run it at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from care_circle.follow_up.board import Filter
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import written
from care_circle.follow_up.store import FollowUps, Marks
from care_circle.services.files import everything
from care_circle.services.follower import Follower
from care_circle.store import Appointments, Children
from care_circle.telling.store import Handings, LinkStates
from crypto.ids import ChildId
from notifications.store import Errands
from server.clock import Clock
from server.house import House
from server.logs import logger
from server.rounds import again_and_again
from server.storage.family import EngineHandings, EngineLinkStates

EVERY_SECONDS = 1.0
NOTICES_EVERY_SECONDS = 600.0
FORGETS_EVERY_SECONDS = 3600.0
LEASE = timedelta(minutes=2)
"""How long one look may take before somebody else takes it over."""

AT_ONCE = 32
_PAGE = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vigil:
    """One watcher; any number may watch the same store."""

    follower: Follower
    follow_ups: FollowUps
    marks: Marks
    children: Children
    appointments: Appointments
    errands: Errands
    links: LinkStates
    handings: Handings
    clock: Clock

    async def begin(self) -> None:
        """Have all follow-ups made if they are of another version of the pathway, or of none."""
        await self.follow_ups.begin_building(written(self.follower.pathway), now=self.clock())

    async def look(self) -> None:
        """Look at all there is to look at now."""
        while await self.look_once():
            continue

    async def look_once(self) -> int:
        """Look at some of what there is, and tell at how many."""
        now = self.clock()
        until = now + LEASE
        marks = await self.marks.claim(now=now, until=until, limit=AT_ONCE)
        due = await self.follow_ups.claim(now=now, until=until, limit=AT_ONCE)
        await _each(self.follower.heal, marks)
        await _each(self.follower.refresh, due)
        return len(marks) + len(due) + await self._build(now)

    async def look_at_notices(self) -> None:
        """Look at the children of whose notices one failed, where what is known says otherwise.

        A failure leaves a mark of its own, and so does what mends it; this finds what was
        killed in between.
        """
        in_need = await self._in_need()
        for child in in_need:
            known = await self.follower.of(child)
            if FindingCode.NOTICE_FAILED not in known.codes:
                await self.follower.refresh(child)
        wanted, after = Filter(finding=FindingCode.NOTICE_FAILED), ""
        while page := await self.follow_ups.page(wanted, after=after, limit=_PAGE):
            for follow_up in page:
                if follow_up.child not in in_need:
                    await self.follower.refresh(follow_up.child)
            after = page[-1].child

    async def forget(self) -> int:
        """Forget what families said through links, and what was handed to them, long after.

        Tells how much. What could not be dropped stays claimed, and is found again later.
        """
        forgotten, now = 0, self.clock()
        for kept in (self.links, self.handings):
            while gone := await kept.forget(now=now, until=now + LEASE, limit=_PAGE):
                forgotten += gone
        return forgotten

    async def _build(self, now: datetime) -> int:
        building = await self.follow_ups.claim_building(now=now, until=now + LEASE)
        if building is None:
            return 0
        found = await self.children.page(after=building.after, limit=AT_ONCE)
        await _each(self.follower.refresh, [child.id for child in found])
        further = found[-1].id if found else building.after
        ended = len(found) < AT_ONCE
        await self.follow_ups.go_on_building(
            replace(building, after=further, due=None if ended else now)
        )
        return len(found)

    async def _in_need(self) -> frozenset[ChildId]:
        appointments = await everything(
            lambda after: self.appointments.in_need(after=after, limit=_PAGE)
        )
        errands = await everything(lambda after: self.errands.in_need(after=after, limit=_PAGE))
        children = (*(each.child for each in appointments), *(each.child for each in errands))
        return frozenset(child for child in children if child is not None)


async def _each(look: Callable[[T], Awaitable[object]], things: Iterable[T]) -> None:
    """Look at several things; one that cannot be looked at keeps nobody from the others.

    What failed stays claimed, and is found again when the claim runs out.
    """
    for thing in things:
        try:
            await look(thing)
        except Exception as error:  # noqa: BLE001 -- one bad record must not end what watches over everybody
            logger().error("follow_up_failed", cause=error)


def vigil_of(house: House) -> Vigil:
    """Put the watch together from a house."""
    stores = house.stores
    return Vigil(
        follower=house.follower,
        follow_ups=stores.follow_ups,
        marks=stores.follow_up_marks,
        children=stores.children,
        appointments=stores.appointments,
        errands=stores.errands,
        links=EngineLinkStates(house.engine, house.keyring),
        handings=EngineHandings(house.engine, house.keyring),
        clock=house.clock,
    )


@asynccontextmanager
async def watching(vigil: Vigil) -> AsyncIterator[None]:
    """Keep watch for the length of a block; if the watch dies, so does the block."""
    await vigil.begin()
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(
                again_and_again(vigil.look, every=EVERY_SECONDS, trouble="vigil_failed")
            ),
            tasks.create_task(
                again_and_again(
                    vigil.look_at_notices, every=NOTICES_EVERY_SECONDS, trouble="vigil_failed"
                )
            ),
            tasks.create_task(
                again_and_again(vigil.forget, every=FORGETS_EVERY_SECONDS, trouble="vigil_failed")
            ),
        ]
        yield
        for task in running:
            task.cancel()
