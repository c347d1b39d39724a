"""Who is asking: the answer every handler and every socket event starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from aiohttp import web

from care_circle.actor import Actor as Person
from crypto.ids import DeviceId, ProfessionalId
from server.cookie import SessionCookie

SessionId = NewType("SessionId", str)
"""The SHA-256 of a session's token, in hexadecimal: what is stored, and useless to a thief."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person who acts, on one session and perhaps one device.

    `until` is when the session ends whatever happens, UTC: a socket closes then.
    """

    person: Person
    session: SessionId = field(repr=False)
    device: DeviceId | None = None
    until: datetime

    @property
    def professional(self) -> ProfessionalId:
        """Id of the person."""
        return self.person.professional


ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)


class NotSignedIn(Exception):
    """Nobody is signed in, or the session is over or revoked."""


class DeviceRemoved(NotSignedIn):
    """The session is over, and its device was removed: said to whoever bears its token alone."""


class NoDevice(Exception):
    """The session speaks for no device yet, and what was asked needs one."""


def actor_of(request: web.Request) -> Actor:
    """Tell who is asking, with session and device.

    Raises:
        NotSignedIn: There is no valid session on the request.
    """
    actor: Actor | None = request.get(ACTOR)
    if actor is None:
        raise NotSignedIn
    return actor


def person_of(request: web.Request) -> Person:
    """Tell who is asking, as the rules know them.

    Raises:
        NotSignedIn: There is no valid session on the request.
    """
    return actor_of(request).person


def device_of(actor: Actor) -> DeviceId:
    """Tell the device the session speaks for.

    Raises:
        NoDevice: The session is not bound to one.
    """
    if actor.device is None:
        raise NoDevice
    return actor.device


def presented_token(headers: Mapping[str, str], cookie: SessionCookie) -> str | None:
    """Find the session token a request carries: a bearer header, else the cookie.

    Sockets hand in the headers of their handshake, so both doors read tokens alike.
    A header wins, since only a program of ours can set one: a browser sends cookies unasked.
    """
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    return cookie.read(headers)


def presents_bearer(headers: Mapping[str, str]) -> bool:
    """Tell whether the token came in a header, which no foreign page can make a browser send."""
    return headers.get("Authorization", "").lower().startswith("bearer ")
