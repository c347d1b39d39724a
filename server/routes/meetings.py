"""Meetings about a child: called, moved, called off, their minutes written, signed, corrected."""

from http import HTTPStatus

from aiohttp import web

from care_circle.services.meetings import ShownMeeting
from crypto.ids import ChildId, MeetingId
from server.forms.meetings import (
    CallingForm,
    CorrectedMinutesForm,
    MeetingReasonForm,
    MeetingView,
    MinutesForm,
    bare_view,
    meeting_view,
)
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing
from server.pathway_house import PATHWAY_CARE
from server.wire import answer, base_version, read

operations = Operations()


@operations.add(
    "POST",
    "/children/{child}/meetings",
    body=CallingForm,
    answer=MeetingView,
    status=HTTPStatus.CREATED,
)
async def call_meeting(request: web.Request) -> web.Response:
    """Call a meeting about a child."""
    person, form = person_of(request), await read(request, CallingForm)

    called = await request.app[PATHWAY_CARE].meetings.call(
        person, ChildId(request.match_info["child"]), form.calling()
    )

    return _answer(called, status=HTTPStatus.CREATED)


@operations.add("GET", "/children/{child}/meetings", answer=Listing[MeetingView])
async def list_meetings(request: web.Request) -> web.Response:
    """Give the meetings about a child, the latest first."""
    found = await request.app[PATHWAY_CARE].meetings.of_child(
        person_of(request), ChildId(request.match_info["child"])
    )

    return answer(Listing(items=tuple(map(meeting_view, found))))


@operations.add("GET", "/meetings/mine", answer=Listing[MeetingView])
async def list_my_meetings(request: web.Request) -> web.Response:
    """Give the meetings one is called to, the next one first."""
    found = await request.app[PATHWAY_CARE].meetings.mine(person_of(request))

    return answer(Listing(items=tuple(map(bare_view, found))))


@operations.add("GET", "/meetings/{meeting}", answer=MeetingView)
async def read_meeting(request: web.Request) -> web.Response:
    """Read a meeting with its minutes, and which decisions have a task."""
    return _answer(
        await request.app[PATHWAY_CARE].meetings.meeting(person_of(request), _id(request))
    )


@operations.add("PUT", "/meetings/{meeting}/calling", body=CallingForm, answer=MeetingView)
async def move_meeting(request: web.Request) -> web.Response:
    """Call a meeting to another time or place, or with others."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, CallingForm)

    moved = await request.app[PATHWAY_CARE].meetings.move(
        person, _id(request), form.calling(), edition=edition
    )

    return _answer(moved)


@operations.add(
    "POST", "/meetings/{meeting}/cancellation", body=MeetingReasonForm, answer=MeetingView
)
async def cancel_meeting(request: web.Request) -> web.Response:
    """Call a meeting off."""
    person, form = person_of(request), await read(request, MeetingReasonForm)

    off = await request.app[PATHWAY_CARE].meetings.cancel(person, _id(request), reason=form.reason)

    return _answer(off)


@operations.add("PUT", "/meetings/{meeting}/minutes", body=MinutesForm, answer=MeetingView)
async def write_minutes(request: web.Request) -> web.Response:
    """Write the minutes of a meeting, or their draft anew."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, MinutesForm)

    written = await request.app[PATHWAY_CARE].meetings.report(
        person, _id(request), form.report(), edition=edition
    )

    return _answer(written)


@operations.add("POST", "/meetings/{meeting}/signature", answer=MeetingView)
async def sign_minutes(request: web.Request) -> web.Response:
    """Sign the minutes of a meeting."""
    person, edition = person_of(request), base_version(request)

    signed = await request.app[PATHWAY_CARE].meetings.sign(person, _id(request), edition=edition)

    return _answer(signed)


@operations.add(
    "POST", "/meetings/{meeting}/corrections", body=CorrectedMinutesForm, answer=MeetingView
)
async def correct_minutes(request: web.Request) -> web.Response:
    """Add a further signed version of the minutes; nothing is overwritten."""
    person, edition = person_of(request), base_version(request)
    form = await read(request, CorrectedMinutesForm)

    corrected = await request.app[PATHWAY_CARE].meetings.correct(
        person, _id(request), form.minutes.report(), edition=edition, reason=form.reason
    )

    return _answer(corrected)


def _answer(shown: ShownMeeting, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    meeting = shown.meeting
    place = f"/api/v1/meetings/{meeting.id}" if status is HTTPStatus.CREATED else None
    return answer(meeting_view(shown), status=status, version=meeting.edition, location=place)


def _id(request: web.Request) -> MeetingId:
    return MeetingId(request.match_info["meeting"])
