"""Sessions: sign in, see where one is signed in, sign out."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from care_circle.role import Role
from crypto.ids import DeviceId, ProfessionalId
from server.accounts.agents import Agent, Browser, System, agent_of
from server.accounts.sessions import Session
from server.cookie import SESSION_COOKIE
from server.identity import SessionId, actor_of
from server.operations import Operations
from server.security import network_of
from server.services import SESSIONS, SIGN_IN
from server.wire import Struct, answer, nothing, read

operations = Operations()


class SignInForm(Struct, frozen=True, kw_only=True):
    """Both factors. A browser gets a cookie; a program asks for the token with `bearer`."""

    email: str
    password: str
    code: str
    device: DeviceId | None = None
    bearer: bool = False


class SessionView(Struct, frozen=True, kw_only=True):
    """A session as its owner sees it; `token` is there once, at sign-in, if it was asked for."""

    id: SessionId
    professional: ProfessionalId
    role: Role
    device: DeviceId | None
    device_name: str | None = None
    browser: Browser
    system: System
    opened_at: datetime
    seen_at: datetime
    until: datetime
    current: bool
    token: str | None = None


class SessionList(Struct, frozen=True, kw_only=True):
    """Where one is signed in, newest first."""

    sessions: tuple[SessionView, ...]


@operations.add(
    "POST",
    "/sessions",
    body=SignInForm,
    answer=SessionView,
    status=HTTPStatus.CREATED,
    public=True,
)
async def sign_in(request: web.Request) -> web.Response:
    """Sign in with password and one-time code."""
    form = await read(request, SignInForm)

    token, session = await request.app[SIGN_IN].sign_in(
        form.email,
        form.password,
        form.code,
        device=form.device,
        agent=agent_on(request),
        network=network_of(request),
    )

    return answer_opened(request, token, session, bearer=form.bearer)


@operations.add("GET", "/session", answer=SessionView)
async def current_session(request: web.Request) -> web.Response:
    """Tell who is signed in on this session."""
    actor = actor_of(request)

    session = await request.app[SESSIONS].current(actor)

    return answer(_view(session, current=actor.session))


@operations.add("DELETE", "/session", status=HTTPStatus.NO_CONTENT)
async def sign_out(request: web.Request) -> web.Response:
    """Sign out of this session."""
    actor = actor_of(request)

    await request.app[SESSIONS].revoke(actor.professional, actor.session)

    response = nothing()
    request.app[SESSION_COOKIE].remove(response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@operations.add("GET", "/sessions", answer=SessionList)
async def list_sessions(request: web.Request) -> web.Response:
    """List where one is signed in."""
    actor = actor_of(request)

    places = await request.app[SIGN_IN].places(actor.professional)

    views = (_view(one.session, current=actor.session, name=one.name) for one in places)
    return answer(SessionList(sessions=tuple(views)))


@operations.add("DELETE", "/sessions/{session}", status=HTTPStatus.NO_CONTENT)
async def revoke_session(request: web.Request) -> web.Response:
    """End one of one's own sessions."""
    actor = actor_of(request)

    session = SessionId(request.match_info["session"])
    await request.app[SESSIONS].revoke(actor.professional, session)

    return nothing()


def answer_opened(
    request: web.Request, token: str, session: Session, *, bearer: bool
) -> web.Response:
    """Answer with a session just opened: a program is told its token, a browser gets the cookie."""
    view = _view(session, current=session.id, token=token if bearer else None)
    response = answer(view, status=HTTPStatus.CREATED, location=f"/api/v1/sessions/{session.id}")
    if not bearer:
        request.app[SESSION_COOKIE].put(response, token)
    return response


def agent_on(request: web.Request) -> Agent:
    """Tell what somebody signs in with, by family only."""
    return agent_of(request.headers.get("User-Agent", ""))


def _view(
    session: Session, *, current: SessionId, token: str | None = None, name: str | None = None
) -> SessionView:
    return SessionView(
        id=session.id,
        professional=session.professional,
        role=session.role,
        device=session.device,
        device_name=name or None,
        browser=session.agent.browser,
        system=session.agent.system,
        opened_at=session.opened_at,
        seen_at=session.seen_at,
        until=session.until,
        current=session.id == current,
        token=token,
    )
