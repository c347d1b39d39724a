"""Every document form of the pathway, with a phrase in each question that takes words."""

from collections.abc import Sequence
from typing import Any

from care_circle.definition.form import WRITTEN, Field, Form, FormRecord, Section
from care_circle.definition.pathway import COCON
from care_circle.definition.pathway_reading import read_pathway
from channels.headless_people import admit_member
from crypto.ids import CircleId
from server.demonstration.cast import Actor
from tests.support.canary_phrases import RECORDS
from tests.support.canary_walk import Walk


async def write_every_form(walk: Walk, people: Sequence[Actor]) -> None:
    """Let whoever fills a form begin it; those who do come into the circle for it."""
    ana, fillers = people[0], {actor.part.profession or actor.part.role: actor for actor in people}
    inside = {actor.id for actor in people[:3]}
    for form in read_pathway(COCON).forms.values():
        answers = _answers(walk, form)
        if form.record is not FormRecord.DOCUMENT or form.code == "F26" or not answers:
            continue
        actor = next(fillers[role] for role in form.fillers if role in fillers)
        if actor.id not in inside:
            await admit_member(ana.device, CircleId(walk.ids["circle"]), actor.id)
            inside.add(actor.id)
        path = f"/children/{walk.ids['child']}/documents"
        await actor.line.ask("POST", path, {"form": form.code, "answers": answers})


def _answers(walk: Walk, form: Form) -> dict[str, Any]:
    """Answer what takes words and nothing else, rows included: a draft need not be whole."""
    answers: dict[str, Any] = {}
    for section in form.sections:
        words = _words(walk, section)
        if words and section.repeats is not None:
            answers[section.code] = [words]
        else:
            answers |= words
    return answers


def _words(walk: Walk, section: Section) -> dict[str, Any]:
    phrase = walk.phrase("DraftForm.answers")
    return {
        field.code: [phrase] if field.is_listed else phrase
        for field in section.fields
        if takes_words(field)
    }


def takes_words(field: Field) -> bool:
    """Tell whether a question takes words, and not a few signs such as a department's."""
    longest = max(map(len, RECORDS["DraftForm.answers"]))
    return field.type in WRITTEN and (field.most is None or field.most >= longest)
