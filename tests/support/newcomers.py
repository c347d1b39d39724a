"""People who come into a circle, and second devices of those who are there."""

from crypto.ids import new_id
from crypto.session import session as sessions
from crypto.statement import HistoryGrant
from tests.support.devices import NOW, Circle, Person, person
from tests.support.relay import Client, Relay, settle


def member(circle: Circle, relay: Relay, history: HistoryGrant | None = None) -> Client:
    who = person()
    circle.add(who, history=history)
    client = Client(who, relay)
    client.watch()
    return client


def joined(circle: Circle, relay: Relay, *present: Client) -> Client:
    """Bring somebody into the group by the first of those present."""
    client = member(circle, relay)
    present[0].add(client)
    settle(*present, client)
    return client


def second_device(of: Client) -> Client:
    who = of.person
    session = sessions.enrol(who.identity, who.professional, type(of.id)(new_id()), now=NOW)
    twin = Person(professional=who.professional, identity=who.identity, device=session.device)
    client = Client(twin, of.relay)
    client.watch()
    return client
