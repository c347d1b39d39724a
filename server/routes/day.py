"""My day: everything that waits for one person, in one answer."""

from aiohttp import web

from care_circle.follow_up.header import ChildHeader, PlannedAppointment
from care_circle.services.day import Draft
from care_circle.task import TaskCard
from crypto.ids import CircleId
from notifications.hours import to_ms
from server.day import ChannelHead, Days, MyDay
from server.identity import person_of
from server.operations import Operations
from server.routes.duties import DutyView, view_of
from server.services import PATHWAY
from server.wire import Struct, answer

DAYS: web.AppKey[Days] = web.AppKey("days", Days)

operations = Operations()


class CircleDay(Struct, frozen=True, kw_only=True):
    """A circle one is in: the child, the channels, the appointment that is next."""

    id: CircleId
    child: ChildHeader
    channels: tuple[ChannelHead, ...]
    next_appointment: PlannedAppointment | None


class DayView(Struct, frozen=True, kw_only=True):
    """What waits. `at` is the server's time, ms UTC; `appointments` are of the next 14 days.

    `unsettled` are one's own appointments that are past and of which nobody said whether the
    family came. `duties` are those of a coordinator's circles. `lapsed`: without a convention
    in force no child is shown. `booking_opens_days`: how many days before its window opens a
    visit may be booked.
    """

    at: int
    circles: tuple[CircleDay, ...]
    tasks: tuple[TaskCard, ...]
    documents: tuple[Draft, ...]
    appointments: tuple[PlannedAppointment, ...]
    unsettled: tuple[PlannedAppointment, ...]
    duties: tuple[DutyView, ...]
    lapsed: bool
    booking_opens_days: int


@operations.add("GET", "/day", answer=DayView)
async def read_day(request: web.Request) -> web.Response:
    """Tell what waits for whoever asks, over all their circles."""
    mine = await request.app[DAYS].of(person_of(request))

    opens = request.app[PATHWAY].number("booking_opens_days") or 0
    return answer(_view(mine, opens))


def _view(mine: MyDay, booking_opens_days: int) -> DayView:
    day = mine.day
    return DayView(
        at=to_ms(day.at),
        circles=tuple(
            CircleDay(
                id=child.circle,
                child=child,
                channels=mine.channels[child.circle],
                next_appointment=child.next_appointment,
            )
            for child in day.children
            if child.circle is not None
        ),
        tasks=day.tasks,
        documents=day.documents,
        appointments=day.appointments,
        unsettled=day.unsettled,
        duties=tuple(map(view_of, day.duties)),
        lapsed=day.lapsed,
        booking_opens_days=booking_opens_days,
    )
