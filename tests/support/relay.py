"""A delivery service in memory, and devices that talk to it: honest unless told otherwise.

The relay orders items, lets one commit win each epoch and repeats its answers, as the
server does; it checks nothing else, so whatever a client accepts from it, the client
accepted. A `Client` is a session with the few lines of shell it needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crypto.ids import ChannelId, DeviceId, EntryId, new_id
from crypto.session.compare import code_of
from crypto.session.effects import (
    CatchUp,
    Effect,
    EntryOpened,
    FetchChain,
    ReadAgain,
    Rejoin,
    SafetyWarning,
    Send,
)
from crypto.session.log import AppendRequest, Card, Item, Kind
from crypto.session.state import ChannelState, Session
from crypto.session.step import Step
from crypto.session.store import decode_session, encode_session
from tests.support.devices import NOW, Circle, Person
from tests.support.session_engine import Engine, InPython

Tamper = Callable[[tuple[Item, ...]], tuple[Item, ...]]


class Refused(Exception):
    """The relay's no, by the problem's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Relay:
    """One channel's log, and a shelf of key packages."""

    circle: Circle
    channel: ChannelId = field(default_factory=lambda: ChannelId(new_id()))
    log: list[Item] = field(default_factory=list)
    epoch: int = 0
    shelf: dict[DeviceId, list[bytes]] = field(default_factory=dict)
    # What a malicious relay shows a device instead of the log.
    tampers: dict[DeviceId, Tamper] = field(default_factory=dict)
    chains: dict[DeviceId, tuple[bytes, ...]] = field(default_factory=dict)

    def append(self, sender: DeviceId, request: AppendRequest) -> int:
        for item in self.log:
            if (item.sender, item.id) == (sender, request.id):
                if (item.kind, item.epoch, item.body) != (
                    request.kind,
                    request.epoch,
                    request.body,
                ):
                    raise Refused("id_taken")
                return item.seq
        if request.kind is not Kind.CREATE and request.epoch != self.epoch:
            raise Refused("stale_epoch")
        self.put(sender, request)
        if request.kind is Kind.COMMIT:
            self.epoch += 1
        return len(self.log)

    def put(self, sender: DeviceId, request: AppendRequest) -> Item:
        """Append whatever it is, without a question."""
        seq = len(self.log) + 1
        item = Item(
            channel=request.channel,
            seq=seq,
            id=request.id,
            kind=request.kind,
            epoch=request.epoch,
            sender=sender,
            at=NOW + timedelta(seconds=seq),
            body=request.body,
            card=request.card,
        )
        self.log.append(item)
        return item

    def read(self, reader: DeviceId, after: int = 0) -> tuple[Item, ...]:
        tamper = self.tampers.get(reader)
        items = tuple(self.log) if tamper is None else tamper(tuple(self.log))
        return tuple(item for item in items if item.seq > after)

    def chain(self, reader: DeviceId) -> tuple[bytes, ...]:
        return self.chains.get(reader, self.circle.chain)

    @property
    def newest(self) -> Item:
        return [item for item in self.log if item.kind in (Kind.CREATE, Kind.COMMIT)][-1]


class Crash(Exception):
    """The device stops here."""


