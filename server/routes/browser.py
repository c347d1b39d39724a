"""What a browser loads: one page for every address, its scripts and styles, its worker.

The page holds nothing personal: what it shows, it asks for and opens itself.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.client_files import FOLDER, ClientFile, ClientFiles, ClientNotBuilt, load, packed
from server.cookie import SESSION_COOKIE
from server.operations import API, concrete
from server.wire import answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What was built, and the page that loads it: for a stranger, and for who is signed in."""

    files: ClientFiles = field(repr=False)
    page: ClientFile = field(repr=False)
    page_of_session: ClientFile = field(repr=False)


CLIENT: web.AppKey[Release | None] = web.AppKey("client_files")

_WEB = Path(__file__).resolve().parents[2] / "web"
_TEMPLATE = Environment(
    loader=FileSystemLoader(_WEB / "templates"), autoescape=True, undefined=StrictUndefined
).get_template("app.html")
_ICON = (_WEB / "static" / "icon.svg").read_bytes()

PAGES = (
    "/",
    "/sign-in",
    "/invitation",
    "/agenda",
    "/circles",
    "/circles/{circle}",
    "/circles/{circle}/{tab}",
    "/circles/{circle}/meetings/{meeting}",
    "/children/{child}/departure",
    "/tasks",
    "/statements",
    "/documents/{document}",
    "/coordination",
    "/coordination/{part}",
    "/coordination/{part}/{id}",
    "/account",
    "/account/{part}",
)
"""Every address at which the one page stands; the client draws what belongs there."""

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types ronde"
)
_WORKER_POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'"
_PERMISSIONS = "camera=(), geolocation=(), microphone=()"
_IDLE = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
)
"""What a browser heeds on a page alone, or on the worker: beside a script it only weighs."""

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


async def page(request: web.Request) -> web.Response:
    """Give the page that draws everything a professional sees."""
    built = _built(request)
    # Whoever shows a session's token will need what a session needs; whether it is a good one
    # is asked later.
    signed_in = request.app[SESSION_COOKIE].read(request.headers) is not None
    headers = {
        "Content-Security-Policy": _PAGE_POLICY,
        "Permissions-Policy": _PERMISSIONS,
        hdrs.CACHE_CONTROL: _ASK_AGAIN,
    }
    response = _file(request, built.page_of_session if signed_in else built.page, headers)
    response.charset = "utf-8"
    return response


@web.middleware
async def guide_the_lost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a person whose address leads nowhere the page, which says so and knows the way home.

    Programs ask for no page: they, and whoever asks the interface, get the problem.
    """
    if request.match_info.http_exception is None or not _reads_pages(request):
        return await handler(request)
    try:
        return await handler(request)
    except web.HTTPNotFound:
        response = await page(request)
        response.set_status(HTTPStatus.NOT_FOUND)
        return response


async def asset(request: web.Request) -> web.Response:
    """Give a script, a style or a catalogue; its name changes with its content."""
    found = _built(request).files.files.get("assets/" + request.match_info["file"])
    if found is None:
        raise web.HTTPNotFound
    return _file(request, found, {hdrs.CACHE_CONTROL: _FOR_EVER})


async def worker(request: web.Request) -> web.Response:
    """Give the service worker, which opens the page without a network."""
    found = _built(request).files.files["sw.js"]
    headers = {"Content-Security-Policy": _WORKER_POLICY, hdrs.CACHE_CONTROL: _ASK_AGAIN}
    return _file(request, found, headers)


async def icon(_request: web.Request) -> web.Response:
    """Give the sign that stands on a home screen."""
    return web.Response(body=_ICON, content_type="image/svg+xml")


async def web_manifest(_request: web.Request) -> web.Response:
    """Tell a browser how to install Ronde."""
    told = {
        "id": "/",
        "name": "Ronde",
        "short_name": "Ronde",
        "lang": "fr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#2f5d62",
        "icons": [
            {"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
            for purpose in ("any", "maskable")
        ],
    }
    return web.json_response(told, content_type="application/manifest+json")


async def release(request: web.Request) -> web.Response:
    """Publish the digests of this release, so that others may compare what they were given."""
    built = _built(request).files
    return answer({"release": built.release, "sha256": dict(built.digests)})


FILES: tuple[tuple[str, Handler], ...] = (
    ("/assets/{file:[0-9A-Za-z_-]+[.][a-z0-9]+}", asset),
    ("/sw.js", worker),
    ("/icon.svg", icon),
    ("/app.webmanifest", web_manifest),
    ("/.well-known/ronde-build.json", release),
)
OPEN: frozenset[Handler] = frozenset((page, *(handler for _, handler in FILES)))
"""Whoever asks for these need not have signed in: they say nothing about anybody."""


def add_pages(app: web.Application, *, folder: Path = FOLDER) -> None:
    """Route the page's addresses and the files of the release; none is an operation.

    It must come after what makes all answers strict: it takes something off again.
    """
    app.on_response_prepare.append(_take_off_idle_headers)
    app.middlewares.append(guide_the_lost)
    app[CLIENT] = _release(load(folder))
    for path in PAGES:
        app.router.add_get(concrete(path), page)
    for path, handler in FILES:
        app.router.add_get(path, handler)


def _release(built: ClientFiles | None) -> Release | None:
    """Draw the page once for each of its two kinds, so that nobody waits for it."""
    if built is None:
        return None

    def page_with(preload: tuple[str, ...]) -> ClientFile:
        text = _TEMPLATE.render(script=built.script, style=built.style, preload=preload)
        return packed(text, "text/html")

    return Release(
        files=built,
        page=page_with(built.preload),
        page_of_session=page_with(built.preload + built.session),
    )


async def _take_off_idle_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Send a file that is named by its content without what only pages and workers heed."""
    if request.match_info.handler is asset and response.status == HTTPStatus.OK:
        for name in _IDLE:
            response.headers.popall(name, None)


def _reads_pages(request: web.Request) -> bool:
    wishes = request.headers.get(hdrs.ACCEPT, "")
    return "text/html" in wishes and not request.path.startswith(API)


def _file(request: web.Request, found: ClientFile, headers: dict[str, str]) -> web.Response:
    body, encoding = found.accepted(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    headers |= {hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if encoding is not None:
        headers[hdrs.CONTENT_ENCODING] = encoding
    return web.Response(body=body, content_type=found.media_type, headers=headers)


def _built(request: web.Request) -> Release:
    """Return the release we serve.

    Raises:
        ClientNotBuilt: There is none.
    """
    built = request.app[CLIENT]
    if built is None:
        raise ClientNotBuilt
    return built
