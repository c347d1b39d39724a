"""`ronde pathway` on the command line: a child of every sentence it can say."""

import json
import shutil
from pathlib import Path

from care_circle.definition.form_reading import read_form
from care_circle.definition.pathway import COCON
from care_circle.definition.source import parse
from tests.support.care import PATHWAY
from tests.support.command_line import ronde


async def test_a_sound_pathway_is_counted_and_a_broken_one_says_every_line(tmp_path: Path) -> None:
    shutil.copytree(COCON, tmp_path / "cocon")
    broken = tmp_path / "cocon" / "inclusion.yaml"
    broken.write_text(broken.read_text(encoding="utf-8") + "oops: 1\n", encoding="utf-8")
    line = len(broken.read_text(encoding="utf-8").splitlines())

    sound = await ronde(tmp_path, "pathway", "check")
    refused = await ronde(tmp_path, "pathway", "check", str(tmp_path / "cocon"))

    assert (sound[0], "40 formulaires, 12 visites" in sound[1]) == (0, True)
    assert (refused[0], refused[1]) == (1, "")
    assert f"inclusion.yaml:{line}: unknown key 'oops'" in refused[2]


async def test_a_form_goes_out_as_a_questionnaire_and_comes_back_as_yaml(tmp_path: Path) -> None:
    out = await ronde(tmp_path, "pathway", "export", "F26")
    (tmp_path / "f26.json").write_text(out[1], encoding="utf-8")
    back = await ronde(tmp_path, "pathway", "import", str(tmp_path / "f26.json"))

    assert (out[0], back[0], back[2]) == (0, 0, "")
    assert read_form(parse(back[1], "F26.yaml")) == PATHWAY.form("F26")


async def test_what_a_questionnaire_loses_is_said_beside_the_form(tmp_path: Path) -> None:
    item = {"linkId": "1", "text": "Weight?", "type": "decimal", "definition": "http://a"}
    held = {"resourceType": "Questionnaire", "status": "draft", "item": [item]}
    (tmp_path / "q.json").write_text(json.dumps(held), encoding="utf-8")
    (tmp_path / "no.json").write_text("{", encoding="utf-8")
    (tmp_path / "patient.json").write_text('{"resourceType": "Patient"}', encoding="utf-8")

    found = await ronde(
        tmp_path, "pathway", "import", str(tmp_path / "q.json"), "--filler", "nurse"
    )
    no_json = await ronde(tmp_path, "pathway", "import", str(tmp_path / "no.json"))
    no_form = await ronde(tmp_path, "pathway", "import", str(tmp_path / "patient.json"))
    unknown = await ronde(tmp_path, "pathway", "export", "F99")

    assert found[0] == 0
    assert found[2] == "! 1: definition: there is no place for it in a form\n"
    assert read_form(parse(found[1], "q.yaml")).fillers == ("nurse",)
    assert "no.json n'est pas du JSON lisible." in no_json[2]
    assert "patient.json n'est pas un Questionnaire lisible." in no_form[2]
    assert "Le parcours n'a pas de formulaire F99." in unknown[2]
    assert [each[0] for each in (no_json, no_form, unknown)] == [1, 1, 1]
