"""The attack list above the core: ghosts and removals, refused by every client."""

from collections.abc import Callable

import pytest

from crypto.identity import credential_identity
from crypto.mls.credential import Credential
from crypto.mls.key_package import KeyPackage, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack
from crypto.mls.refused import Refused
from crypto.mls.suite import SUITE_1
from crypto.session import session as sessions
from crypto.session.log import Kind
from crypto.session.packages import make_package
from crypto.session.state import Phase
from tests.support.devices import NOW, Circle, Person, person
from tests.support.malice import (
    asked,
    group_of,
    in_the_name_of,
    off_the_roster,
    put_commit,
    uncertified,
    with_a_certificate_of,
)
from tests.support.newcomers import joined, member
from tests.support.relay import Client, Relay, sends, settle


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return joined(circle, relay, ana)


@pytest.fixture
def cleo(circle: Circle, relay: Relay, ana: Client, ben: Client) -> Client:
    return joined(circle, relay, ana, ben)


@pytest.mark.parametrize(
    "ghost", [uncertified, off_the_roster, with_a_certificate_of, in_the_name_of]
)
def test_a_ghost_leaf_is_refused_by_every_client(
    circle: Circle,
    relay: Relay,
    ben: Client,
    cleo: Client,
    ghost: Callable[[Person], KeyPackage],
) -> None:
    dana = person()
    circle.add(dana)
    before = group_of(cleo)

    put_commit(relay, ben, adds=[ghost(dana)])
    cleo.sync()

    assert cleo.warnings == ["commit_refused"]
    assert group_of(cleo) == before


def test_a_forged_commit_does_not_block_the_real_one(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    put_commit(relay, ben, adds=[uncertified(person())])
    relay.put(ben.id, asked(relay, Kind.COMMIT, 2, b"noise"))

    ana.do(sessions.rotate(ana.session, relay.channel, now=NOW))
    settle(ana, ben, cleo)

    assert cleo.warnings == ["commit_refused", "commit_refused"]
    assert ana.epoch == ben.epoch == cleo.epoch == 3
    assert ana.code == ben.code == cleo.code


def test_nobody_joins_a_group_with_a_ghost_in_it(
    circle: Circle, relay: Relay, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    package = dana.session.packages[0].key_package

    put_commit(relay, ben, adds=[uncertified(person()), package])
    dana.sync()

    assert dana.warnings == ["commit_refused"]
    assert dana.state.phase is Phase.WAITING


def test_a_device_stands_in_a_group_once(relay: Relay, ana: Client, ben: Client) -> None:
    again = make_package(ana.person.device, now=NOW).key_package

    with pytest.raises(Refused):
        put_commit(relay, ben, adds=[again])


def test_only_a_coordinator_removes_who_is_on_the_roster(
    relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    put_commit(relay, ben, removes=[group_of(cleo).leaf])

    cleo.sync()
    ana.sync()

    assert cleo.warnings == ana.warnings == ["commit_refused"]
    assert cleo.state.phase is Phase.MEMBER


def test_a_commit_that_our_chain_does_not_know_of_yet_is_judged_by_a_fresher_one(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)

    ana.add(dana)
    ben.sync()
    ben.say("bienvenue")
    cleo.sync()

    assert len(ben.session.circles[circle.id].chain) == len(circle.chain)
    assert ben.epoch == cleo.epoch == ana.epoch
    assert cleo.heard == ["bienvenue"]
    assert ben.warnings == cleo.warnings == []


def test_a_removal_that_our_chain_does_not_know_of_yet_is_judged_by_a_fresher_one(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    ana.add(dana)
    settle(ana, ben, cleo, dana)
    circle.remove(dana.person)
    ben.learn()

    ben.say("sans Dana")  # removes Dana first, without being a coordinator
    cleo.sync()

    assert cleo.heard == ["sans Dana"]
    assert cleo.warnings == []


def test_nobody_is_removed_for_a_roster_that_is_out_of_date(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    circle.remove(cleo.person)
    ana.remove(cleo)
    settle(ana, ben, cleo)
    circle.add(cleo.person)
    ana.add(cleo)
    ben.sync()

    ben.say("bon retour")
    cleo.sync()

    assert cleo.state.phase is Phase.MEMBER
    assert cleo.heard == ["bon retour"]


def test_a_removal_that_the_log_refuses_for_good_is_not_asked_for_for_ever(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    circle.remove(cleo.person)
    ben.learn()
    step = ben.saying("sans Cleo")
    ben.keep(step.session)
    (request,) = sends(step)

    refused = sessions.refuse(ben.session, request, "bad_commit", now=NOW)

    assert request.kind is Kind.COMMIT
    assert sends(refused) == []
    again = sessions.receive(refused.session, relay.channel, (), now=NOW)
    assert sends(again) == []


def test_a_newcomer_that_cannot_be_added_does_not_keep_a_removal_from_being_made(
    circle: Circle, relay: Relay, ana: Client, ben: Client, cleo: Client
) -> None:
    dana = member(circle, relay)
    circle.remove(cleo.person)
    expired = Lifetime(not_before=0, not_after=1)
    package = new_key_package(
        SUITE_1,
        Credential(identity=credential_identity(dana.person.device.certificate)),
        dana.person.device.signature_key,
        expired,
    ).key_package
    ana.learn()

    ana.do(ana.changing(adds=[pack(package)]))
    ana.say("sans Cleo")
    settle(ana, ben, cleo)

    assert [type(event).__name__ for event in ana.events].count("CommitRefused") == 1
    assert ben.heard == ["sans Cleo"]
    assert cleo.heard == []
