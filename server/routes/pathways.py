"""The pathway as data: visits, forms and rules, for clients that draw them."""

import hashlib
from http import HTTPStatus
from typing import Final

from aiohttp import web

from care_circle.definition.form import Form
from care_circle.definition.language import published
from care_circle.definition.pathway import Pathway
from server.operations import Operations
from server.services import DOCUMENTS, PATHWAY
from server.wire import answer, encode

_TAG_LETTERS: Final = 32

operations = Operations()


@operations.add("GET", "/pathway", answer=Pathway)
async def read_pathway(request: web.Request) -> web.Response:
    """Read the whole definition of the pathway; whoever has it already is told so (RFC 9110)."""
    body = encode(request.app[PATHWAY])
    tag = hashlib.sha256(body).hexdigest()[:_TAG_LETTERS]
    known = request.if_none_match or ()
    # It is of nobody, and the same for all: a browser keeps it and asks whether it still holds.
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if any(each.value in (tag, "*") for each in known):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=body, content_type="application/json", headers=headers)


@operations.add("GET", "/pathway/schema")
async def read_schema(request: web.Request) -> web.Response:  # noqa: ARG001 -- the same for all
    """Read the language of definitions as a JSON Schema (2020-12)."""
    return web.Response(body=encode(published()), content_type="application/schema+json")


@operations.add("GET", "/pathway/forms/{form}", answer=Form)
async def read_form(request: web.Request) -> web.Response:
    """Read the definition of one form: the newest, or the one `version` names."""
    version = request.query.get("version")
    return answer(request.app[DOCUMENTS].form(request.match_info["form"], version))
