"""The demonstration's own page: who signs in how, codes that change, what left for families.

It stands on a port of its own, on this machine only: no route of the product knows of it.
"""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from pyotp.totp import TOTP

from notifications.typography import french
from server.demonstration.living.ledger import Ledger, SignIn
from server.demonstration.processes import ROOT
from server.sink import MAILS_FILE, TEXTS_FILE

LOOPBACK = "127.0.0.1"
NAMES = ("localhost", LOOPBACK)
_HERE = Path(__file__).with_name("page_files")
FILES: Mapping[str, tuple[Path, str]] = {
    "/": (_HERE / "page.html", "text/html"),
    "/page.js": (_HERE / "page.js", "text/javascript"),
    "/page.css": (_HERE / "page.css", "text/css"),
    "/tokens.css": (ROOT / "web" / "client" / "ui" / "styles" / "tokens.css", "text/css"),
    "/icon.svg": (ROOT / "web" / "static" / "icon.svg", "image/svg+xml"),
}
STRICT: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PARTS = {"text/plain": "texte", "text/html": "page", "text/calendar": "agenda"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows: the people, the server, and the folder of the letter box."""

    ledger: Ledger = field(repr=False)
    server: str
    folder: Path
    clock: Callable[[], datetime]

    def people(self) -> dict[str, Any]:
        """Tell everybody's sign-in with the code of this moment, and for how long it is one."""
        now = self.clock()
        invitation = self.ledger.invitation
        return {
            "server": self.server,
            "left_ms": round((30 - now.timestamp() % 30) * 1000),
            "people": [_person(one, now) for one in self.ledger.sign_ins],
            "invitation": {
                "name": invitation.name,
                "says": invitation.says,
                "link": self.invitation,
                "until": invitation.until.isoformat(),
                "welcome": invitation.welcome,
            },
        }

    @property
    def invitation(self) -> str:
        """The link that lets the newcomer in; what follows the # never leaves the browser."""
        return f"{self.server}/invitation#{self.ledger.invitation.token}"

    def letters(self) -> list[dict[str, Any]]:
        """Read what has left so far, the newest first."""
        mails = map(_mail, _lines(self.folder / MAILS_FILE))
        texts = map(_text, _lines(self.folder / TEXTS_FILE))
        return sorted((*mails, *texts), key=lambda one: str(one["at"]), reverse=True)


@asynccontextmanager
async def page(shown: Shown, port: int) -> AsyncIterator[str]:
    """Show the page for the length of a block, and give its address."""
    app = web.Application(middlewares=[_only_here])
    for path, (file, media_type) in FILES.items():
        app.router.add_get(path, partial(_file, file, media_type))
    app.router.add_get("/people", partial(_told, shown.people))
    app.router.add_get("/letters", partial(_told, shown.letters))
    app.on_response_prepare.append(_be_strict)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer to this machine's names only: a foreign name that leads here is a trick."""
    if request.host.partition(":")[0] not in NAMES:
        raise web.HTTPMisdirectedRequest
    return await handler(request)


async def _be_strict(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(STRICT)
    response.headers.popall(hdrs.SERVER, None)


async def _file(path: Path, media_type: str, _request: web.Request) -> web.Response:
    body = await asyncio.to_thread(path.read_bytes)
    return web.Response(body=body, content_type=media_type, charset="utf-8")


async def _told(tell: Callable[[], object], _request: web.Request) -> web.Response:
    return web.json_response(await asyncio.to_thread(tell))


def code_of(one: SignIn, now: datetime) -> str:
    """Give somebody's one-time code of a moment."""
    return TOTP(one.secret).at(now)


def _person(one: SignIn, now: datetime) -> dict[str, str]:
    return {
        "name": one.name,
        "says": one.says,
        "why": french(one.why),
        "email": one.email,
        "password": one.password,
        "code": code_of(one, now),
        "recovery": one.recovery,
    }


def _mail(kept: Mapping[str, Any]) -> dict[str, Any]:
    mail = email.message_from_string(kept["raw"], policy=email.policy.default)
    plain = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    types = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    return {
        "medium": "email",
        "at": kept["at"],
        "to": ", ".join(kept["to"]),
        "subject": str(mail["subject"]),
        "text": plain.get_content().strip() if plain is not None else "",
        "parts": [_PARTS.get(one, one) for one in types],
    }


def _text(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "medium": "sms",
        "at": kept["at"],
        "to": kept["to"],
        "subject": "",
        "text": kept["text"],
        "parts": [],
    }


def _lines(file: Path) -> list[dict[str, Any]]:
    """Read whole lines; one that is being written is read the next time."""
    if not file.exists():
        return []
    whole = file.read_text("utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]
