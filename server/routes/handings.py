"""Documents and relay files handed to families, who open them by a second item."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from care_circle.contact import Relation
from care_circle.services.handing import Handed, Outlook
from care_circle.telling.handing import Handing, SecondItem
from crypto.ids import ChildId, DocumentId, ErrandId, ProfessionalId
from notifications.notice import Medium
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
    document: DocumentId | None
    until: datetime
    item: SecondItem
    code: str | None


class RecipientView(Struct, frozen=True, kw_only=True):
    """Somebody of the family who would be told, and by which media."""

    given_name: str
    family_name: str
    relation: Relation
    media: tuple[Medium, ...]


class HandingStateView(Struct, frozen=True, kw_only=True):
    """What became of something handed over."""

    id: ErrandId
    by: ProfessionalId
    at: datetime
    until: datetime
    item: SecondItem
    opened_at: datetime | None
    withdrawn_at: datetime | None


class OutlookView(Struct, frozen=True, kw_only=True):
    """What handing over would do; `days` is null where it does not go to the family."""

    recipients: tuple[RecipientView, ...]
    item: SecondItem
    days: int | None
    handings: tuple[HandingStateView, ...]


@operations.add("GET", "/documents/{document}/handing", answer=OutlookView)
async def look_at_handing(request: web.Request) -> web.Response:
    """Say who would be told if a document were handed over, and what was handed before."""
    return answer(_seen(await request.app[HANDINGS].look(person_of(request), _document(request))))


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

    handed = await request.app[HANDINGS].hand(person, _document(request), with_code=form.with_code)

    return answer(_told(handed), status=HTTPStatus.CREATED)


@operations.add("DELETE", "/documents/{document}/handing", answer=OutlookView)
async def withdraw_document(request: web.Request) -> web.Response:
    """Take back a document that waits for the family: its links open nothing any more."""
    taken = await request.app[HANDINGS].withdraw(person_of(request), _document(request))

    return answer(_seen(taken))


@operations.add("GET", "/children/{child}/relay/handing", answer=OutlookView)
async def look_at_relay_handing(request: web.Request) -> web.Response:
    """Say who would be told if the relay file were handed over, and what was handed before."""
    found = await request.app[HANDINGS].look_at_relay(person_of(request), _child(request))

    return answer(_seen(found))


@operations.add(
    "POST",
    "/children/{child}/relay/handing",
    body=HandingForm,
    answer=HandingView,
    status=HTTPStatus.CREATED,
)
async def hand_relay(request: web.Request) -> web.Response:
    """Hand the relay file to the family, who are told that a message waits."""
    person, form = person_of(request), await read(request, HandingForm)

    handed = await request.app[HANDINGS].hand_relay(
        person, _child(request), with_code=form.with_code
    )

    return answer(_told(handed), status=HTTPStatus.CREATED)


@operations.add("DELETE", "/children/{child}/relay/handing", answer=OutlookView)
async def withdraw_relay(request: web.Request) -> web.Response:
    """Take back a relay file that waits for the family."""
    taken = await request.app[HANDINGS].withdraw_relay(person_of(request), _child(request))

    return answer(_seen(taken))


def _told(handed: Handed) -> HandingView:
    return HandingView(
        id=handed.handing.id,
        document=handed.handing.document,
        until=handed.handing.until,
        item=handed.handing.item,
        code=handed.code,
    )


def _seen(outlook: Outlook) -> OutlookView:
    contacts = {contact.id: contact for contact in outlook.child.contacts}
    told = ((contacts[each.contact], each.media) for each in outlook.recipients)
    return OutlookView(
        recipients=tuple(
            RecipientView(
                given_name=contact.given_name,
                family_name=contact.family_name,
                relation=contact.relation,
                media=media,
            )
            for contact, media in told
        ),
        item=outlook.item,
        days=outlook.days,
        handings=tuple(map(_state, outlook.handings)),
    )


def _state(handing: Handing) -> HandingStateView:
    return HandingStateView(
        id=handing.id,
        by=handing.by,
        at=handing.at,
        until=handing.until,
        item=handing.item,
        opened_at=handing.opened_at,
        withdrawn_at=handing.withdrawn_at,
    )


def _document(request: web.Request) -> DocumentId:
    return DocumentId(request.match_info["document"])


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])
