"""Everything about a child in one go, for the use cases that sum up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from care_circle.circle import Circle
from care_circle.definition.pathway import Pathway
from care_circle.follow_up.follow_up import Moment
from care_circle.follow_up.header import ChildHeader, header_of
from care_circle.follow_up.progress import ChildFile
from care_circle.leaving.store import HeldMeetings, Leavings
from care_circle.store import Appointments, Children, Circles, Documents
from care_circle.surroundings import Surroundings
from crypto.ids import ChildId
from notifications.store import Errands

_PAGE = 200


class Named(Protocol):
    """Whatever a page of a list ends with, and the next one begins after."""

    @property
    def id(self) -> str:
        """Name it."""
        ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Reads children's files for somebody who was let through to them already."""

    children: Children
    circles: Circles
    appointments: Appointments
    errands: Errands
    documents: Documents
    meetings: HeldMeetings
    leavings: Leavings
    surroundings: Surroundings
    pathway: Pathway

    async def of_child(self, child: ChildId, circle: Circle | None = None) -> ChildFile:
        """Read a child's file; its circle is looked up where it is not given.

        Raises:
            NotFound: There is no such child.
        """
        held = circle or await self.circles.of_child(child)
        return ChildFile(
            child=await self.children.child(child),
            circle=held,
            appointments=await everything(
                lambda after: self.appointments.of_child(child, after=after, limit=_PAGE)
            ),
            errands=await everything(
                lambda after: self.errands.of_child(child, after=after, limit=_PAGE)
            ),
            documents=await everything(
                lambda after: self.documents.of_child(child, after=after, limit=_PAGE)
            ),
            meetings=await self.meetings.held_days(child),
            leaving=await self.leavings.leaving(child),
            zone=self.surroundings.zone,
        )

    def header(self, file: ChildFile) -> ChildHeader:
        """Sum a file up as of now."""
        around = self.surroundings
        return header_of(file, self.pathway, Moment(now=around.now(), zone=around.zone))


async def everything(page: Callable[[str], Awaitable[tuple[T, ...]]]) -> tuple[T, ...]:
    """Read a list to its end; `page` gives what follows an id, at most 200 at a time."""
    found: list[T] = []
    after = ""
    while read := await page(after):
        found += read
        if len(read) < _PAGE:
            break
        after = read[-1].id
    return tuple(found)
