"""Professionals: the people of the network, and the identity keys attested for them."""

from http import HTTPStatus

from aiohttp import web

from care_circle.professional import Professional
from care_circle.role import Profession, Role
from care_circle.services.people import NewProfessional
from crypto.ids import ProfessionalId, StructureId
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.services import PEOPLE
from server.wire import Struct, answer, read

operations = Operations()


class ProfessionalForm(Struct, frozen=True, kw_only=True):
    """Somebody who joins the network."""

    family_name: str
    given_name: str
    role: Role
    email: str
    profession: Profession | None = None
    structure: StructureId | None = None
    rpps: str | None = None
    phone: str | None = None

    def new(self) -> NewProfessional:
        """Read the form as the domain's value."""
        return NewProfessional(
            family_name=self.family_name,
            given_name=self.given_name,
            role=self.role,
            email=self.email,
            profession=self.profession,
            structure=self.structure,
            rpps=self.rpps,
            phone=self.phone,
        )


class AttestationForm(Struct, frozen=True, kw_only=True):
    """A coordinator's signed word on an identity key; `replaces` names the key given up."""

    statement: bytes
    replaces: bytes | None = None


@operations.add(
    "POST",
    "/professionals",
    body=ProfessionalForm,
    answer=Professional,
    status=HTTPStatus.CREATED,
)
async def register_professional(request: web.Request) -> web.Response:
    """Register a professional, coordinator or secretary."""
    person, form = person_of(request), await read(request, ProfessionalForm)

    professional = await request.app[PEOPLE].register(person, form.new())

    place = f"/api/v1/professionals/{professional.id}"
    return answer(professional, status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/professionals", answer=Listing[Professional])
async def list_professionals(request: web.Request) -> web.Response:
    """Page through the directory."""
    person, page = person_of(request), page_of(request)

    found = await request.app[PEOPLE].directory(person, after=page.after, limit=page.limit)

    return answer_page(request, found, page, cursor=lambda each: each.id)


@operations.add("GET", "/professionals/{professional}", answer=Professional)
async def read_professional(request: web.Request) -> web.Response:
    """Read a colleague's record, attested identity key included."""
    person = person_of(request)

    found = await request.app[PEOPLE].professional(
        person, ProfessionalId(request.match_info["professional"])
    )

    return answer(found)


@operations.add(
    "PUT",
    "/professionals/{professional}/attestation",
    body=AttestationForm,
    answer=Professional,
)
async def attest_identity(request: web.Request) -> web.Response:
    """Attest that an identity key is a professional's, seen face to face."""
    person, form = person_of(request), await read(request, AttestationForm)

    attested = await request.app[PEOPLE].attest_identity(
        person,
        ProfessionalId(request.match_info["professional"]),
        form.statement,
        replaces=form.replaces,
    )

    return answer(attested)
