"""Whom a coordinator lets into the network, on a real store."""

import pytest

from care_circle.access import Forbidden, NotFound
from care_circle.convention import Convention, TrainingModule
from care_circle.professional import Professional
from care_circle.role import Profession, Role
from care_circle.services.people import NewProfessional
from crypto.identity import attest as sign_attestation
from crypto.identity import new_identity
from crypto.mls.codec import encode
from tests.support.care import NOW, TODAY, Somebody
from tests.support.care_network import Network


async def test_a_coordinator_convenes_trains_and_attests_a_professional(
    network: Network, ana: Somebody
) -> None:
    kim = await network.people.register(
        ana.actor,
        NewProfessional(
            family_name="Garance",
            given_name="Kim",
            role=Role.PROFESSIONAL,
            profession=Profession.PHYSIOTHERAPIST,
            email="kim@exemple.test",
        ),
    )
    agreed = await convened(network, ana, kim)
    for module in TrainingModule:
        agreed = await network.people.attest_training(ana.actor, agreed.id, module, on=TODAY)
    key = new_identity()
    word = sign_attestation(
        ana.id, ana.identity, professional=kim.id, identity_key=key.public, at=NOW
    )
    attested = await network.people.attest_identity(ana.actor, kim.id, encode(word))

    assert agreed.is_active(TODAY)
    assert agreed.is_trained()
    assert attested.attestation is not None
    assert attested.attestation.identity_key == key.public
    assert await network.people.conventions(kim.actor, kim.id) == (agreed,)


async def convened(network: Network, by: Somebody, kim: Professional) -> Convention:
    begun = await network.people.propose_convention(by.actor, kim.id)
    for piece in begun.pieces:
        await network.people.receive_piece(by.actor, begun.id, piece.code)
    return await network.people.sign_convention(
        by.actor, begun.id, signed_on=TODAY, active_from=TODAY
    )


async def test_a_professional_does_not_convene_and_a_coordinator_makes_no_administrator(
    network: Network, ana: Somebody, kim: Somebody
) -> None:
    boss = NewProfessional(
        family_name="Carmin", given_name="Luc", role=Role.ADMINISTRATOR, email="luc@exemple.test"
    )

    with pytest.raises(Forbidden):
        await network.people.register(ana.actor, boss)
    with pytest.raises(NotFound):
        await network.people.register(kim.actor, boss)
    with pytest.raises(NotFound):
        await network.people.propose_convention(kim.actor, kim.id)
    with pytest.raises(NotFound):
        await network.people.conventions(kim.actor, ana.id)
