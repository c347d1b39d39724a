"""A Questionnaire of somebody else becomes a form of a network's pathway, and is filled in."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from care_circle.definition.pathway import COCON
from care_circle.fhir.importing import imported
from care_circle.fhir.response import answers_of
from tests.support.actors import Person
from tests.support.command_line import ronde
from tests.support.network import Member, Network
from tests.support.server import Running, running

QUESTIONNAIRE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "https://elsewhere.example/Questionnaire/sleep",
    "name": "SLEEP",
    "version": "3",
    "title": "Sommeil",
    "status": "active",
    "item": [
        {
            "linkId": "nights",
            "type": "group",
            "text": "Les nuits",
            "item": [
                {
                    "linkId": "wakes",
                    "type": "integer",
                    "text": "Réveils par nuit",
                    "required": True,
                },
                {
                    "linkId": "soothed",
                    "type": "choice",
                    "text": "Apaisé par",
                    "enableWhen": [{"question": "wakes", "operator": ">", "answerInteger": 0}],
                    "answerOption": [
                        {"valueCoding": {"code": "arms", "display": "Les bras"}},
                        {"valueCoding": {"code": "voice", "display": "La voix"}},
                    ],
                },
                {"linkId": "since", "type": "date", "text": "Depuis"},
            ],
        },
        {
            "linkId": "naps",
            "type": "group",
            "repeats": True,
            "text": "Siestes",
            "item": [{"linkId": "minutes", "type": "decimal", "text": "Durée"}],
        },
    ],
}
ANSWERS = {"wakes": 3, "soothed": "voice", "since": "2026-11-02", "naps": [{"minutes": 45.5}]}


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """Lay a pathway of the network's own: the release's, and the Questionnaire as a form."""
    made = tmp_path / "own"
    shutil.copytree(COCON, made)
    source = tmp_path / "sleep.json"
    source.write_text(json.dumps(QUESTIONNAIRE), encoding="utf-8")
    code, form, told = await ronde(tmp_path, "pathway", "import", str(source))
    assert (code, told) == (0, "")
    (made / "forms" / "SLEEP.yaml").write_text(form, encoding="utf-8")
    return made


@pytest.fixture
async def server(tmp_path: Path, folder: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, pathway=folder) as started:
        yield started


async def test_an_imported_form_is_filled_in_signed_and_read_as_a_response(
    here: tuple[Network, Member],
) -> None:
    network, ben = here
    made = await ben.person.post(
        f"/circles/{network.circle}/documents", {"form": "SLEEP", "answers": ANSWERS}
    )
    path = made.headers["Location"].removeprefix("/api/v1")

    signed = await ben.person.ask("POST", f"{path}/signature", headers={"If-Match": '"1"'})
    read = await ben.person.get(f"{path}/questionnaire-response")

    form = imported(QUESTIONNAIRE).form
    QuestionnaireResponse.model_validate(read.body)
    assert (made.status, signed.status) == (201, 200)
    assert read.body["status"] == "completed"
    assert read.body["questionnaire"] == "https://elsewhere.example/Questionnaire/sleep|3"
    assert json.loads(json.dumps(dict(answers_of(form, read.body).answers))) == ANSWERS
    assert signed.body["versions"][-1]["answers"] == ANSWERS
    [nights, naps] = read.body["item"]
    assert [each["linkId"] for each in nights["item"]] == ["wakes", "soothed", "since"]
    assert naps["item"][0]["answer"] == [{"valueDecimal": 45.5}]


async def test_what_an_imported_form_does_not_take_is_a_problem_at_its_field(
    here: tuple[Network, Member],
) -> None:
    network, ben = here
    wrong = {"wakes": 0, "soothed": "voice", "since": "2026-02-31"}

    refused = await ben.person.post(
        f"/circles/{network.circle}/documents", {"form": "SLEEP", "answers": wrong}
    )

    assert (refused.status, refused.code) == (422, "bad_answers")
    assert {each["pointer"].split("/")[-1] for each in refused.body["errors"]} == {
        "soothed", "since",
    }  # fmt: skip


async def test_the_form_goes_out_again_as_it_came(ana: Person) -> None:
    read = await ana.get("/pathway/forms/SLEEP/questionnaire")

    assert imported(read.body).form == imported(QUESTIONNAIRE).form
    assert imported(read.body).dropped == ()


async def test_a_server_does_not_start_with_a_broken_pathway_and_names_the_line(
    folder: Path, tmp_path: Path
) -> None:
    form = folder / "forms" / "SLEEP.yaml"
    lines = form.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "type: whole" in line)
    lines[at] = lines[at].replace("whole", "hole")
    form.write_text("\n".join(lines), encoding="utf-8")

    code, _, told = await ronde(tmp_path, "serve", RONDE_PATHWAY=str(folder))

    assert code != 0
    assert f"forms/SLEEP.yaml:{at + 1}: " in told
