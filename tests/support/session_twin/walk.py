"""People who come, go, talk, race and crash at random, each in a language of its own."""

from collections.abc import Callable, Sequence
from random import Random

from crypto.ids import DeviceId
from crypto.session.effects import Rejoin
from crypto.session.log import Kind
from crypto.session.state import Phase
from tests.support.devices import Circle, person
from tests.support.relay import Client, Crash, Relay, sends
from tests.support.session_engine import Engine

PEOPLE = 5
LONGEST_FUSE = 6
PATIENCE = 8


class Walk:
    """Ana (0) coordinates; the others come and go."""

    def __init__(self, dice: Random, engines: Sequence[Engine]) -> None:
        self.dice, self.engines = dice, engines
        self.circle = Circle(person())
        self.relay = Relay(circle=self.circle)
        self.texts = 0
        self.heard: dict[DeviceId, int] = {}
        ana = Client(self.circle.coordinator, self.relay, engine=engines[1])
        ana.open()
        self.clients = [ana]
        for _ in range(PEOPLE - 1):
            client = Client(person(), self.relay, engine=dice.choice(engines))
            client.watch()
            self.clients.append(client)

    @property
    def inside(self) -> list[Client]:
        return [one for one in self.clients if self.rostered(one) and _is_member(one)]

    def rostered(self, client: Client) -> bool:
        return client.person.professional in self.circle.roster.active

    def step(self) -> None:
        """Let somebody do something, and all others hear of it."""
        acts = [self.say, self.say, self.come, self.go, self.rotate, self.race, self.lose_thread]
        self.moved_house()
        self.dice.choice(acts)()
        self.settle()

    def moved_house(self) -> None:
        """Let a device start again, in any language."""
        client = self.dice.choice(self.clients)
        client.engine = self.dice.choice(self.engines)
        client.crash()

    def say(self) -> None:
        client = self.dice.choice(self.inside)
        self.survive(client, lambda: client.say(self.text()))

    def come(self) -> None:
        """Somebody is let in: from inside, or by itself from outside."""
        outside = [one for one in self.clients if not _is_member(one)]
        if not outside:
            return
        client, host = self.dice.choice(outside), self.dice.choice(self.inside)
        if not self.rostered(client):
            self.circle.add(client.person)
        if not self.relay.shelf[client.id] or self.dice.random() < 0.3:
            client.sync()
            client.learn()
            self.survive(client, client.rejoin)
        else:
            self.survive(host, lambda: host.add(client))

    def go(self) -> None:
        """Somebody is dismissed, and removed by Ana or by whoever speaks next."""
        leaving = [one for one in self.inside if one is not self.clients[0]]
        if not leaving:
            return
        client, ana = self.dice.choice(leaving), self.clients[0]
        self.circle.remove(client.person)
        if self.dice.random() < 0.7:
            self.survive(ana, lambda: ana.remove(client))

    def rotate(self) -> None:
        client = self.dice.choice(self.inside)
        self.survive(client, client.rotate)

    def race(self) -> None:
        """Two commits are made before either is sent."""
        steps = []
        for client in self.dice.sample(self.inside, k=min(2, len(self.inside))):
            step = client.engine.rotate(client.session, self.relay.channel, now=client.now)
            client.keep(step.session)
            steps.append((client, step))
        for client, step in reversed(steps):
            for request in sends(step):
                client.send(request)

    def lose_thread(self) -> None:
        """A member comes in from outside, in the place of its own leaf."""
        client = self.dice.choice(self.inside)
        if self.relay.newest.kind is Kind.COMMIT and client.state.pending is None:
            self.survive(client, client.rejoin)

    def survive(self, client: Client, act: Callable[[], None]) -> None:
        """Do something that a crash may cut short."""
        client.fuse = self.dice.randrange(LONGEST_FUSE) if self.dice.random() < 0.3 else None
        try:
            act()
        except Crash:
            client.crash()
        client.fuse = None

    def text(self) -> str:
        self.texts += 1
        return f"texte {self.texts}"

    def settle(self) -> None:
        """Let everybody catch up, until nobody has anything left to do."""
        for _ in range(PATIENCE):
            for client in self.clients:
                client.resume()
                if client.events and client.events[-1] == Rejoin(channel=self.relay.channel):
                    client.events.pop()
                    client.rejoin()
            if not any(self.is_busy(client) for client in self.clients):
                return
        raise AssertionError("somebody never comes to an end")

    def is_busy(self, client: Client) -> bool:
        state = client.state
        waits = self.rostered(client) and (state.pending is not None or state.outbox != ())
        return waits or state.cursor < len(self.relay.log)

    def check(self) -> None:
        """Those inside are together; those who left learn nothing more; nobody is alarmed."""
        said = [item for item in self.relay.log if item.kind is Kind.ENTRY]
        inside = self.inside
        assert len({client.epoch for client in inside}) == 1
        assert len({client.code for client in inside}) == 1
        for client in inside:
            assert len(client.read) == len(said)
            self.heard.pop(client.id, None)
        for client in self.clients:
            if client not in inside:
                known = self.heard.setdefault(client.id, len(client.read))
                assert len(client.read) == known
        assert [client.warnings for client in self.clients] == [[]] * PEOPLE


def _is_member(client: Client) -> bool:
    return client.state.phase is Phase.MEMBER
