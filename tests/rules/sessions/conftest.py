"""One circle with three people, whose devices talk over a relay that a test may corrupt."""

import pytest

from tests.support.devices import Circle, person
from tests.support.newcomers import member
from tests.support.relay import Client, Relay


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


@pytest.fixture
def ben(circle: Circle, relay: Relay, ana: Client) -> Client:
    return member(circle, relay)


@pytest.fixture
def cleo(circle: Circle, relay: Relay, ana: Client) -> Client:
    return member(circle, relay)
