"""Departures: what one would leave behind, letting a child go, the relay, taking it back."""

from datetime import date
from http import HTTPStatus

from aiohttp import web

from crypto.ids import ChildId, DepartureId
from server.forms.meetings import (
    DeparturesView,
    DepartureView,
    FarewellForm,
    RelayForm,
    TakingBackForm,
    departure_view,
)
from server.identity import person_of
from server.operations import Operations
from server.pathway_house import PATHWAY_CARE
from server.wire import Malformed, answer, read

operations = Operations()


@operations.add("GET", "/children/{child}/departures", answer=DeparturesView)
async def list_departures(request: web.Request) -> web.Response:
    """Give a child's departures, and what one on the day `on` would leave behind."""
    person, child = person_of(request), ChildId(request.match_info["child"])
    service, on = request.app[PATHWAY_CARE].departures, _day(request)

    found = await service.of_child(person, child)
    behind = await service.loose_ends(person, child, on=on)

    items = tuple(map(departure_view, found))
    return answer(DeparturesView(items=items, loose_ends=behind))


@operations.add(
    "POST",
    "/children/{child}/departures",
    body=FarewellForm,
    answer=DepartureView,
    status=HTTPStatus.CREATED,
)
async def let_child_go(request: web.Request) -> web.Response:
    """Let a child leave the pathway."""
    person, form = person_of(request), await read(request, FarewellForm)

    made = await request.app[PATHWAY_CARE].departures.depart(
        person, ChildId(request.match_info["child"]), form.farewell(), form.tidying()
    )

    return answer(departure_view(made), status=HTTPStatus.CREATED)


@operations.add("POST", "/departures/{departure}/relay", body=RelayForm, answer=DepartureView)
async def hear_of_relay(request: web.Request) -> web.Response:
    """Write down what the structure that is to take over was asked or answered."""
    person, form = person_of(request), await read(request, RelayForm)

    heard = await request.app[PATHWAY_CARE].departures.hear(
        person, _id(request), form.state, on=form.on, contact=form.contact
    )

    return answer(departure_view(heard))


@operations.add(
    "POST", "/departures/{departure}/undoing", body=TakingBackForm, answer=DepartureView
)
async def take_departure_back(request: web.Request) -> web.Response:
    """Take a departure back: the child is in the pathway again."""
    person, form = person_of(request), await read(request, TakingBackForm)

    back = await request.app[PATHWAY_CARE].departures.take_back(
        person, _id(request), reason=form.reason
    )

    return answer(departure_view(back))


def _day(request: web.Request) -> date | None:
    said = request.query.get("on")
    try:
        return None if said is None else date.fromisoformat(said)
    except ValueError:
        raise Malformed((("/on", "a day as 2026-11-22"),)) from None


def _id(request: web.Request) -> DepartureId:
    return DepartureId(request.match_info["departure"])
