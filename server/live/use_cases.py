"""Use cases after which somebody may be in, or out, at once: told as soon as they are stored."""

from dataclasses import dataclass
from datetime import date

from typing_extensions import override

from care_circle.actor import Actor
from care_circle.circle import Circle
from care_circle.convention import Convention
from care_circle.services.circles import CirclesService
from care_circle.services.people import PeopleService
from crypto.ids import CircleId, ConventionId
from server.live.announcer import RosterChanges


@dataclass(frozen=True, kw_only=True)
class LiveCircles(CirclesService):
    """Circles whose changes reach open channels before the request is answered."""

    changes: RosterChanges

    @override
    async def admit(self, actor: Actor, circle: CircleId, statement: bytes) -> Circle:
        changed = await super().admit(actor, circle, statement)
        await self.changes.announce()
        return changed

    @override
    async def release(self, actor: Actor, circle: CircleId, statement: bytes) -> Circle:
        changed = await super().release(actor, circle, statement)
        await self.changes.announce()
        return changed

    @override
    async def close(self, actor: Actor, circle: CircleId) -> Circle:
        changed = await super().close(actor, circle)
        await self.changes.announce()
        return changed


@dataclass(frozen=True, kw_only=True)
class LivePeople(PeopleService):
    """People whose conventions begin and end for open channels too."""

    changes: RosterChanges

    @override
    async def sign_convention(
        self,
        actor: Actor,
        convention: ConventionId,
        *,
        signed_on: date,
        active_from: date,
        active_to: date | None = None,
    ) -> Convention:
        signed = await super().sign_convention(
            actor, convention, signed_on=signed_on, active_from=active_from, active_to=active_to
        )
        await self.changes.announce()
        return signed

    @override
    async def end_convention(
        self, actor: Actor, convention: ConventionId, *, last_day: date
    ) -> Convention:
        ended = await super().end_convention(actor, convention, last_day=last_day)
        await self.changes.announce()
        return ended
