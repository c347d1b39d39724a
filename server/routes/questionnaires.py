"""Forms and filled forms as HL7 FHIR R4: Questionnaire and QuestionnaireResponse."""

from aiohttp import web

from care_circle.documents.document import Document, DocumentState
from care_circle.fhir.exporting import questionnaire_of
from care_circle.fhir.response import Circumstances, ResponseStatus, response_of
from crypto.ids import DocumentId
from server.identity import person_of
from server.operations import Operations
from server.services import DOCUMENTS, PATHWAY
from server.wire import encode

FHIR = "application/fhir+json"

operations = Operations()

_STATUSES = {
    DocumentState.DRAFT: ResponseStatus.IN_PROGRESS,
    DocumentState.SIGNED: ResponseStatus.COMPLETED,
    DocumentState.AMENDED: ResponseStatus.AMENDED,
    DocumentState.ENTERED_IN_ERROR: ResponseStatus.ENTERED_IN_ERROR,
}


@operations.add("GET", "/pathway/forms/{form}/questionnaire")
async def read_questionnaire(request: web.Request) -> web.Response:
    """Read a form as a FHIR Questionnaire: the newest, or the one `version` names."""
    version = request.query.get("version")

    form = request.app[DOCUMENTS].form(request.match_info["form"], version)

    return web.Response(body=encode(questionnaire_of(form)), content_type=FHIR)


@operations.add("GET", "/documents/{document}/questionnaire-response")
async def read_response(request: web.Request) -> web.Response:
    """Read a document's newest version as a FHIR QuestionnaireResponse."""
    document = DocumentId(request.match_info["document"])

    found = await request.app[DOCUMENTS].document(person_of(request), document)

    form = request.app[PATHWAY].form_of(found.form, found.form_version)
    said = response_of(form, found.current.answers, _circumstances(found))
    return web.Response(body=encode(said), content_type=FHIR)


def _circumstances(document: Document) -> Circumstances:
    version = document.current
    return Circumstances(
        status=_STATUSES[document.state],
        id=document.id,
        subject=f"Patient/{document.child}",
        author=f"Practitioner/{version.author}",
        authored=version.signed_at or version.saved_at,
    )
