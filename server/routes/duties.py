"""The office's duties: list them, end and reopen them, write down attempts of contact."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from care_circle.follow_up.duty import (
    Attempt,
    ContactMedium,
    ContactOutcome,
    Duty,
    DutyState,
    Ending,
    Reason,
)
from care_circle.telling.answer import Wish
from crypto.ids import ChildId, DutyId, ProfessionalId
from server.bulk import BulkLine, line_by_line
from server.forms.channels import ClientId, Id
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, page_of
from server.pathway_house import PATHWAY_CARE
from server.wire import Struct, answer, read

operations = Operations()


class EndingForm(Struct, frozen=True, kw_only=True):
    """How a duty ended, and perhaps why."""

    state: Literal["done", "dismissed"]
    note: str = ""


class EndingsForm(Struct, frozen=True, kw_only=True):
    """How several duties ended, and perhaps why."""

    state: Literal["done", "dismissed"]
    duties: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=200)]
    note: str = ""


class EndingsView(Struct, frozen=True, kw_only=True):
    """What became of each."""

    lines: tuple[BulkLine, ...]


class ReopeningsForm(Struct, frozen=True, kw_only=True):
    """Which duties have not ended after all."""

    duties: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=200)]


class AttemptForm(Struct, frozen=True, kw_only=True):
    """An attempt to reach the family, under an id the client made (F18)."""

    id: ClientId
    on: date
    medium: ContactMedium
    outcome: ContactOutcome
    note: str = ""

    def attempt(self, by: ProfessionalId) -> Attempt:
        """Say it as an attempt of somebody."""
        return Attempt(
            id=self.id,
            on=self.on,
            medium=self.medium,
            outcome=self.outcome,
            by=by,
            note=self.note,
        )


class DutyView(Struct, frozen=True, kw_only=True):
    """A duty. `subject` is a visit's code or an id; `since` when its reason began.

    `wish`: whom of the family to call, and on which half-days.
    """

    id: DutyId
    child: ChildId
    reason: Reason
    subject: str
    state: DutyState
    coordinators: tuple[ProfessionalId, ...]
    raised_at: datetime
    since: date | None
    attempts: tuple[Attempt, ...]
    ending: Ending | None
    wish: Wish | None


@operations.add("GET", "/coordination/duties", answer=Listing[DutyView])
async def list_duties(request: web.Request) -> web.Response:
    """Page through the open duties, those of one's own circles first."""
    person, page = person_of(request), page_of(request)

    found, following = await request.app[PATHWAY_CARE].duties.open_page(
        person, after=page.after, limit=page.limit
    )

    return answer(Listing(items=tuple(map(view_of, found)), next=following))


@operations.add("POST", "/coordination/duties/endings", body=EndingsForm, answer=EndingsView)
async def end_duties(request: web.Request) -> web.Response:
    """Say of several duties that they are done, or none; asked again, nothing changes."""
    person, form = person_of(request), await read(request, EndingsForm)
    care, state = request.app[PATHWAY_CARE], DutyState(form.state)
    await care.board.require(person)

    lines = await line_by_line(
        form.duties, lambda duty: care.duties.end(person, DutyId(duty), state, note=form.note)
    )

    return answer(EndingsView(lines=lines))


@operations.add("POST", "/coordination/duties/reopenings", body=ReopeningsForm, answer=EndingsView)
async def reopen_duties(request: web.Request) -> web.Response:
    """Take back within a day that several duties have ended; asked again, nothing changes."""
    person, form = person_of(request), await read(request, ReopeningsForm)
    care = request.app[PATHWAY_CARE]
    await care.board.require(person)

    lines = await line_by_line(form.duties, lambda duty: care.duties.reopen(person, DutyId(duty)))

    return answer(EndingsView(lines=lines))


@operations.add("GET", "/children/{child}/duties", answer=Listing[DutyView])
async def list_duties_of_child(request: web.Request) -> web.Response:
    """Give all of a child's duties, the newest first."""
    found = await request.app[PATHWAY_CARE].duties.of_child(
        person_of(request), ChildId(request.match_info["child"])
    )

    return answer(Listing(items=tuple(map(view_of, found))))


@operations.add("PUT", "/duties/{duty}/ending", body=EndingForm, answer=DutyView)
async def end_duty(request: web.Request) -> web.Response:
    """Say that a duty is done, or that it is none."""
    person, form = person_of(request), await read(request, EndingForm)

    duty = await request.app[PATHWAY_CARE].duties.end(
        person, _id(request), DutyState(form.state), note=form.note
    )

    return answer(view_of(duty))


@operations.add("DELETE", "/duties/{duty}/ending", answer=DutyView)
async def reopen_duty(request: web.Request) -> web.Response:
    """Take back within a day that a duty has ended."""
    duty = await request.app[PATHWAY_CARE].duties.reopen(person_of(request), _id(request))

    return answer(view_of(duty))


@operations.add(
    "POST",
    "/duties/{duty}/attempts",
    body=AttemptForm,
    answer=DutyView,
    status=HTTPStatus.CREATED,
)
async def note_attempt(request: web.Request) -> web.Response:
    """Write down an attempt to reach the family."""
    person, form = person_of(request), await read(request, AttemptForm)

    duty = await request.app[PATHWAY_CARE].duties.note_attempt(
        person, _id(request), form.attempt(person.professional)
    )

    return answer(view_of(duty), status=HTTPStatus.CREATED)


def view_of(duty: Duty) -> DutyView:
    """Show a duty."""
    return DutyView(
        id=duty.id,
        child=duty.child,
        reason=duty.reason,
        subject=duty.subject,
        state=duty.state,
        coordinators=duty.coordinators,
        raised_at=duty.raised_at,
        since=duty.since,
        attempts=duty.attempts,
        ending=duty.ending,
        wish=duty.wish,
    )


def _id(request: web.Request) -> DutyId:
    return DutyId(request.match_info["duty"])
