"""Forms and documents over HTTP as FHIR, the language's schema, older versions of forms."""

import json

from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from care_circle.definition.language import published
from care_circle.fhir.importing import imported
from care_circle.fhir.response import answers_of
from tests.support.actors import Person
from tests.support.care import PATHWAY
from tests.support.care_answers import WHOLE
from tests.support.network import Member, Network

FHIR = "application/fhir+json"


async def test_a_form_is_read_as_a_questionnaire_of_either_version(ana: Person) -> None:
    newest = await ana.get("/pathway/forms/F26/questionnaire")
    former = await ana.get("/pathway/forms/F26/questionnaire?version=1")

    assert [each.headers["Content-Type"] for each in (newest, former)] == [FHIR, FHIR]
    Questionnaire.model_validate(newest.body)
    assert imported(newest.body).form == PATHWAY.form("F26")
    assert imported(former.body).form == PATHWAY.form("F26", "1")


async def test_a_form_or_a_version_that_is_not_there_is_said_to_be_unknown(ana: Person) -> None:
    answers = [
        await ana.get(f"/pathway/forms/{path}")
        for path in ("F99/questionnaire", "F26/questionnaire?version=77", "F26?version=77")
    ]

    assert [each.body["code"] for each in answers] == ["unknown_form"] * 3


async def test_a_form_of_a_former_version_is_read_for_its_documents(ana: Person) -> None:
    former = await ana.get("/pathway/forms/F26?version=1")
    by_its_former_code = await ana.get("/pathway/forms/v24?version=1")

    assert former.body["version"] == "1"
    assert by_its_former_code.body == former.body


async def test_a_document_is_read_as_a_questionnaire_response(
    here: tuple[Network, Member],
) -> None:
    network, ben = here
    form = {"form": "F26", "visit": "V24", "answers": WHOLE}
    made = await ben.person.post(f"/circles/{network.circle}/documents", form)
    path = made.headers["Location"].removeprefix("/api/v1")

    read = await ben.person.get(f"{path}/questionnaire-response")

    QuestionnaireResponse.model_validate(read.body)
    held = made.body["versions"][0]["answers"]
    assert read.headers["Content-Type"] == FHIR
    assert read.body["status"] == "in-progress"
    assert read.body["subject"] == {"reference": f"Patient/{network.child}"}
    assert answers_of(PATHWAY.form("F26"), read.body).answers == held


async def test_the_language_is_published(ana: Person) -> None:
    answer = await ana.get("/pathway/schema")

    assert answer.headers["Content-Type"] == "application/schema+json"
    assert answer.body == json.loads(json.dumps(published()))
