"""Recurring sessions, and what a booking begins with: look, book, move or call off the rest."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web

from care_circle.agenda.series import MOST_SESSIONS, LeftOut, Rhythm
from care_circle.agenda.territory import Holidays
from care_circle.ages import Window
from care_circle.appointment import Appointment, Purpose
from care_circle.services.offers import Offer
from care_circle.services.series import Foreseen, Sessions
from crypto.ids import AppointmentId, ChildId, ProfessionalId
from server.agenda_house import AGENDA
from server.identity import person_of
from server.operations import Operations
from server.problem_table import PROBLEMS
from server.routes.appointments import AppointmentView, Reason, SlotForm, view_of
from server.wire import Malformed, Struct, answer, read

operations = Operations()

_MOST_LEFT = 200
Days = Annotated[tuple[date, ...], msgspec.Meta(max_length=_MOST_LEFT)]
Some = Annotated[tuple[AppointmentId, ...], msgspec.Meta(max_length=MOST_SESSIONS)]


class RhythmForm(Struct, frozen=True, kw_only=True):
    """How a series goes on: every one or two weeks, until a day or so many times.

    `holidays`: whether days that are public holidays where the network works are left out.
    """

    every_weeks: int
    until: date | None = None
    times: int | None = None
    holidays: bool = True
    but: Days = ()


class SeriesForm(Struct, frozen=True, kw_only=True):
    """A series to book: its first slot, and how it goes on."""

    professional: ProfessionalId
    visit: str | None = None
    care: str | None = None
    slot: SlotForm
    rhythm: RhythmForm

    def sessions(self, where: Holidays) -> Sessions:
        """Read the form as the domain's value."""
        rhythm = self.rhythm
        return Sessions(
            professional=self.professional,
            slot=self.slot.slot(),
            purpose=Purpose(visit=self.visit, care=self.care),
            rhythm=Rhythm(
                every_weeks=rhythm.every_weeks,
                until=rhythm.until,
                times=rhythm.times,
                holidays=where if rhythm.holidays else None,
                but=frozenset(rhythm.but),
            ),
        )


class FollowingForm(Struct, frozen=True, kw_only=True):
    """Where a session moves, and which of those that follow stay as they are."""

    slot: SlotForm
    leave: Some = ()


class FollowingCancellationForm(Struct, frozen=True, kw_only=True):
    """Why a session and those that follow are called off, and which of them stay."""

    reason: Reason = ""
    leave: Some = ()


class ForeseenView(Struct, frozen=True, kw_only=True):
    """One session as it would be; `refused` is the code it would be refused with."""

    start: datetime
    left_out: LeftOut | None
    refused: str | None
    free: tuple[datetime, ...]
    appointment: AppointmentId | None


class ForeseenSeriesView(Struct, frozen=True, kw_only=True):
    """The sessions of a series as they would be, in order of time."""

    sessions: tuple[ForeseenView, ...]


class SeriesView(Struct, frozen=True, kw_only=True):
    """The sessions that were booked, moved or called off together."""

    series: str | None
    appointments: tuple[AppointmentView, ...]


class OfferView(Struct, frozen=True, kw_only=True):
    """A booking filled in; `free` are wall times on the clocks of `zone`."""

    professional: ProfessionalId | None
    may_hold: tuple[ProfessionalId, ...]
    zone: str
    place_label: str | None
    duration_minutes: int
    window: Window | None
    free: tuple[datetime, ...]


@operations.add("GET", "/children/{child}/offer", answer=OfferView)
async def read_offer(request: web.Request) -> web.Response:
    """Fill a booking in: `?visit=`, `?professional=` and `?near=` (a day) narrow it."""
    person, asked = person_of(request), request.query
    who = asked.get("professional")

    offer = await request.app[AGENDA].offers.offer(
        person,
        _child(request),
        professional=ProfessionalId(who) if who else None,
        visit=asked.get("visit") or None,
        near=_day(asked.get("near")),
    )

    return answer(_offer(offer))


@operations.add(
    "POST", "/children/{child}/series/preview", body=SeriesForm, answer=ForeseenSeriesView
)
async def foresee_series(request: web.Request) -> web.Response:
    """Say which sessions a series would have; nothing is booked."""
    person, form = person_of(request), await read(request, SeriesForm)
    series = request.app[AGENDA].series

    foreseen = await series.foresee(person, _child(request), form.sessions(series.holidays))

    return answer(_foreseen(foreseen))


@operations.add(
    "POST",
    "/children/{child}/series",
    body=SeriesForm,
    answer=SeriesView,
    status=HTTPStatus.CREATED,
)
async def book_series(request: web.Request) -> web.Response:
    """Book a series whole or not at all; the family is told once of the whole."""
    person, form = person_of(request), await read(request, SeriesForm)
    series = request.app[AGENDA].series

    booked = await series.book(person, _child(request), form.sessions(series.holidays))

    return answer(_series(booked), status=HTTPStatus.CREATED)


@operations.add(
    "POST",
    "/appointments/{appointment}/following/preview",
    body=FollowingForm,
    answer=ForeseenSeriesView,
)
async def foresee_following(request: web.Request) -> web.Response:
    """Say where a session and those that follow would move; nothing is moved."""
    person, form = person_of(request), await read(request, FollowingForm)

    foreseen = await request.app[AGENDA].series.foresee_move(
        person, _appointment(request), form.slot.slot(), leave=form.leave
    )

    return answer(_foreseen(foreseen))


@operations.add(
    "PUT", "/appointments/{appointment}/following/slot", body=FollowingForm, answer=SeriesView
)
async def move_following(request: web.Request) -> web.Response:
    """Move a session and those that follow; the family is told once."""
    person, form = person_of(request), await read(request, FollowingForm)

    moved = await request.app[AGENDA].series.move(
        person, _appointment(request), form.slot.slot(), leave=form.leave
    )

    return answer(_series(moved))


@operations.add(
    "POST",
    "/appointments/{appointment}/following/cancellation",
    body=FollowingCancellationForm,
    answer=SeriesView,
)
async def cancel_following(request: web.Request) -> web.Response:
    """Call a session and those that follow off; the family is told once, but not why."""
    person, form = person_of(request), await read(request, FollowingCancellationForm)

    gone = await request.app[AGENDA].series.cancel(
        person, _appointment(request), reason=form.reason, leave=form.leave
    )

    return answer(_series(gone))


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])


def _appointment(request: web.Request) -> AppointmentId:
    return AppointmentId(request.match_info["appointment"])


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed((("/near", "a day, as in 2026-12-31"),)) from None


def _offer(offer: Offer) -> OfferView:
    return OfferView(
        professional=offer.professional,
        may_hold=offer.may_hold,
        zone=offer.zone,
        place_label=offer.place_label,
        duration_minutes=offer.duration_minutes,
        window=offer.window,
        free=offer.free,
    )


def _foreseen(sessions: tuple[Foreseen, ...]) -> ForeseenSeriesView:
    return ForeseenSeriesView(
        sessions=tuple(
            ForeseenView(
                start=each.start,
                left_out=each.left_out,
                refused=None if each.refused is None else PROBLEMS[each.refused].code,
                free=each.free,
                appointment=each.appointment,
            )
            for each in sessions
        )
    )


def _series(sessions: tuple[Appointment, ...]) -> SeriesView:
    return SeriesView(
        series=sessions[0].series if sessions else None,
        appointments=tuple(map(view_of, sessions)),
    )
