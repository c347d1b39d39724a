"""The gate in front of every route: what is refused before anybody asks what it wants."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from server.config import LOOPBACK, Config
from server.identity import presents_bearer
from server.limits import neighbourhood
from server.wire import LARGE, TooLarge

HEADER_SECONDS = 15
"""How long the head of a request may take, and how long an idle connection is kept."""

_WRITES = frozenset({hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_PATCH, hdrs.METH_DELETE})
_SAME_SITE = frozenset({"same-origin", "none"})
STRICT: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HSTS = "max-age=63072000; includeSubDomains"


class CompressedBody(Exception):
    """A request's body is compressed: half a megabyte could unpack to freeze everybody."""


class WrongOrigin(Exception):
    """A write, or a socket's handshake, comes from a page that is not ours."""


CONFIG: web.AppKey[Config] = web.AppKey("config", Config)
LIMITS: web.AppKey[Mapping[Handler, int]] = web.AppKey("limits")
"""What the few routes that take more than `LARGE` bytes take."""


def network_of(request: web.Request) -> str:
    """Name the network a request comes from, for rate limits.

    Behind the one proxy we trust every request comes from the proxy; what it appended to
    X-Forwarded-For, the last address, is then the truth. From anybody else it is a claim.
    """
    address = request.remote
    if address is not None and address == request.app[CONFIG].proxy:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return neighbourhood(address)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse compressed and oversized bodies and foreign origins before any handler runs.

    Raises:
        CompressedBody: There is a Content-Encoding.
        TooLarge: The announced length is above what the route ever takes.
        WrongOrigin: A browser says that another site's page asked.
    """
    if hdrs.CONTENT_ENCODING in request.headers:
        raise CompressedBody
    if (request.content_length or 0) > request.app[LIMITS].get(request.match_info.handler, LARGE):
        raise TooLarge
    if request.method in _WRITES or request.headers.get(hdrs.UPGRADE):
        require_own_origin(request.headers, _home_of(request))
    return await handler(request)


def _home_of(request: web.Request) -> str:
    """Give the origin of the pages that may write here: families' may be under a short name."""
    config = request.app[CONFIG]
    under_short = request.path.startswith("/r/") and request.host == urlsplit(config.links).netloc
    return config.links if under_short else config.public_url


def require_own_origin(headers: Mapping[str, str], public_url: str) -> None:
    """Insist that no foreign page is behind a request.

    Every browser of the last years sends Origin with writes and with WebSocket handshakes.
    A request without it must prove by a bearer header that it is a program of ours: a
    browser sends cookies unasked, headers never.

    Raises:
        WrongOrigin: Origin or Sec-Fetch-Site name another site, or neither is there and
            the request leans on a cookie.
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get(hdrs.ORIGIN)
    if site is not None and site not in _SAME_SITE:
        raise WrongOrigin
    if origin is not None and not _same(origin, public_url):
        raise WrongOrigin
    if site is None and origin is None and hdrs.COOKIE in headers and not presents_bearer(headers):
        raise WrongOrigin


async def add_strict_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add what keeps browsers strict; a route that says otherwise is left as it is."""
    for name, value in STRICT.items():
        response.headers.setdefault(name, value)
    if request.app[CONFIG].is_https:
        response.headers[hdrs.STRICT_TRANSPORT_SECURITY] = _HSTS
    response.headers.popall(hdrs.SERVER, None)


def _same(origin: str, public_url: str) -> bool:
    """Tell whether two origins are one; this very machine is one under all of its names."""
    asked, ours = urlsplit(origin), urlsplit(public_url)
    if (asked.scheme, asked.netloc.lower()) == (ours.scheme, ours.netloc):
        return True
    local = asked.hostname in LOOPBACK and ours.hostname in LOOPBACK
    return local and asked.scheme == ours.scheme == "http" and _port(asked) == ours.port


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None
