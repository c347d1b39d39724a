"""Sessions walking at random over one relay: whatever happens, they end up together."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from crypto.session import session as sessions
from crypto.session.effects import Rejoin
from crypto.session.log import Kind
from crypto.session.state import Phase
from tests.support.devices import NOW, Circle, person
from tests.support.relay import Client, Crash, Relay, sends, settle

PEOPLE = 6


class Walk(RuleBasedStateMachine):
    """Ana (0) coordinates; the others come, go, talk, race and crash."""

    def __init__(self) -> None:
        super().__init__()
        self.circle = Circle(person())
        self.relay = Relay(circle=self.circle)
        self.clients = [Client(self.circle.coordinator, self.relay)]
        self.texts = 0

    @initialize()
    def begin(self) -> None:
        self.clients[0].open()
        for _ in range(PEOPLE - 1):
            client = Client(person(), self.relay)
            client.watch()
            self.clients.append(client)
        self.circle.add(self.clients[1].person)
        self.clients[0].add(self.clients[1])
        settle(*self.clients)

    @property
    def insiders(self) -> list[Client]:
        return [client for client in self.clients if self.inside(client)]

    @property
    def addable(self) -> list[Client]:
        return [
            client
            for client in self.clients
            if self.rostered(client)
            and client.state.phase is not Phase.MEMBER
            and self.relay.shelf[client.id]
        ]

    @property
    def admissible(self) -> list[Client]:
        return [
            client
            for client in self.clients
            if not self.rostered(client) and client.state.phase is not Phase.MEMBER
        ]

    def one_of(self, data: st.DataObject, clients: list[Client]) -> Client:
        return data.draw(st.sampled_from(clients))

    def text(self) -> str:
        self.texts += 1
        return f"texte {self.texts}"

    def rostered(self, client: Client) -> bool:
        return client.person.professional in self.circle.roster.active

    def inside(self, client: Client) -> bool:
        return client.state.phase is Phase.MEMBER and self.rostered(client)

    def survive(self, client: Client, fuse: int | None, act: str, *others: Client) -> None:
        """Do something that a crash may cut short at the fuse's length."""
        client.fuse = fuse
        try:
            if act == "say":
                client.say(self.text())
            elif act == "add":
                client.add(*others)
            elif act == "remove":
                client.remove(*others)
            elif act == "rotate":
                client.do(sessions.rotate(client.session, self.relay.channel, now=NOW))
            else:
                client.resume()
        except Crash:
            client.crash()
        client.fuse = None

    fuses = st.none() | st.integers(min_value=0, max_value=6)

    @rule(data=st.data(), fuse=fuses)
    def say(self, data: st.DataObject, fuse: int | None) -> None:
        self.survive(self.one_of(data, self.insiders), fuse, "say")

    @precondition(lambda self: self.addable)
    @rule(data=st.data(), fuse=fuses)
    def add(self, data: st.DataObject, fuse: int | None) -> None:
        added = self.one_of(data, self.addable)
        self.survive(self.one_of(data, self.insiders), fuse, "add", added)

    @precondition(lambda self: len(self.insiders) > 1)
    @rule(data=st.data(), fuse=fuses)
    def remove(self, data: st.DataObject, fuse: int | None) -> None:
        gone = self.one_of(data, self.insiders[1:])
        self.circle.remove(gone.person)
        self.survive(self.clients[0], fuse, "remove", gone)

    @precondition(lambda self: self.admissible)
    @rule(data=st.data())
    def admit(self, data: st.DataObject) -> None:
        """Somebody comes on the roster, or comes back; the devices hear of it when they ask."""
        self.circle.add(self.one_of(data, self.admissible).person)

    @rule(data=st.data(), fuse=fuses)
    def rotate(self, data: st.DataObject, fuse: int | None) -> None:
        self.survive(self.one_of(data, self.insiders), fuse, "rotate")

    @precondition(lambda self: len(self.insiders) > 1)
    @rule(data=st.data())
    def race(self, data: st.DataObject) -> None:
        """Two commits are made before either is sent."""
        pair = data.draw(st.permutations(self.insiders))[:2]
        steps = []
        for client in pair:
            step = sessions.rotate(client.session, self.relay.channel, now=NOW)
            client.keep(step.session)
            steps.append((client, step))
        for client, step in reversed(steps):
            for request in sends(step):
                client.send(request)

    @rule(data=st.data(), fuse=fuses)
    def catch_up(self, data: st.DataObject, fuse: int | None) -> None:
        self.survive(self.one_of(data, self.clients), fuse, "resume")

    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        """Items are pushed to a device that has not asked for the chain."""
        self.one_of(data, self.clients).sync()

    @rule(data=st.data())
    def restart(self, data: st.DataObject) -> None:
        self.one_of(data, self.clients).crash()

    @override
    def teardown(self) -> None:
        if len(self.clients) < PEOPLE:
            return
        settle(*self.clients, rounds=4)
        for client in self.clients:
            if self.inside(client):
                client.say(self.text())
        settle(*self.clients, rounds=4)
        self.check_those_inside([client for client in self.clients if self.inside(client)])
        self.check_those_removed()
        assert [client.warnings for client in self.clients] == [[]] * PEOPLE
        assert not any(isinstance(e, Rejoin) for client in self.clients for e in client.events)

    def check_those_inside(self, inside: list[Client]) -> None:
        said = [item for item in self.relay.log if item.kind is Kind.ENTRY]
        assert len({client.epoch for client in inside}) == 1
        assert len({client.code for client in inside}) == 1
        for client in inside:
            assert len(client.read) == len(said)
            assert client.state.unread == ()
            assert client.state.outbox == ()
            assert len(client.state.members) == len(inside)
        assert len({tuple(client.read) for client in inside}) == 1

    def check_those_removed(self) -> None:
        for client in self.clients:
            if self.rostered(client) or client.state.phase is Phase.WAITING:
                assert self.rostered(client) or client.read == []
                continue
            last = client.state.epochs[-1].epoch
            after = [item for item in self.relay.log if item.epoch > last]
            channel = self.relay.channel
            assert sessions.read(client.session, channel, after) == ()
            assert after


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
