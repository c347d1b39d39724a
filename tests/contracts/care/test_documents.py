"""A document's life on a real store, and who reads it."""

import pytest

from care_circle.access import Forbidden, NotFound
from care_circle.circle import Circle
from care_circle.definition.form import Answer
from care_circle.documents.document import AlreadyWritten, DocumentState, StaleEdition
from tests.support.care import Somebody, coordinator, removal
from tests.support.care_answers import WHOLE
from tests.support.care_network import Network

PLAN: dict[str, Answer] = {
    "plan_date": "2026-11-20",
    "child_today": "Va bien.",
    "goals": ({"goal": "Marcher"},),
    "review_on": "2027-02-20",
}


async def test_a_form_that_is_written_once_is_not_begun_twice_unless_the_first_was_struck(
    network: Network, doc: Somebody, circle: Circle
) -> None:
    documents = network.documents
    begun = await documents.draft(doc.actor, circle.id, form="F26", answers=WHOLE)

    with pytest.raises(AlreadyWritten):
        await documents.draft(doc.actor, circle.id, form="F26", answers={})
    await documents.strike(doc.actor, begun.id, edition=1, reason="Autre enfant")
    again = await documents.draft(doc.actor, circle.id, form="F26", answers={})

    assert again.id != begun.id


async def test_drafts_of_others_leave_no_hole_in_a_page_of_documents(
    network: Network, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    documents, signed = network.documents, set()
    for number in range(6):
        begun = await documents.draft(doc.actor, circle.id, form="F12", answers=PLAN)
        if number % 2:
            signed.add((await documents.sign(doc.actor, begun.id, edition=1)).id)

    first = await documents.of_circle(kim.actor, circle.id, limit=2)
    rest = await documents.of_circle(kim.actor, circle.id, after=first[-1].id, limit=2)

    assert (len(first), len(rest)) == (2, 1)
    assert {document.id for document in (*first, *rest)} == signed


async def test_a_document_is_drafted_signed_amended_and_read_by_the_circle_only(
    network: Network, doc: Somebody, kim: Somebody, eve: Somebody, circle: Circle
) -> None:
    documents = network.documents
    begun = await documents.draft(doc.actor, circle.id, form="v24", answers={"asq_done": False})
    await documents.edit(doc.actor, begun.id, WHOLE, edition=1)
    hidden = await documents.of_circle(kim.actor, circle.id)
    signed = await documents.sign(doc.actor, begun.id, edition=2)
    amended = await documents.amend(
        doc.actor, begun.id, WHOLE | {"weight_kg": 11.5}, edition=3, reason="Poids relu"
    )

    assert hidden == ()
    assert (signed.state, amended.state) == (DocumentState.SIGNED, DocumentState.AMENDED)
    assert await documents.document(kim.actor, begun.id) == amended
    assert await documents.of_circle(kim.actor, circle.id) == (amended,)
    with pytest.raises(StaleEdition):
        await documents.strike(doc.actor, begun.id, edition=3, reason="Erreur")
    with pytest.raises(Forbidden):
        await documents.sign(kim.actor, begun.id, edition=4)
    with pytest.raises(NotFound):
        await documents.document(eve.actor, begun.id)


async def test_a_coordinator_outside_the_circle_reads_no_document_and_may_not_release(
    network: Network, ana: Somebody, doc: Somebody, kim: Somebody, circle: Circle
) -> None:
    zoe = await network.employ(coordinator())
    begun = await network.documents.draft(doc.actor, circle.id, form="v24", answers=WHOLE)

    with pytest.raises(Forbidden):
        await network.documents.document(zoe.actor, begun.id)
    with pytest.raises(Forbidden):
        await network.circles.release(zoe.actor, circle.id, removal(circle, kim, ana))
