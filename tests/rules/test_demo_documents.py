"""What the demonstration's professionals write fits the forms of the pathway."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest

from care_circle.definition.form import Form
from care_circle.documents.answers import check_answers
from server.demonstration.living import script as deeds
from server.demonstration.living.script import ChildWords, PersonWords, read_script
from server.demonstration.living.weekdays import Weekdays
from tests.support.care import PATHWAY

DAYS = Weekdays(newest=date(2026, 11, 20))
SCRIPT = read_script()


@dataclass(frozen=True, kw_only=True)
class Written:
    """A document of the script: by whom, of which form, what it says, whether it is signed."""

    child: str
    draft: deeds.Draft
    author: PersonWords
    form: Form
    answers: Mapping[str, object]
    signed: bool


def dated(answers: Mapping[str, object]) -> dict[str, object]:
    return {
        code: DAYS.day(int(said.removeprefix("day "))).isoformat()
        if isinstance(said, str) and said.startswith("day ")
        else said
        for code, said in answers.items()
    }


def documents_of(name: str, child: ChildWords) -> Iterator[Written]:
    people = {each.key: each for each in SCRIPT.people.people}
    signed = {deed.name for deed in child.deeds if isinstance(deed, deeds.Fix)}
    for deed in child.deeds:
        if isinstance(deed, deeds.Draft):
            yield Written(
                child=name,
                draft=deed,
                author=people[deed.by],
                form=PATHWAY.form(deed.form),
                answers=dated(deed.answers),
                signed=deed.name in signed,
            )


DOCUMENTS = [
    document for name, child in SCRIPT.children.items() for document in documents_of(name, child)
]
WRITTEN = [pytest.param(each, id=f"{each.child}-{each.draft.name}") for each in DOCUMENTS]


@pytest.mark.parametrize("document", WRITTEN)
def test_a_document_of_the_demonstration_fits_its_form(document: Written) -> None:
    problems = check_answers(document.form, document.answers, whole=document.signed)  # type: ignore[arg-type]  # as JSON gives them

    assert problems == ()


@pytest.mark.parametrize("document", WRITTEN)
def test_a_document_of_the_demonstration_is_written_by_whom_it_is_for(document: Written) -> None:
    assert document.author.profession in document.form.fillers
    assert document.draft.visit in (document.form.visits or (None,))


def test_measures_of_several_children_can_be_followed_over_time() -> None:
    weighed = Counter(each.child for each in DOCUMENTS if "weight_kg" in each.answers)

    assert {child for child, times in weighed.items() if times > 2} >= {"jeanne", "gabin", "noor"}
