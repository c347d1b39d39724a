"""What families were told: listed, counted, sent again, seen to by a call."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web

from care_circle.access import NotFound
from care_circle.appointment import Appointment
from care_circle.services.notices import Line
from care_circle.telling.ledger import Counts, Narrowing, Record, moment_of
from crypto.ids import ChildId, ContactId, NoticeId, ProfessionalId
from notifications.hours import from_ms
from notifications.notice import Carrier, CarrierKind, Medium, Notice, Rule, State, failed
from notifications.remedy import Remedy, remedy_for
from notifications.settling import MAX_NOTE
from server.forms.channels import Id
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, page_of
from server.sending_house import SENDING
from server.wire import Malformed, Struct, answer, read

operations = Operations()

Note = Annotated[str, msgspec.Meta(max_length=MAX_NOTE)]

SHOWN_FOR = timedelta(days=7)
"""How far back the list goes for whoever names no day."""


class Wish(StrEnum):
    """What a list may be narrowed to beside the states: what somebody must see to."""

    IN_NEED = "in_need"


class SeenToView(Struct, frozen=True, kw_only=True):
    """Who told the family in another way, when, and what they noted."""

    by: ProfessionalId
    at: datetime
    note: str


class NoticeLineView(Struct, frozen=True, kw_only=True):
    """One notice: when, about what occasion, to whom, and how far it got.

    Never what it said, nor the address it went to. `at` is when it was first sent, or is or was
    to leave; `holder` counts those who hold authority, 0 for somebody else; `answer` is the
    last answer as a stable code; `receipts`: whoever has it says later whether it arrived, so
    that `delivered_at` may be told one day; `in_need`: somebody must see to it, and
    `remedy` says how.
    `rule` is the occasion, `code` the pathway's line for it.
    """

    id: NoticeId
    kind: CarrierKind
    carrier: Id
    child: ChildId | None
    given_name: str | None
    family_name: str | None
    rule: Rule
    code: str
    contact: ContactId
    recipient: str | None
    holder: int
    medium: Medium
    state: State
    at: datetime
    next_at: datetime | None
    expires_at: datetime
    attempts: int
    provider: str | None
    answer: str | None
    delivered_at: datetime | None
    receipts: bool
    again_of: NoticeId | None
    again: int
    is_backup: bool
    withdrawn: bool
    in_need: bool
    remedy: Remedy | None
    starts_at: datetime | None
    seen_to: SeenToView | None


class StateCount(Struct, frozen=True, kw_only=True):
    """How many notices are in a state."""

    state: State
    number: int


class CountsView(Struct, frozen=True, kw_only=True):
    """How many notices there are by state, from a day of the network on, and how many in need."""

    since: date
    states: tuple[StateCount, ...]
    in_need: int


class ResendForm(Struct, frozen=True, kw_only=True):
    """Whether it is known that the family may have it already."""

    even_if_received: bool = False


class SettledForm(Struct, frozen=True, kw_only=True):
    """What came of the call, for the office."""

    note: Note = ""


@operations.add("GET", "/notices", answer=Listing[NoticeLineView])
async def list_notices(request: web.Request) -> web.Response:
    """Page through what left, waits or failed: of all children, or with `child` all of one's.

    `state` is a state or `in_need`; `from` a day of the network's zone, a week ago where it is
    left out.
    """
    person, page, wanted = person_of(request), page_of(request), _narrowing(request)
    service, child = request.app[SENDING].notices, request.query.get("child")
    following: str | None = None

    if child is not None:
        told = await service.of_child(person, ChildId(child), wanted)
        beyond = [each.entry.notice.id for each in told]
        begin = beyond.index(NoticeId(page.after)) + 1 if page.after in beyond else 0
        found = told[begin : begin + page.limit]
        following = found[-1].entry.notice.id if begin + page.limit < len(told) else None
    else:
        found, following = await service.page(person, wanted, after=page.after, limit=page.limit)

    items = tuple(view_of(each, _receipting(request)) for each in found)
    return answer(Listing(items=items, next=following))


@operations.add("GET", "/notices/counts", answer=CountsView)
async def count_notices(request: web.Request) -> web.Response:
    """Count the notices of all children by state; `from` as in the list."""
    since = _since(request)

    found = await request.app[SENDING].notices.counts(person_of(request), since=since)

    return answer(_counts(found))


@operations.add(
    "POST", "/notices/{kind}/{carrier}/{notice}/resend", body=ResendForm, answer=NoticeLineView
)
async def resend_notice(request: web.Request) -> web.Response:
    """Tell the same again; what the family may have already only if the asker knows that."""
    person, form = person_of(request), await read(request, ResendForm)

    again = await request.app[SENDING].notices.resend(
        person, _carrier(request), _notice(request), even_if_received=form.even_if_received
    )

    return answer(view_of(again, _receipting(request)))


@operations.add(
    "POST", "/notices/{kind}/{carrier}/{notice}/settled", body=SettledForm, answer=NoticeLineView
)
async def settle_notice(request: web.Request) -> web.Response:
    """Say that somebody called the family: the alarm and its duty are over."""
    person, form = person_of(request), await read(request, SettledForm)

    settled = await request.app[SENDING].notices.settle(
        person, _carrier(request), _notice(request), note=form.note
    )

    return answer(view_of(settled, _receipting(request)))


def view_of(line: Line, receipting: frozenset[str]) -> NoticeLineView:
    """Show a notice as far as anybody may see one; `receipting` ways say later what arrived."""
    record, notice = line.entry.record, line.entry.notice
    in_need = notice in failed(record.notices)
    return NoticeLineView(
        id=notice.id,
        kind=notice.carrier.kind,
        carrier=record.id,
        child=record.child,
        given_name=line.given_name,
        family_name=line.family_name,
        rule=notice.rule,
        code=notice.code,
        contact=notice.contact,
        recipient=line.recipient,
        holder=line.holder,
        medium=notice.medium,
        state=notice.state,
        at=moment_of(notice),
        next_at=_moment(notice.next_at),
        expires_at=from_ms(notice.expires),
        attempts=notice.attempts,
        provider=notice.provider,
        answer=notice.answer,
        delivered_at=_moment(notice.delivered_at),
        receipts=notice.provider in receipting,
        again_of=notice.again_of,
        again=notice.again,
        is_backup=notice.is_backup,
        withdrawn=notice.withdrawn,
        in_need=in_need,
        remedy=remedy_for(notice) if in_need else None,
        starts_at=_startsfrom_ms(record, notice),
        seen_to=_seen_to(notice),
    )


def _startsfrom_ms(record: Record, notice: Notice) -> datetime | None:
    """Give the wall time of the appointment that a notice tells of."""
    return notice.start if isinstance(record, Appointment) else None


def _seen_to(notice: Notice) -> SeenToView | None:
    held = notice.seen_to
    if held is None:
        return None
    return SeenToView(by=ProfessionalId(held.by), at=from_ms(held.at), note=held.note)


def _receipting(request: web.Request) -> frozenset[str]:
    return request.app[SENDING].receipting.names


def _counts(found: Counts) -> CountsView:
    states = tuple(StateCount(state=each, number=found.states.get(each, 0)) for each in State)
    return CountsView(since=found.since, states=states, in_need=found.in_need)


def _narrowing(request: web.Request) -> Narrowing:
    asked = request.query.get("state")
    in_need = asked == Wish.IN_NEED
    one = request.query.get("child") is not None
    return Narrowing(
        since=_since(request, default=date.min if one else None),
        state=None if in_need else _one_of(State, "state", asked),
        in_need=in_need,
        medium=_one_of(Medium, "medium", request.query.get("medium")),
    )


def _since(request: web.Request, default: date | None = None) -> date:
    text = request.query.get("from")
    if text is None:
        return default or request.app[SENDING].notices.surroundings.today() - SHOWN_FOR
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed((("/from", "a day, as in 2026-11-22"),)) from None


Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(choices: type[Choice], name: str, asked: str | None) -> Choice | None:
    """Read one of a few words from the query.

    Raises:
        Malformed: It is none of them.
    """
    if asked is None:
        return None
    try:
        return choices(asked)
    except ValueError:
        raise Malformed(((f"/{name}", " | ".join(choices)),)) from None


def _carrier(request: web.Request) -> Carrier:
    """Read which record is meant; a kind that there is not is nothing that there is."""
    try:
        kind = CarrierKind(request.match_info["kind"])
    except ValueError:
        raise NotFound from None
    return Carrier(kind=kind, id=request.match_info["carrier"])


def _notice(request: web.Request) -> NoticeId:
    return NoticeId(request.match_info["notice"])


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)
