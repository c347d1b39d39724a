"""Early care: prescriptions, forfaits, the sessions claimed on them."""

from http import HTTPStatus

from aiohttp import web

from care_circle.early_care.forfait import Forfait
from care_circle.early_care.prescription import Prescription
from crypto.ids import CareSessionId, ChildId, ForfaitId, PrescriptionId
from server.forms.early_care import (
    CorrectionForm,
    ForfaitView,
    HolderForm,
    PrescriptionForm,
    PrescriptionView,
    SessionForm,
    WhyForm,
    forfait_view,
    prescription_view,
)
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing, answer_page, page_of
from server.pathway_house import PATHWAY_CARE
from server.wire import answer, read

operations = Operations()


@operations.add(
    "POST",
    "/children/{child}/prescriptions",
    body=PrescriptionForm,
    answer=PrescriptionView,
    status=HTTPStatus.CREATED,
)
async def prescribe_care(request: web.Request) -> web.Response:
    """Write and sign a prescription of early care."""
    person, form = person_of(request), await read(request, PrescriptionForm)

    written = await request.app[PATHWAY_CARE].early_care.prescribe(
        person, _child(request), form.wish()
    )

    return answer(_prescription(request, written), status=HTTPStatus.CREATED)


@operations.add("GET", "/children/{child}/prescriptions", answer=Listing[PrescriptionView])
async def list_prescriptions(request: web.Request) -> web.Response:
    """Give a child's prescriptions of early care, the oldest first."""
    found = await request.app[PATHWAY_CARE].early_care.prescriptions_of(
        person_of(request), _child(request)
    )

    return answer(Listing(items=tuple(_prescription(request, each) for each in found)))


@operations.add("GET", "/prescriptions/waiting", answer=Listing[PrescriptionView])
async def list_waiting_prescriptions(request: web.Request) -> web.Response:
    """Page through the prescriptions on which nobody has opened a forfait."""
    person, page = person_of(request), page_of(request)

    found = await request.app[PATHWAY_CARE].early_care.waiting(
        person, after=page.after, limit=page.limit
    )

    views = [_prescription(request, each) for each in found]
    return answer_page(request, views, page, cursor=lambda each: each.id)


@operations.add(
    "POST",
    "/prescriptions/{prescription}/cancellation",
    body=WhyForm,
    answer=PrescriptionView,
)
async def cancel_prescription(request: web.Request) -> web.Response:
    """Call a prescription off, as long as no forfait is opened on it."""
    person, form = person_of(request), await read(request, WhyForm)

    off = await request.app[PATHWAY_CARE].early_care.cancel(
        person, PrescriptionId(request.match_info["prescription"]), reason=form.reason
    )

    return answer(_prescription(request, off))


@operations.add(
    "POST",
    "/prescriptions/{prescription}/forfait",
    body=HolderForm,
    answer=ForfaitView,
    status=HTTPStatus.CREATED,
)
async def open_forfait(request: web.Request) -> web.Response:
    """Open the one forfait of a prescription, as a renewal where one is finished."""
    person, form = person_of(request), await read(request, HolderForm)

    opened = await request.app[PATHWAY_CARE].early_care.open_forfait(
        person,
        PrescriptionId(request.match_info["prescription"]),
        professional=form.professional,
    )

    place = f"/api/v1/forfaits/{opened.id}"
    return answer(_view(request, opened), status=HTTPStatus.CREATED, location=place)


@operations.add("GET", "/children/{child}/forfaits", answer=Listing[ForfaitView])
async def list_forfaits(request: web.Request) -> web.Response:
    """Give a child's forfaits with their sessions, the newest first."""
    found = await request.app[PATHWAY_CARE].early_care.forfaits_of(
        person_of(request), _child(request)
    )

    return answer(Listing(items=tuple(_view(request, each) for each in found)))


@operations.add("GET", "/forfaits/mine", answer=Listing[ForfaitView])
async def list_my_forfaits(request: web.Request) -> web.Response:
    """Give the forfaits one may claim sessions on, the newest first."""
    found = await request.app[PATHWAY_CARE].sessions.mine(person_of(request))

    return answer(Listing(items=tuple(_view(request, each) for each in found)))


@operations.add("GET", "/forfaits/{forfait}", answer=ForfaitView)
async def read_forfait(request: web.Request) -> web.Response:
    """Read a forfait with its sessions."""
    found = await request.app[PATHWAY_CARE].early_care.forfait(person_of(request), _id(request))

    return answer(_view(request, found))


@operations.add("PUT", "/forfaits/{forfait}/professional", body=HolderForm, answer=ForfaitView)
async def assign_forfait(request: web.Request) -> web.Response:
    """Say whose forfait it is."""
    person, form = person_of(request), await read(request, HolderForm)

    assigned = await request.app[PATHWAY_CARE].early_care.assign(
        person, _id(request), form.professional
    )

    return answer(_view(request, assigned))


@operations.add("POST", "/forfaits/{forfait}/closure", body=WhyForm, answer=ForfaitView)
async def close_forfait(request: web.Request) -> web.Response:
    """Close a forfait before its time."""
    person, form = person_of(request), await read(request, WhyForm)

    closed = await request.app[PATHWAY_CARE].early_care.close(
        person, _id(request), reason=form.reason
    )

    return answer(_view(request, closed))


@operations.add(
    "PUT", "/forfaits/{forfait}/sessions/{care_session}", body=SessionForm, answer=ForfaitView
)
async def claim_session(request: web.Request) -> web.Response:
    """Claim a session under an id of one's own; the very same one again changes nothing."""
    person, form = person_of(request), await read(request, SessionForm)

    claimed = await request.app[PATHWAY_CARE].sessions.claim(
        person, _id(request), _session(request), form.held()
    )

    return answer(_view(request, claimed))


@operations.add("POST", "/forfaits/{forfait}/sessions/{care_session}/undoing", answer=ForfaitView)
async def undo_session(request: web.Request) -> web.Response:
    """Take a session back on the day on which one claimed it."""
    undone = await request.app[PATHWAY_CARE].sessions.undo(
        person_of(request), _id(request), _session(request)
    )

    return answer(_view(request, undone))


@operations.add(
    "POST",
    "/forfaits/{forfait}/sessions/{care_session}/correction",
    body=CorrectionForm,
    answer=ForfaitView,
)
async def correct_session(request: web.Request) -> web.Response:
    """Take a session back for a cause; if it was stated, a credit line follows."""
    person, form = person_of(request), await read(request, CorrectionForm)

    corrected = await request.app[PATHWAY_CARE].sessions.correct(
        person, _id(request), _session(request), form.reversal()
    )

    return answer(_view(request, corrected))


def _view(request: web.Request, forfait: Forfait) -> ForfaitView:
    return forfait_view(forfait, request.app[PATHWAY_CARE].early_care.outlook(forfait))


def _prescription(request: web.Request, prescription: Prescription) -> PrescriptionView:
    state, open_by = request.app[PATHWAY_CARE].early_care.standing(prescription)
    return prescription_view(prescription, state=state, open_by=open_by)


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])


def _id(request: web.Request) -> ForfaitId:
    return ForfaitId(request.match_info["forfait"])


def _session(request: web.Request) -> CareSessionId:
    return CareSessionId(request.match_info["care_session"])
