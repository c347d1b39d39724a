"""The pathway as data: visits, forms and rules, for clients that draw them."""

from aiohttp import web

from care_circle.definition.form import Form
from care_circle.definition.language import published
from care_circle.definition.pathway import Pathway
from server.operations import Operations
from server.services import DOCUMENTS, PATHWAY
from server.wire import answer, encode

operations = Operations()


@operations.add("GET", "/pathway", answer=Pathway)
async def read_pathway(request: web.Request) -> web.Response:
    """Read the whole definition of the pathway."""
    return answer(request.app[PATHWAY])


@operations.add("GET", "/pathway/schema")
async def read_schema(request: web.Request) -> web.Response:  # noqa: ARG001 -- the same for all
    """Read the language of definitions as a JSON Schema (2020-12)."""
    return web.Response(body=encode(published()), content_type="application/schema+json")


@operations.add("GET", "/pathway/forms/{form}", answer=Form)
async def read_form(request: web.Request) -> web.Response:
    """Read the definition of one form: the newest, or the one `version` names."""
    version = request.query.get("version")
    return answer(request.app[DOCUMENTS].form(request.match_info["form"], version))
