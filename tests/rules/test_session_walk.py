"""Sessions walking at random over one relay: whatever happens, they end up together."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from typing_extensions import override

from crypto import session as sessions
from crypto.effects import Rejoin
from crypto.log import Kind
from crypto.session_state import Phase
from tests.support.devices import NOW, Circle, person
from tests.support.relay import Client, Crash, Relay, sends, settle

PEOPLE = 6
which = st.integers(min_value=0, max_value=PEOPLE - 1)


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
            who = person()
            self.circle.add(who)
            client = Client(who, self.relay)
            client.watch()
            self.clients.append(client)
        self.clients[0].add(self.clients[1])
        settle(*self.clients)

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

    @rule(who=which, fuse=fuses)
    def say(self, who: int, fuse: int | None) -> None:
        if self.inside(self.clients[who]):
            self.survive(self.clients[who], fuse, "say")

    @rule(who=which, whom=which, fuse=fuses)
    def add(self, who: int, whom: int, fuse: int | None) -> None:
        adder, added = self.clients[who], self.clients[whom]
        able = self.inside(adder) and self.rostered(added) and self.relay.shelf[added.id]
        if able and added.state.phase is not Phase.MEMBER:
            self.survive(adder, fuse, "add", added)

    @rule(whom=st.integers(min_value=1, max_value=PEOPLE - 1), fuse=fuses)
    def remove(self, whom: int, fuse: int | None) -> None:
        gone = self.clients[whom]
        if self.rostered(gone):
            self.circle.remove(gone.person)
            self.survive(self.clients[0], fuse, "remove", gone)

    @rule(whom=st.integers(min_value=1, max_value=PEOPLE - 1))
    def return_to_the_roster(self, whom: int) -> None:
        client = self.clients[whom]
        if not self.rostered(client) and client.state.phase is Phase.REMOVED:
            self.circle.add(client.person)

    @rule(who=which, fuse=fuses)
    def rotate(self, who: int, fuse: int | None) -> None:
        if self.inside(self.clients[who]):
            self.survive(self.clients[who], fuse, "rotate")

    @rule(one=which, other=which)
    def race(self, one: int, other: int) -> None:
        """Two commits are made before either is sent."""
        first, second = self.clients[one], self.clients[other]
        if one == other or not (self.inside(first) and self.inside(second)):
            return
        steps = []
        for client in (first, second):
            step = sessions.rotate(client.session, self.relay.channel, now=NOW)
            client.keep(step.session)
            steps.append((client, step))
        for client, step in reversed(steps):
            for request in sends(step):
                client.send(request)

    @rule(who=which, fuse=fuses)
    def catch_up(self, who: int, fuse: int | None) -> None:
        self.survive(self.clients[who], fuse, "resume")

    @rule(who=which)
    def hear(self, who: int) -> None:
        """Items are pushed to a device that has not asked for the chain."""
        self.clients[who].sync()

    @precondition(lambda self: len(self.relay.log) > 3)
    @rule(who=which)
    def restart(self, who: int) -> None:
        self.clients[who].crash()

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
                continue
            last = client.state.epochs[-1].epoch
            after = [item for item in self.relay.log if item.epoch > last]
            channel = self.relay.channel
            assert sessions.read(client.session, channel, after) == ()
            assert after


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=25,
    stateful_step_count=18,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
