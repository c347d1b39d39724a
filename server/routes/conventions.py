"""Conventions: the checklist, the signature, the days in force, the training."""

from datetime import date
from http import HTTPStatus

from aiohttp import web

from care_circle.convention import Convention, TrainingModule
from crypto.ids import ConventionId, ProfessionalId
from server.identity import person_of
from server.operations import Operations
from server.services import PEOPLE
from server.wire import Struct, answer, read

operations = Operations()


class PieceForm(Struct, frozen=True, kw_only=True):
    """A document of the checklist came back, today unless a day is given."""

    code: str
    on: date | None = None


class SignatureForm(Struct, frozen=True, kw_only=True):
    """The day of signature and the days in force, both ends included."""

    signed_on: date
    active_from: date
    active_to: date | None = None


class EndForm(Struct, frozen=True, kw_only=True):
    """The last day in force."""

    last_day: date


class TrainingForm(Struct, frozen=True, kw_only=True):
    """A module of the training was followed."""

    module: TrainingModule
    on: date


class ConventionList(Struct, frozen=True, kw_only=True):
    """All conventions of one professional."""

    conventions: tuple[Convention, ...]


@operations.add(
    "POST",
    "/professionals/{professional}/conventions",
    answer=Convention,
    status=HTTPStatus.CREATED,
)
async def propose_convention(request: web.Request) -> web.Response:
    """Begin a convention with the pathway's checklist."""
    person = person_of(request)

    convention = await request.app[PEOPLE].propose_convention(
        person, ProfessionalId(request.match_info["professional"])
    )

    place = f"/api/v1/conventions/{convention.id}"
    return answer(convention, status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/professionals/{professional}/conventions", answer=ConventionList)
async def list_conventions(request: web.Request) -> web.Response:
    """Read a professional's conventions."""
    person = person_of(request)

    found = await request.app[PEOPLE].conventions(
        person, ProfessionalId(request.match_info["professional"])
    )

    return answer(ConventionList(conventions=found))


@operations.add("POST", "/conventions/{convention}/pieces", body=PieceForm, answer=Convention)
async def receive_piece(request: web.Request) -> web.Response:
    """Tick a document of the checklist."""
    person, form = person_of(request), await read(request, PieceForm)

    convention = await request.app[PEOPLE].receive_piece(
        person, _convention(request), form.code, on=form.on
    )

    return answer(convention)


@operations.add("PUT", "/conventions/{convention}/signature", body=SignatureForm, answer=Convention)
async def sign_convention(request: web.Request) -> web.Response:
    """Note the signature and the days in force."""
    person, form = person_of(request), await read(request, SignatureForm)

    convention = await request.app[PEOPLE].sign_convention(
        person,
        _convention(request),
        signed_on=form.signed_on,
        active_from=form.active_from,
        active_to=form.active_to,
    )

    return answer(convention)


@operations.add("PUT", "/conventions/{convention}/end", body=EndForm, answer=Convention)
async def end_convention(request: web.Request) -> web.Response:
    """Say the last day in force."""
    person, form = person_of(request), await read(request, EndForm)

    convention = await request.app[PEOPLE].end_convention(
        person, _convention(request), last_day=form.last_day
    )

    return answer(convention)


@operations.add("POST", "/conventions/{convention}/trainings", body=TrainingForm, answer=Convention)
async def attest_training(request: web.Request) -> web.Response:
    """Attest that a module of the training was followed."""
    person, form = person_of(request), await read(request, TrainingForm)

    convention = await request.app[PEOPLE].attest_training(
        person, _convention(request), form.module, on=form.on
    )

    return answer(convention)


def _convention(request: web.Request) -> ConventionId:
    return ConventionId(request.match_info["convention"])
