"""Another pathway, of schools, lives on the same services: nothing of COCON is in code."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from care_circle.child import Child
from care_circle.circle import Circle
from care_circle.definition.form import Answer
from care_circle.definition.inclusion import Outcome, assess
from care_circle.definition.pathway import UnknownForm
from care_circle.definition.pathway_reading import read_pathway
from care_circle.definition.perinatal import Perinatal
from care_circle.documents.answers import BadAnswers
from care_circle.fhir.exporting import questionnaire_of
from care_circle.fhir.importing import imported
from care_circle.role import Profession
from crypto.ids import CircleId, new_id
from tests.support.care import Somebody, addition, child, coordinator, genesis, somebody
from tests.support.care_network import Network, agree, newly_born, open_network

SCHOOL = read_pathway(Path(__file__).parents[2] / "support" / "second_pathway")
WHOLE: dict[str, Answer] = {
    "seen_on": "2026-11-20",
    "glad": True,
    "lessons": ({"subject": "lecture", "first": 12, "second": 15}, {"subject": "calcul"}),
}


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Network]:
    async with open_network(tmp_path, SCHOOL) as opened:
        yield opened


async def welcomed(network: Network) -> tuple[Somebody, Child, Circle]:
    """A nurse and a child of five and a half who misses many days, in a circle."""
    ana = await network.employ(coordinator())
    nurse = await network.employ(somebody(profession=Profession.NURSE))
    doc = await network.employ(somebody(profession=Profession.PHYSICIAN))
    identity = replace(child().identity, birth_date=date(2021, 5, 31))
    born = Perinatal(others={"needs_an_aid": False, "absences": 12})
    new = newly_born(doc, identity=identity, perinatal=born)
    family = await network.children.register(ana.actor, new)
    await agree(network, ana, family)
    family = await network.children.include(ana.actor, family.id)
    name = CircleId(new_id())
    opened = await network.circles.open(
        ana.actor, family.id, circle=name, genesis=genesis(name, ana)
    )
    opened = await network.circles.admit(ana.actor, name, addition(opened, nurse, ana))
    return nurse, family, opened


async def test_a_child_is_included_by_the_facts_this_pathway_names(school: Network) -> None:
    _, family, _ = await welcomed(school)

    assert family.decision is not None
    assert family.decision.reasons == ("RENTREE-1",)
    unknown = assess(SCHOOL.inclusion, Perinatal().facts() | {"parental_refusal": False})
    assert (unknown.outcome, unknown.missing) == (
        Outcome.UNDETERMINED,
        ("absences", "needs_an_aid"),
    )


async def test_its_forms_are_filled_row_by_row_and_signed(school: Network) -> None:
    nurse, _, circle = await welcomed(school)
    documents = school.documents

    begun = await documents.draft(nurse.actor, circle.id, form="E1", answers={"glad": False})
    with pytest.raises(BadAnswers) as refused:
        await documents.sign(nurse.actor, begun.id, edition=1)
    saved = await documents.edit(nurse.actor, begun.id, WHOLE, edition=1)
    signed = await documents.sign(nurse.actor, begun.id, edition=saved.edition)

    assert {each.field for each in refused.value.problems} == {"seen_on", "why", "lessons"}
    assert signed.current.answers["seen_on"] == "2026-11-20"
    assert (signed.form, signed.form_version, signed.visit) == ("E1", "2", "R1")


async def test_nothing_that_cocon_names_is_known_here(school: Network) -> None:
    nurse, _, circle = await welcomed(school)

    with pytest.raises(UnknownForm):
        await school.documents.draft(nurse.actor, circle.id, form="F26", answers={})


def test_a_form_of_a_former_version_is_found_by_it() -> None:
    former = SCHOOL.form("E1", "1")

    assert [field.code for field in former.fields()] == ["mood"]
    assert SCHOOL.form_of("E1", "1") == former
    assert SCHOOL.form_of("E1", "0") == SCHOOL.form("E1")


def test_its_forms_go_to_fhir_and_back() -> None:
    for form in (*SCHOOL.forms.values(), *SCHOOL.former):
        assert imported(questionnaire_of(form)).form == form
