"""Accounts: invite somebody, set a password and a second factor with the invitation."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from crypto.ids import ProfessionalId
from server.identity import actor_of
from server.operations import Operations
from server.routes.sessions import SessionView, agent_on, answer_opened
from server.security import network_of
from server.services import ACCOUNTS, SIGN_IN
from server.wire import Struct, answer, read

operations = Operations()


class InvitationView(Struct, frozen=True, kw_only=True):
    """An invitation to hand over; the token is shown this once."""

    professional: ProfessionalId
    token: str
    until: datetime


class EnrolmentForm(Struct, frozen=True, kw_only=True):
    """An invitation's token, and the password its holder chose."""

    token: str
    password: str


class EnrolmentView(Struct, frozen=True, kw_only=True):
    """The second factor's secret, base 32, and the address an authenticator program reads."""

    secret: str
    uri: str


class ConfirmationForm(Struct, frozen=True, kw_only=True):
    """An invitation's token, and a first code that proves the second factor works.

    A browser gets a cookie; a program asks for the token of its session with `bearer`.
    """

    token: str
    code: str
    bearer: bool = False


@operations.add(
    "POST",
    "/professionals/{professional}/invitation",
    answer=InvitationView,
    status=HTTPStatus.CREATED,
)
async def invite(request: web.Request) -> web.Response:
    """Invite a professional to an account."""
    actor = actor_of(request)

    invited = await request.app[ACCOUNTS].invite(
        actor.person, ProfessionalId(request.match_info["professional"])
    )

    view = InvitationView(
        professional=invited.professional, token=invited.token, until=invited.until
    )
    return answer(view, status=HTTPStatus.CREATED)


@operations.add(
    "POST",
    "/enrolments",
    body=EnrolmentForm,
    answer=EnrolmentView,
    status=HTTPStatus.CREATED,
    public=True,
)
async def enrol(request: web.Request) -> web.Response:
    """Set a password with an invitation, and receive the second factor."""
    form = await read(request, EnrolmentForm)

    enrolling = await request.app[ACCOUNTS].enrol(
        form.token, form.password, network=network_of(request)
    )

    view = EnrolmentView(secret=enrolling.secret, uri=enrolling.uri)
    return answer(view, status=HTTPStatus.CREATED)


@operations.add(
    "POST",
    "/enrolments/confirmation",
    body=ConfirmationForm,
    answer=SessionView,
    status=HTTPStatus.CREATED,
    public=True,
)
async def confirm_enrolment(request: web.Request) -> web.Response:
    """Prove that the second factor works, which uses up the invitation, and be signed in."""
    form = await read(request, ConfirmationForm)

    token, session = await request.app[SIGN_IN].confirm(
        form.token, form.code, agent=agent_on(request), network=network_of(request)
    )

    return answer_opened(request, token, session, bearer=form.bearer)
