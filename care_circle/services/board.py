"""Use cases of the quality board: who has what, how many, and bulk acts that mend it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.follow_up.board import Act, Filter, Totals, act_of
from care_circle.follow_up.findings import FindingCode
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.header import ChildHeader
from care_circle.services.follower import Follower
from care_circle.services.guard import Guard
from crypto.ids import ProfessionalId, StructureId

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFinding:
    """One thing to mend: `days` is since when, or until when if it has not come yet.

    `act` mends it on `target`: the visit, document, prescription or person it is about, or
    the child itself where that is empty.
    """

    code: FindingCode
    act: Act
    target: str
    since: date | None
    until: date | None
    days: int | None
    missing: tuple[str, ...]
    who: ProfessionalId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One child with all that is to be mended, the gravest first."""

    child: ChildHeader
    structure: StructureId | None
    department: str | None
    findings: tuple[BoardFinding, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardService:
    """What the office sees over all children; others get NotFound or Forbidden."""

    guard: Guard
    follower: Follower

    async def require(self, actor: Actor) -> None:
        """Insist that somebody may act on many children at once."""
        await self.guard.network(actor, Action.READ_BOARD, kind="child")

    async def page(
        self, actor: Actor, wanted: Filter, *, after: str = "", limit: int = 100
    ) -> tuple[BoardLine, ...]:
        """Page through the children that fit, by id."""
        await self.guard.network(actor, Action.READ_BOARD, kind="child")
        found = await self._found(wanted, after=after, limit=limit)
        return tuple(map(self._line, found))

    async def totals(self, actor: Actor, wanted: Filter) -> Totals:
        """Count the children that fit, and what is found of them."""
        await self.guard.network(actor, Action.READ_BOARD, kind="child")
        return await self.follower.follow_ups.totals(wanted)

    async def everything(self, actor: Actor, wanted: Filter) -> tuple[BoardLine, ...]:
        """Give all the children that fit, for a file: what began first stands first."""
        await self.guard.network(actor, Action.READ_BOARD, kind="child")
        lines = [self._line(followed) async for followed in self._all(wanted)]
        return tuple(sorted(lines, key=lambda line: _urgency(line, wanted.finding)))

    async def _all(self, wanted: Filter) -> AsyncIterator[FollowUp]:
        after = ""
        while page := await self._found(wanted, after=after, limit=_PAGE):
            for followed in page:
                yield followed
            after = page[-1].child

    async def _found(self, wanted: Filter, *, after: str, limit: int) -> Sequence[FollowUp]:
        return await self.follower.follow_ups.page(wanted, after=after, limit=limit)

    def _line(self, followed: FollowUp) -> BoardLine:
        today = self.follower.surroundings.today()
        return BoardLine(
            child=self.follower.header(followed),
            structure=followed.structure,
            department=followed.department,
            findings=tuple(
                BoardFinding(
                    code=each.code,
                    act=act_of(each),
                    target=each.subject,
                    since=each.since,
                    until=each.until,
                    days=_days(each.since or each.until, today),
                    missing=each.missing,
                    who=each.who,
                )
                for each in followed.life.findings
            ),
        )


def _urgency(line: BoardLine, wanted: FindingCode | None) -> tuple[int, date, str]:
    """Put first who has the gravest finding, or the one that is asked for, the longest."""
    order = list(FindingCode)
    asked = (each for each in line.findings if wanted in (None, each.code))
    ranks = ((order.index(each.code), each.since or date.max) for each in asked)
    return (*min(ranks, default=(len(order), date.max)), line.child.id)


def _days(day: date | None, today: date) -> int | None:
    return None if day is None else abs((today - day).days)
