"""Children: the register, the family and its consent, inclusion, the calendar of visits."""

from http import HTTPStatus

from aiohttp import web

from care_circle.child import Child
from care_circle.consent import Consent
from care_circle.follow_up.header import ChildHeader
from care_circle.services.children import DueVisit, Eligibility
from care_circle.telling.proof import Deed
from crypto.ids import ChildId, ContactId
from notifications.notice import Medium
from server.forms.children import (
    ChangesForm,
    ChildForm,
    ConsentView,
    ContactForm,
    MediumForm,
    WordForm,
)
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import CHILDREN, GLANCE
from server.spoken import language_name
from server.wire import Struct, answer, read

operations = Operations()


class Calendar(Struct, frozen=True, kw_only=True):
    """A child's visits with their days, as far as they are known."""

    visits: tuple[DueVisit, ...]


class Language(Struct, frozen=True, kw_only=True):
    """A language, and what it calls itself."""

    code: str
    name: str


class Languages(Struct, frozen=True, kw_only=True):
    """The languages of the templates that are loaded."""

    languages: tuple[Language, ...]


@operations.add("POST", "/children", body=ChildForm, answer=Child, status=HTTPStatus.CREATED)
async def register_child(request: web.Request) -> web.Response:
    """Register a child, unless one that looks the same is there."""
    person, form = person_of(request), await read(request, ChildForm)

    child = await request.app[CHILDREN].register(
        person, form.new(), although_alike=form.although_alike
    )

    return answer(child, status=HTTPStatus.CREATED, location=f"/api/v1/children/{child.id}")


@operations.add("GET", "/children", answer=Listing[Child])
async def list_children(request: web.Request) -> web.Response:
    """Page through the register."""
    person, page = person_of(request), page_of(request)

    found = await request.app[CHILDREN].page(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/children/{child}", answer=Child)
async def read_child(request: web.Request) -> web.Response:
    """Read a child's record."""
    return answer(await request.app[CHILDREN].child(person_of(request), _child(request)))


@operations.add("GET", "/children/{child}/header", answer=ChildHeader)
async def read_header(request: web.Request) -> web.Response:
    """Read a child in a few lines: who, how old, how far, what comes next."""
    return answer(await request.app[GLANCE].header(person_of(request), _child(request)))


@operations.add("PATCH", "/children/{child}", body=ChangesForm, answer=Child)
async def describe_child(request: web.Request) -> web.Response:
    """Correct or complete what is known of a child."""
    person, form = person_of(request), await read(request, ChangesForm)

    child = await request.app[CHILDREN].describe(person, _child(request), form.changes())

    return answer(child)


@operations.add("PUT", "/children/{child}/contacts/{contact}", body=ContactForm, answer=Child)
async def put_contact(request: web.Request) -> web.Response:
    """Add somebody to the family, or replace who has that id."""
    person, form = person_of(request), await read(request, ContactForm)

    contact = form.contact(ContactId(request.match_info["contact"]))
    child = await request.app[CHILDREN].put_contact(person, _child(request), contact)

    return answer(child)


@operations.add(
    "POST", "/children/{child}/contacts/{contact}/media/{medium}", body=MediumForm, answer=Child
)
async def note_medium(request: web.Request) -> web.Response:
    """Note what somebody of the family told the office of a medium; it is kept as proof."""
    person, form = person_of(request), await read(request, MediumForm)

    contact, medium = ContactId(request.match_info["contact"]), _medium(request)
    child = await request.app[CHILDREN].note_medium(
        person, _child(request), contact, medium, Deed(form.deed)
    )

    return answer(child)


@operations.add("GET", "/languages", answer=Languages)
async def list_languages(request: web.Request) -> web.Response:
    """Give the languages that families can be written to in, as they call themselves."""
    person_of(request)
    spoken = request.app[CHILDREN].languages

    return answer(Languages(languages=tuple(map(_language, spoken))))


@operations.add("POST", "/children/{child}/consent", body=WordForm, answer=Consent)
async def record_word(request: web.Request) -> web.Response:
    """Write down what a holder of parental authority said."""
    person, form = person_of(request), await read(request, WordForm)

    consent = await request.app[CHILDREN].record_word(
        person,
        _child(request),
        contact=form.contact,
        word=form.word,
        on=form.on,
        language=form.language,
        document=form.document,
    )

    return answer(consent)


@operations.add("GET", "/children/{child}/consent", answer=ConsentView)
async def read_consent(request: web.Request) -> web.Response:
    """Read what was said, and where the family stands."""
    said, standing = await request.app[CHILDREN].consent(person_of(request), _child(request))

    return answer(ConsentView(consent=said, standing=standing))


@operations.add("GET", "/children/{child}/eligibility", answer=Eligibility)
async def assess_child(request: web.Request) -> web.Response:
    """Ask the pathway's rules about a child, without deciding anything."""
    return answer(await request.app[CHILDREN].eligibility(person_of(request), _child(request)))


@operations.add("POST", "/children/{child}/inclusion", answer=Child)
async def include_child(request: web.Request) -> web.Response:
    """Take a child into the pathway."""
    return answer(await request.app[CHILDREN].include(person_of(request), _child(request)))


@operations.add("GET", "/children/{child}/calendar", answer=Calendar)
async def read_calendar(request: web.Request) -> web.Response:
    """Give a child's visits with their days."""
    visits = await request.app[CHILDREN].calendar(person_of(request), _child(request))

    return answer(Calendar(visits=visits))


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])


def _medium(request: web.Request) -> Medium:
    """Read which medium a path names.

    Raises:
        HTTPNotFound: It names none.
    """
    try:
        return Medium(request.match_info["medium"])
    except ValueError:
        raise web.HTTPNotFound from None


def _language(code: str) -> Language:
    return Language(code=code, name=language_name(code))
