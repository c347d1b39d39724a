"""Documents handed to families, who are told that something waits and open it by a second item."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from care_circle.telling.handing import SecondItem
from crypto.ids import DocumentId, ErrandId
from server.family_house import HANDINGS
from server.identity import person_of
from server.operations import Operations
from server.wire import Struct, answer, read

operations = Operations()


class HandingForm(Struct, frozen=True, kw_only=True):
    """Whether a code is asked for although the birth date would do."""

    with_code: bool = False


class HandingView(Struct, frozen=True, kw_only=True):
    """What was handed over; `code` is shown this once, to be told by word of mouth."""

    id: ErrandId
    document: DocumentId
    until: datetime
    item: SecondItem
    code: str | None


@operations.add(
    "POST",
    "/documents/{document}/handing",
    body=HandingForm,
    answer=HandingView,
    status=HTTPStatus.CREATED,
)
async def hand_document(request: web.Request) -> web.Response:
    """Hand a signed document to the family, who are told that a message waits."""
    person, form = person_of(request), await read(request, HandingForm)

    handed = await request.app[HANDINGS].hand(
        person, DocumentId(request.match_info["document"]), with_code=form.with_code
    )

    view = HandingView(
        id=handed.handing.id,
        document=handed.handing.document,
        until=handed.handing.until,
        item=handed.handing.item,
        code=handed.code,
    )
    return answer(view, status=HTTPStatus.CREATED)
