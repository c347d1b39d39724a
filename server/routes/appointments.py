"""Appointments: book, move, cancel, close; and how far the family's notices got."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.appointment import MAX_REASON, Appointment, CalledOff, Slot, Status
from care_circle.telling.answer import standing_answers
from crypto.ids import AppointmentId, ChildId, ContactId, NoticeId, ProfessionalId
from notifications.notice import Medium, Notice, Rule, State
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import APPOINTMENTS
from server.wire import Struct, answer, read

operations = Operations()

WallTime = Annotated[datetime, msgspec.Meta(tz=False)]
Reason = Annotated[str, msgspec.Meta(max_length=MAX_REASON)]


class SlotForm(Struct, frozen=True, kw_only=True):
    """When and where: the wall clock's time in a zone, without an offset."""

    start: WallTime
    zone: str = "Europe/Paris"
    duration_minutes: int
    place_label: str
    map_address: str | None = None

    def slot(self) -> Slot:
        """Read the form as the domain's value."""
        return Slot(
            start=self.start,
            zone=self.zone,
            duration_minutes=self.duration_minutes,
            place_label=self.place_label,
            map_address=self.map_address,
        )


class BookingForm(Struct, frozen=True, kw_only=True):
    """An appointment with a professional: for a visit, for a care by its discipline, or neither."""

    professional: ProfessionalId
    visit: str | None = None
    care: str | None = None
    slot: SlotForm


class CancellationForm(Struct, frozen=True, kw_only=True):
    """Why an appointment is called off: for the office, the family is never told."""

    reason: Reason = ""


class OutcomeForm(Struct, frozen=True, kw_only=True):
    """Whether the family came; null takes back what was said."""

    honoured: bool | None


class NoticeView(Struct, frozen=True, kw_only=True):
    """How far one notice got; what it says and where it went are not told here."""

    id: NoticeId
    rule: Rule
    contact: ContactId
    medium: Medium
    state: State
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None
    code: str | None


class AnswerView(Struct, frozen=True, kw_only=True):
    """Whether somebody of the family says they come, to the appointment as it stands."""

    contact: ContactId
    coming: bool
    at: datetime


class AppointmentView(Struct, frozen=True, kw_only=True):
    """An appointment and its notices."""

    id: AppointmentId
    child: ChildId
    professional: ProfessionalId
    visit: str | None
    care: str | None
    series: str | None
    slot: Slot
    status: Status
    sequence: int
    called_off: CalledOff | None
    notices: tuple[NoticeView, ...]
    answers: tuple[AnswerView, ...]


@operations.add(
    "POST",
    "/children/{child}/appointments",
    body=BookingForm,
    answer=AppointmentView,
    status=HTTPStatus.CREATED,
)
async def book_appointment(request: web.Request) -> web.Response:
    """Book a visit; the family is told as planned in the same write."""
    person, form = person_of(request), await read(request, BookingForm)

    booked = await request.app[APPOINTMENTS].book(
        person,
        ChildId(request.match_info["child"]),
        professional=form.professional,
        slot=form.slot.slot(),
        visit=form.visit,
        care=form.care,
    )

    place = f"/api/v1/appointments/{booked.id}"
    return answer(
        view_of(booked), status=HTTPStatus.CREATED, version=booked.sequence, location=place
    )


@operations.add("GET", "/children/{child}/appointments", answer=Listing[AppointmentView])
async def list_appointments(request: web.Request) -> web.Response:
    """Page through a child's appointments, and how far each notice got."""
    person, page = person_of(request), page_of(request)

    found = await request.app[APPOINTMENTS].of_child(
        person, ChildId(request.match_info["child"]), after=page.after, limit=page.limit
    )

    views = [view_of(each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


@operations.add("GET", "/notices/failed", answer=Listing[AppointmentView])
async def list_failed_notices(request: web.Request) -> web.Response:
    """Page through the appointments of which a notice failed or is in doubt."""
    person, page = person_of(request), page_of(request)

    found = await request.app[APPOINTMENTS].in_need(person, after=page.after, limit=page.limit)

    views = [view_of(each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


@operations.add("GET", "/appointments/{appointment}", answer=AppointmentView)
async def read_appointment(request: web.Request) -> web.Response:
    """Read an appointment and how far its notices got."""
    found = await request.app[APPOINTMENTS].appointment(person_of(request), _id(request))

    return _answer(found)


@operations.add("PUT", "/appointments/{appointment}/slot", body=SlotForm, answer=AppointmentView)
async def move_appointment(request: web.Request) -> web.Response:
    """Move an appointment; the family is told."""
    person, form = person_of(request), await read(request, SlotForm)

    moved = await request.app[APPOINTMENTS].move(person, _id(request), form.slot())

    return _answer(moved)


@operations.add(
    "POST",
    "/appointments/{appointment}/cancellation",
    body=CancellationForm,
    answer=AppointmentView,
)
async def cancel_appointment(request: web.Request) -> web.Response:
    """Call an appointment off; the family is told, but not why. The body may be left out."""
    person = person_of(request)
    form = await read(request, CancellationForm) if request.body_exists else CancellationForm()

    off = await request.app[APPOINTMENTS].cancel(person, _id(request), reason=form.reason)

    return _answer(off)


@operations.add(
    "PUT", "/appointments/{appointment}/outcome", body=OutcomeForm, answer=AppointmentView
)
async def close_appointment(request: web.Request) -> web.Response:
    """Say whether the family came."""
    person, form = person_of(request), await read(request, OutcomeForm)

    closed = await request.app[APPOINTMENTS].close(person, _id(request), honoured=form.honoured)

    return _answer(closed)


def _answer(appointment: Appointment) -> web.Response:
    return answer(view_of(appointment), version=appointment.sequence)


def view_of(appointment: Appointment) -> AppointmentView:
    """Show an appointment; of its notices only how far they got."""
    return AppointmentView(
        id=appointment.id,
        child=appointment.child,
        professional=appointment.professional,
        visit=appointment.visit,
        care=appointment.care,
        series=appointment.series,
        slot=appointment.slot,
        status=appointment.status,
        sequence=appointment.sequence,
        called_off=appointment.called_off,
        notices=tuple(map(_notice, appointment.notices)),
        answers=tuple(
            AnswerView(contact=each.contact, coming=each.coming, at=each.at)
            for each in standing_answers(appointment.answers, appointment.sequence)
        ),
    )


def _notice(notice: Notice) -> NoticeView:
    return NoticeView(
        id=notice.id,
        rule=notice.rule,
        contact=notice.contact,
        medium=notice.medium,
        state=notice.state,
        attempts=notice.attempts,
        next_at=_moment(notice.next_at),
        delivered_at=_moment(notice.delivered_at),
        code=notice.answer,
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)


def _id(request: web.Request) -> AppointmentId:
    return AppointmentId(request.match_info["appointment"])
