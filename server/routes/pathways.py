"""The pathway as data: visits, forms and rules, for clients that draw them."""

from aiohttp import web

from care_circle.form import Form
from care_circle.pathway import Pathway
from server.operations import Operations
from server.services import DOCUMENTS, PATHWAY
from server.wire import answer

operations = Operations()


@operations.add("GET", "/pathway", answer=Pathway)
async def read_pathway(request: web.Request) -> web.Response:
    """Read the whole definition of the pathway."""
    return answer(request.app[PATHWAY])


@operations.add("GET", "/pathway/forms/{form}", answer=Form)
async def read_form(request: web.Request) -> web.Response:
    """Read the definition of one form."""
    return answer(request.app[DOCUMENTS].form(request.match_info["form"]))
