"""The page behind a family's link: no login, no script, no word of health."""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from care_circle.access import NotFound
from care_circle.appointment import Appointment
from care_circle.child import UnknownContact
from care_circle.telling.agreement import TooManySayings
from care_circle.telling.answer import Act, TooManyAnswers, half_days
from care_circle.telling.handing import Handing, WrongItem
from care_circle.telling.link_state import LinkShut, StaleForm
from server.family.calendar import calendar_file
from server.family.page import Page
from server.family_house import FAMILY, FamilyHouse
from server.limits import TooManyRequests
from server.operations import Operations
from server.problems import language_of
from server.security import network_of
from server.services import HOUSE
from server.wire import body_of

operations = Operations(prefix="")

_WEB = Path(__file__).resolve().parents[2] / "web"
_TEMPLATE = Environment(
    loader=FileSystemLoader(_WEB / "templates"), autoescape=True, undefined=StrictUndefined
).get_template("family.html")
_STYLE = (_WEB / "static" / "family.css").read_bytes()
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# With no-referrer a browser sends « Origin: null » with its own page's form, as a foreign
# page's would. This tells our own house alone.
_REFERRER = "same-origin"
_LIMIT = 4096
_MOST_FIELDS = 20
_GUESSED: web.RequestKey[bool] = web.RequestKey("guessed", bool)
"""Set on a request that was a wrong guess: its try is not given back."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _for_families(handler: Handler) -> Handler:
    """Answer what opens nothing with one plain page, whatever the reason, and count it.

    Whole towns and hospitals share an address: a link that opens is given back, and one that
    we gave out opens though others have guessed all tries of its address away. Nobody guesses
    one of 2^128; what is limited is the work that guesses make.
    """

    @wraps(handler)
    async def answered(request: web.Request) -> web.StreamResponse:
        tries, name = request.app[FAMILY].tries, network_of(request)
        now, spent = request.app[HOUSE].clock(), True
        try:
            tries.spend(name, now=now)
        except TooManyRequests as error:
            if not await request.app[FAMILY].pages.is_known(request.match_info["token"]):
                return _busy(request, error)
            spent = False
        try:
            response = await handler(request)
        except (NotFound, UnknownContact):
            return _bare(request, "closed", HTTPStatus.NOT_FOUND)
        if spent and not request.get(_GUESSED):
            tries.give_back(name, now=now)
        return response

    return answered


def _busy(request: web.Request, error: TooManyRequests) -> web.Response:
    slow = _bare(request, "busy", HTTPStatus.TOO_MANY_REQUESTS)
    slow.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    return slow


@operations.add("GET", "/r/{token}", public=True)
@_for_families
async def family_page(request: web.Request) -> web.StreamResponse:
    """Show what a family's link stands for, to whoever holds it; looking changes nothing."""
    return await _shown(request)


@operations.add("POST", "/r/{token}", public=True, takes_bytes=True, limit=_LIMIT)
@_for_families
async def say_by_link(request: web.Request) -> web.StreamResponse:
    """Do what the holder of a link says in its form, once."""
    form, token = await _form(request), request.match_info["token"]
    try:
        await request.app[FAMILY].pages.say(
            token, _act(form), form=_first(form, "form"), half_days=half_days(form.get("half", ()))
        )
    except StaleForm:
        return await _shown(request, "stale", HTTPStatus.CONFLICT)
    except (LinkShut, TooManySayings, TooManyAnswers):
        return await _shown(request, "too_often", HTTPStatus.CONFLICT)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: f"/r/{token}"})


