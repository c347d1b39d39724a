"""The relay file: on paper and as a FHIR document, and which were made. Minutes on paper."""

from aiohttp import web

from care_circle.fhir.bundle import relay_bundle
from care_circle.leaving.store import RelayKind
from crypto.ids import ChildId, MeetingId
from server.forms.meetings import RelayFileView, relay_file_view
from server.identity import person_of
from server.operations import Operations
from server.paging import Listing
from server.pathway_house import PATHWAY_CARE
from server.routes.readings import answer_paper
from server.wire import answer, encode

FHIR = "application/fhir+json"

operations = Operations()


@operations.add("GET", "/children/{child}/relay/paper", gives_bytes=True)
async def print_relay(request: web.Request) -> web.Response:
    """Make the relay file as tagged PDF, French unless `language` says otherwise."""
    care = request.app[PATHWAY_CARE]

    dossier = await care.relay.dossier(person_of(request), _child(request))
    pdf = await care.papers.relay(dossier, language=request.query.get("language", ""))
    await care.relay.made(dossier, RelayKind.PAPER, pdf)

    return answer_paper(pdf, "relais.pdf")


@operations.add("GET", "/children/{child}/relay/bundle", gives_bytes=True)
async def export_relay(request: web.Request) -> web.Response:
    """Make the relay file as a FHIR R4 document."""
    care = request.app[PATHWAY_CARE]

    dossier = await care.relay.dossier(person_of(request), _child(request))
    data = encode(relay_bundle(dossier))
    await care.relay.made(dossier, RelayKind.BUNDLE, data)

    attached = {"Content-Disposition": 'attachment; filename="relais.json"'}
    return web.Response(body=data, content_type=FHIR, headers=attached)


@operations.add("GET", "/children/{child}/relay/files", answer=Listing[RelayFileView])
async def list_relay_files(request: web.Request) -> web.Response:
    """Give which relay files were made for a child, by whom, when, of what; the newest first."""
    found = await request.app[PATHWAY_CARE].relay.files_of(person_of(request), _child(request))

    return answer(Listing(items=tuple(map(relay_file_view, found))))


@operations.add("GET", "/meetings/{meeting}/paper", gives_bytes=True)
async def print_minutes(request: web.Request) -> web.Response:
    """Print a meeting and its minutes as tagged PDF."""
    care, meeting = request.app[PATHWAY_CARE], MeetingId(request.match_info["meeting"])

    shown = await care.meetings.meeting(person_of(request), meeting)
    pdf = await care.papers.minutes(
        shown.meeting, care.meetings.minutes_form, language=request.query.get("language", "")
    )

    return answer_paper(pdf, "reunion.pdf")


def _child(request: web.Request) -> ChildId:
    return ChildId(request.match_info["child"])