class Client:
    """A device at the relay; `disk` holds the last persisted bytes, `crash` comes back to them."""

    def __init__(
        self, who: Person, relay: Relay, *, now: datetime = NOW, engine: Engine | None = None
    ) -> None:
        self.engine: Engine = engine or InPython()
        self.relay = relay
        self.person = who
        self.now = now
        self.session = Session(device=who.device, identity=who.identity)
        self.events: list[Effect] = []
        self.fuse: int | None = None
        self.session, packages = self.engine.publish(self.session, 3, now=now)
        relay.shelf[self.id] = list(packages)
        self.disk = encode_session(self.session)

    @property
    def id(self) -> DeviceId:
        return self.person.device.id

    @property
    def state(self) -> ChannelState:
        return self.session.channels[self.relay.channel]

    # What a person does.

    def open(self) -> None:
        self.learn()
        circle = self.relay.circle.id
        self.do(self.engine.open_channel(self.session, self.relay.channel, circle, now=self.now))

    def watch(self) -> None:
        self.learn()
        self.keep(self.engine.watch(self.session, self.relay.channel, self.relay.circle.id))
        self.sync()

    def say(self, text: str, *, card: Card | None = None) -> None:
        self.do(self.saying(text, card=card))

    def saying(self, text: str, *, card: Card | None = None) -> Step:
        return self.engine.compose(
            self.session,
            self.relay.channel,
            type_="message",
            body=text.encode(),
            card=card,
            now=self.now,
        )

    def add(self, *others: "Client") -> None:
        self.do(self.adding(*others))

    def adding(self, *others: "Client") -> Step:
        self.learn()
        packages = [self.relay.shelf[other.id].pop(0) for other in others]
        return self.changing(adds=packages)

    def remove(self, *others: "Client") -> None:
        self.learn()
        self.do(self.changing(removes=[other.id for other in others]))

    def changing(self, *, adds: Sequence[bytes] = (), removes: Sequence[DeviceId] = ()) -> Step:
        return self.engine.change_members(
            self.session, self.relay.channel, adds=adds, removes=removes, now=self.now
        )

    def rotate(self) -> None:
        self.do(self.engine.rotate(self.session, self.relay.channel, now=self.now))

    def rejoin(self) -> None:
        newest = self.relay.newest
        self.do(self.engine.rejoin(self.session, self.relay.channel, newest, now=self.now))

    # What its shell does.

    def learn(self) -> None:
        chain = self.relay.chain(self.id)
        step = self.engine.trust(self.session, self.relay.circle.id, chain)
        self.events += step.effects
        self.keep(step.session)

    def sync(self) -> None:
        cursor = self.state.cursor
        self.receive(self.relay.read(self.id, cursor))

    def receive(self, items: Sequence[Item]) -> None:
        """Take in what is pushed; the chain is fetched only when the session asks for it."""
        self.do(self.engine.receive(self.session, self.relay.channel, items, now=self.now))

    def resume(self) -> None:
        self.learn()
        for effect in self.engine.resume(self.session):
            self.perform(effect)

    def crash(self) -> None:
        """Come back from what was persisted; whatever was only in memory is gone."""
        self.session = decode_session(self.disk)
        self.fuse = None

    def keep(self, session: Session) -> None:
        self.session = session
        self.burn()
        self.disk = encode_session(session)
        self.burn()

    def burn(self) -> None:
        """Crash at the n-th moment where a crash would matter."""
        if self.fuse is None:
            return
        if self.fuse == 0:
            raise Crash
        self.fuse -= 1

    def do(self, step: Step) -> None:
        self.keep(step.session)
        for effect in step.effects:
            self.perform(effect)

    def perform(self, effect: Effect) -> None:
        channel = self.relay.channel
        match effect:
            case Send(request=request):
                self.send(request)
            case CatchUp():
                self.sync()
            case ReadAgain(seqs=seqs):
                again = [item for item in self.relay.read(self.id) if item.seq in seqs]
                step = self.engine.receive(self.session, channel, again, now=self.now)
                self.do(step)
            case FetchChain():
                self.learn()
            case Rejoin():
                self.events.append(effect)
            case _:
                self.events.append(effect)

    def send(self, request: AppendRequest) -> None:
        try:
            seq = self.relay.append(self.id, request)
        except Refused as refusal:
            self.burn()
            code = refusal.code
            self.do(self.engine.refuse(self.session, request, code, now=self.now))
            return
        self.burn()
        self.do(self.engine.acknowledge(self.session, request, seq, now=self.now))

    # What a test asks.

    @property
    def heard(self) -> list[str]:
        """The texts shown, in the order of their places in the log."""
        shown = {event.seq: event for event in self.events if isinstance(event, EntryOpened)}
        return [shown[seq].opened.entry.body.decode() for seq in sorted(shown)]

    @property
    def read(self) -> list[str]:
        """The texts that can be read now, as after a restart that showed nothing yet."""
        items = self.relay.read(self.id)
        shown = self.engine.show(self.session, self.relay.channel, items)
        opened = [each for each in shown if isinstance(each, EntryOpened)]
        return [each.opened.entry.body.decode() for each in opened]

    @property
    def warnings(self) -> list[str]:
        return [event.kind.value for event in self.events if isinstance(event, SafetyWarning)]

    @property
    def code(self) -> str:
        return code_of(self.session, self.relay.channel)

    @property
    def epoch(self) -> int:
        group = self.state.group
        return -1 if group is None else group.epoch


def sends(step: Step) -> list[AppendRequest]:
    return [effect.request for effect in step.effects if isinstance(effect, Send)]


def settle(*clients: Client, rounds: int = 6) -> None:
    """Let everybody catch up and finish what they have to do, until nothing moves."""
    for _ in range(rounds):
        for client in clients:
            client.resume()


def forged(item: Item, **changes: object) -> Item:
    return replace(item, **changes)  # type: ignore[arg-type]  # any field of an item


__all__ = ["Client", "Crash", "EntryId", "Relay", "forged", "sends", "settle"]