@operations.add(
    "POST", "/r/{token}/document", public=True, takes_bytes=True, gives_bytes=True, limit=_LIMIT
)
@_for_families
async def open_by_link(request: web.Request) -> web.StreamResponse:
    """Give what was handed over as tagged PDF, to whoever knows the second item."""
    family, form, token = request.app[FAMILY], await _form(request), request.match_info["token"]
    try:
        opened = await family.pages.unlock(token, _item(form), form=_first(form, "form"))
    except StaleForm:
        return await _shown(request, "stale", HTTPStatus.CONFLICT)
    except LinkShut:
        request[_GUESSED] = True
        return await _shown(request, status=HTTPStatus.FORBIDDEN)
    except WrongItem:
        request[_GUESSED] = True
        return await _shown(request, status=HTTPStatus.FORBIDDEN, wrong=True)
    behind = await family.pages.open(token)
    pdf = await _paper(family, opened, language=behind.contact.language)
    attached = {"Content-Disposition": 'attachment; filename="message.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=attached)


@operations.add("GET", "/r/{token}/calendar", public=True, gives_bytes=True)
@_for_families
async def family_calendar(request: web.Request) -> web.StreamResponse:
    """Give one appointment as a calendar file."""
    family = request.app[FAMILY]
    behind = await family.pages.open(request.match_info["token"])
    if not isinstance(behind.carrier, Appointment) or not behind.is_ahead or not behind.is_theirs:
        raise NotFound
    spoken = family.maker.words.language(behind.contact.language)
    body = calendar_file(behind.carrier, family.organizer, summary=spoken.summary, now=behind.now)
    attached = {"Content-Disposition": 'attachment; filename="rdv.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=attached)


@operations.add("GET", "/r/{token}/stop", public=True)
@_for_families
async def stop_page(request: web.Request) -> web.StreamResponse:
    """Show the page to whoever follows a mail's way out; only a form or a mailbox acts."""
    return await _shown(request)


@operations.add("POST", "/r/{token}/stop", public=True, takes_bytes=True, limit=_LIMIT)
@_for_families
async def stop_by_mailbox(request: web.Request) -> web.StreamResponse:
    """Stop a medium by one click of a mailbox (RFC 8058)."""
    await request.app[FAMILY].pages.stop(request.match_info["token"])

    return web.Response(status=HTTPStatus.NO_CONTENT)


@operations.add("GET", "/family.css", public=True, gives_bytes=True)
async def family_style(_request: web.Request) -> web.Response:
    """Give the look of the families' pages."""
    kept = {hdrs.CACHE_CONTROL: "public, max-age=3600"}
    return web.Response(body=_STYLE, content_type="text/css", charset="utf-8", headers=kept)


async def closed_page(request: web.Request) -> web.StreamResponse:
    """Answer what has not even the shape of a link, as any link that opens nothing."""
    return _bare(request, "closed", HTTPStatus.NOT_FOUND)


async def _paper(family: FamilyHouse, opened: Handing, *, language: str) -> bytes:
    """Print what was handed over; of a relay file it is recorded that it left the house.

    Raises:
        NotFound: It was struck since.
    """
    if opened.document is not None:
        found = await family.handing.document_of(opened)
        return await family.papers.handed(found, language=language)
    dossier = await family.handing.relay_of(opened)
    pdf = await family.papers.relay(dossier, language=language)
    await family.handing.was_read(dossier, pdf)
    return pdf


async def _shown(
    request: web.Request,
    notice: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    wrong: bool = False,
) -> web.Response:
    family, token = request.app[FAMILY], request.match_info["token"]
    behind = await family.pages.open(token)
    return _drawn(family.maker.page(behind, token, notice=notice, wrong=wrong), status)


def _bare(request: web.Request, name: str, status: HTTPStatus) -> web.Response:
    return _drawn(request.app[FAMILY].maker.bare(language_of(request), name), status)


def _drawn(page: Page, status: HTTPStatus) -> web.Response:
    headers = {
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": _REFERRER,
        "X-Robots-Tag": "noindex, nofollow",
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_LANGUAGE: page.language,
    }
    text = _TEMPLATE.render(page=page)
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


async def _form(request: web.Request) -> dict[str, list[str]]:
    """Read a form's fields; none where it is no form."""
    body = await body_of(request, _LIMIT)
    try:
        return parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}


def _item(form: dict[str, list[str]]) -> str:
    """Read the second item as digits: a code, or a date with its year first."""
    day, month, year = (_first(form, name).strip() for name in ("day", "month", "year"))
    given = _first(form, "code").strip() or f"{year:0>4}{month:0>2}{day:0>2}"
    return "".join(given.split())


def _act(form: dict[str, list[str]]) -> Act:
    """Read what is said.

    Raises:
        StaleForm: It is nothing that can be.
    """
    try:
        return Act(_first(form, "act"))
    except ValueError:
        raise StaleForm from None


def _first(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]
