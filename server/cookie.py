"""The cookie in which a browser keeps its session."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Self

from aiohttp import web

from server.config import Config

STRICT_NAME = "__Host-ronde"
"""The `__Host-` prefix makes browsers refuse it without Secure, with a Domain or another Path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCookie:
    """Its name, and whether it is for TLS only.

    It is strict everywhere but on plain http of this very machine: there not every browser
    takes a Secure cookie, and nothing leaves the machine. The local name has the port in it,
    because browsers tell servers on one host apart by port, but not their cookies.
    """

    name: str
    secure: bool

    @classmethod
    def of(cls, config: Config) -> Self:
        """Choose the cookie of a server by the address under which browsers see it."""
        if config.is_local:
            return cls(name=f"ronde-{config.public_port}", secure=False)
        return cls(name=STRICT_NAME, secure=True)

    def read(self, headers: Mapping[str, str]) -> str | None:
        """Find the token in a request's headers."""
        try:
            crumbs = SimpleCookie(headers.get("Cookie", ""))
        except CookieError:
            return None
        return crumbs[self.name].value if self.name in crumbs else None

    def put(self, response: web.Response, token: str) -> None:
        """Give a token to a browser; no page can read it, no foreign page makes it travel."""
        response.set_cookie(
            self.name, token, secure=self.secure, httponly=True, samesite="Strict", path="/"
        )

    def remove(self, response: web.Response) -> None:
        """Take the token back."""
        response.del_cookie(
            self.name, secure=self.secure, httponly=True, samesite="Strict", path="/"
        )


SESSION_COOKIE: web.AppKey[SessionCookie] = web.AppKey("session_cookie", SessionCookie)
