"""Coordination: all children, everybody's convention and identity key, what is late."""

from datetime import date

from aiohttp import web

from care_circle.convention import Footing
from care_circle.follow_up.header import ChildHeader
from care_circle.role import Profession, Role
from care_circle.services.coordination import Lateness
from crypto.ids import ProfessionalId, StructureId
from server.accounts.standing import Standing
from server.colleagues import KnownColleague
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import COLLEAGUES, COORDINATION
from server.wire import Struct, answer

operations = Operations()


class ColleagueView(Struct, frozen=True, kw_only=True):
    """A colleague as the office looks at them.

    `identity_key` certified their devices and is the one to compare; `attested_key` is the
    one a coordinator attested, who is `attested_by`; `attested` says that they are one, or that
    no device is there.
    """

    id: ProfessionalId
    given_name: str
    family_name: str
    role: Role
    profession: Profession | None
    structure: StructureId | None
    convention: Footing | None
    active_to: date | None
    trained: bool
    account: Standing
    devices: int
    identity_key: bytes | None
    attested_key: bytes | None
    attested_by: ProfessionalId | None
    attested: bool


@operations.add("GET", "/coordination/children", answer=Listing[ChildHeader])
async def list_headers(request: web.Request) -> web.Response:
    """Page through all children, each in a few lines."""
    person, page = person_of(request), page_of(request)

    found = await request.app[COORDINATION].children(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/coordination/professionals", answer=Listing[ColleagueView])
async def list_colleagues(request: web.Request) -> web.Response:
    """Page through the directory with conventions, accounts, devices and identity keys."""
    person, page = person_of(request), page_of(request)

    found = await request.app[COLLEAGUES].page(person, after=page.after, limit=page.limit)

    return answer_page(request, [_view(each) for each in found], page, cursor=lambda each: each.id)


@operations.add("GET", "/coordination/professionals/{professional}", answer=ColleagueView)
async def read_colleague(request: web.Request) -> web.Response:
    """Read one of the directory as the office looks at them."""
    person = person_of(request)

    found = await request.app[COLLEAGUES].one(
        person, ProfessionalId(request.match_info["professional"])
    )

    return answer(_view(found))


@operations.add("GET", "/coordination/late", answer=Listing[Lateness])
async def list_late(request: web.Request) -> web.Response:
    """Look at a page of children, and tell of those for whom something is late."""
    person, page = person_of(request), page_of(request)

    late, following = await request.app[COORDINATION].late(
        person, after=page.after, limit=page.limit
    )

    return answer(Listing(items=late, next=following))


@operations.add("GET", "/coordination/desk", answer=Listing[Lateness])
async def list_desk(request: web.Request) -> web.Response:
    """Page through all children, each in a few lines and with what of them is late."""
    person, page = person_of(request), page_of(request)

    found = await request.app[COORDINATION].desk(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.child.id)


def _view(known: KnownColleague) -> ColleagueView:
    colleague, person = known.colleague, known.colleague.person
    word = person.attestation
    return ColleagueView(
        id=person.id,
        given_name=person.given_name,
        family_name=person.family_name,
        role=person.role,
        profession=person.profession,
        structure=person.structure,
        convention=colleague.convention,
        active_to=colleague.active_to,
        trained=colleague.trained,
        account=known.account,
        devices=known.devices,
        identity_key=known.shown_key,
        attested_key=None if word is None else word.identity_key,
        attested_by=None if word is None else word.coordinator,
        attested=known.attested,
    )
