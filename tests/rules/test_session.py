"""A device's side of its channels: the protocol's daily life."""

import pytest

from tests.support.devices import Circle, person
from tests.support.relay import Client, Relay, settle


@pytest.fixture
def circle() -> Circle:
    return Circle(person())


@pytest.fixture
def relay(circle: Circle) -> Relay:
    return Relay(circle=circle)


@pytest.fixture
def ana(circle: Circle, relay: Relay) -> Client:
    client = Client(circle.coordinator, relay)
    client.open()
    return client


def member(circle: Circle, relay: Relay) -> Client:
    who = person()
    circle.add(who)
    client = Client(who, relay)
    client.watch()
    return client


@pytest.fixture
def ben(circle: Circle, relay: Relay) -> Client:
    return member(circle, relay)


@pytest.fixture
def cleo(circle: Circle, relay: Relay) -> Client:
    return member(circle, relay)


def test_what_one_says_all_hear(ana: Client, ben: Client, cleo: Client) -> None:
    ana.add(ben, cleo)
    settle(ana, ben, cleo)

    ana.say("Bonjour")
    settle(ana, ben, cleo)
    ben.say("Bonjour Ana")
    settle(ana, ben, cleo)

    assert ana.heard == ben.heard == cleo.heard == ["Bonjour", "Bonjour Ana"]
    assert ana.code == ben.code == cleo.code
    assert [*ana.warnings, *ben.warnings, *cleo.warnings] == []
