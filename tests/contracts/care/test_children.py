"""A child's way into the pathway, on a real store, and what keeps it out."""

from dataclasses import replace

import pytest

from care_circle.child import Child, LikelyDuplicate
from care_circle.consent import Standing, Word
from care_circle.definition.inclusion import Guard, GuardsUnmet, NotIncludable, Outcome
from care_circle.services.children import Changes
from tests.support.care import TODAY, Somebody, mother, newborn
from tests.support.care_network import Network, agree, newly_born


async def test_a_child_is_included_once_the_rules_and_the_guards_allow(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    lone = newly_born(doc, perinatal=newborn(None), referring_physician=None)
    family = await network.children.register(ana.actor, lone)

    with pytest.raises(NotIncludable, match="undetermined"):
        await network.children.include(ana.actor, family.id)
    await network.children.describe(ana.actor, family.id, Changes(perinatal=newborn("28+3")))
    with pytest.raises(GuardsUnmet) as refused:
        await network.children.include(ana.actor, family.id)
    await network.children.describe(ana.actor, family.id, Changes(referring_physician=doc.id))
    await agree(network, ana, family)
    included = await network.children.include(ana.actor, family.id)

    assert refused.value.guards == (Guard.CONVENTION, Guard.CONSENT)
    assert included.decision is not None
    assert included.decision.reasons == ("INC-1",)


async def test_a_parents_refusal_excludes_the_child(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    family = await network.children.register(ana.actor, newly_born(doc))
    await agree(network, ana, family, Word.REFUSED)

    asked = await network.children.eligibility(ana.actor, family.id)
    _, standing = await network.children.consent(ana.actor, family.id)

    assert (asked.assessment.outcome, asked.assessment.reasons) == (Outcome.EXCLUDED, ("EXC-1",))
    assert standing is Standing.OPPOSED
    with pytest.raises(NotIncludable):
        await network.children.include(ana.actor, family.id)


async def test_a_child_registered_twice_is_noticed_and_a_twin_is_let_in(
    network: Network, ana: Somebody, doc: Somebody
) -> None:
    await network.children.register(ana.actor, newly_born(doc))

    with pytest.raises(LikelyDuplicate):
        await network.children.register(ana.actor, newly_born(doc))
    twin = await network.children.register(ana.actor, newly_born(doc), although_alike=True)

    assert await network.children.child(ana.actor, twin.id) == twin


async def test_contacts_get_ids_of_ours(network: Network, ana: Somebody, doc: Somebody) -> None:
    chosen = mother()

    family = await network.children.register(ana.actor, newly_born(doc, contacts=(chosen,)))
    other = await network.children.put_contact(ana.actor, family.id, chosen)
    changed = await network.children.put_contact(
        ana.actor, family.id, replace(family.contacts[0], language="en")
    )

    ids = {contact.id for contact in other.contacts}
    assert chosen.id not in ids
    assert len(ids) == 2
    assert {contact.id for contact in changed.contacts} == ids


async def test_the_calendar_of_a_child_born_at_28_3_has_its_24_month_visit_now(
    network: Network, ana: Somebody, noe: Child
) -> None:
    days = {
        visit.visit: visit.window for visit in await network.children.calendar(ana.actor, noe.id)
    }

    window = days["V24"]
    assert window is not None
    assert window.opens <= TODAY <= window.closes
    assert days["V00"] is None
