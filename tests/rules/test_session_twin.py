"""Sessions of both languages over one log: whoever is written in what, they end up together."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from crypto.entry import EntryFault
from crypto.session.effects import CannotRead, EntryOpened, EntryRefused, Rejoin
from crypto.session.log import Item, Kind
from crypto.session.state import Phase
from crypto.session.store import decode_session, encode_session
from tests.support.devices import Circle, person
from tests.support.malice import entry_by, group_of, put_entry
from tests.support.relay import Client, Relay, sends, settle
from tests.support.session_engine import Engine, InPython
from tests.support.session_twin.both import InBoth
from tests.support.session_twin.process import InTypeScript, running
from tests.support.session_twin.walk import Walk

STEPS = 20
LONG_WALKS, LONG_STEPS = 40, 40


@pytest.fixture(scope="module")
def typescript() -> Iterator[InTypeScript]:
    with running() as engine:
        yield engine


class House:
    """A circle with Ana's channel; the others come when they are called."""

    def __init__(self, engine: Engine) -> None:
        self.circle = Circle(person())
        self.relay = Relay(circle=self.circle)
        self.ana = Client(self.circle.coordinator, self.relay, engine=engine)
        self.ana.open()

    def member(self, engine: Engine) -> Client:
        who = person()
        self.circle.add(who)
        client = Client(who, self.relay, engine=engine)
        client.watch()
        return client


def together(*clients: Client) -> None:
    """Same epoch, same code, everybody reads everybody, nobody is alarmed."""
    said = [item for item in clients[0].relay.log if item.kind is Kind.ENTRY]
    assert len({client.epoch for client in clients}) == 1
    assert len({client.code for client in clients}) == 1
    assert {len(client.read) for client in clients} == {len(said)}
    assert [client.warnings for client in clients] == [[]] * len(clients)


@pytest.mark.parametrize("deal", list(product("pt", repeat=3)), ids="".join)
def test_any_deal_of_languages_lives_a_day_together(
    typescript: InTypeScript, deal: tuple[str, str, str]
) -> None:
    engines: dict[str, Engine] = {"p": InPython(), "t": typescript}
    first, second, third = (engines[letter] for letter in deal)
    house = House(first)
    ana, ben, cleo = house.ana, house.member(second), house.member(third)
    ana.say("avant tous")

    ana.add(ben)
    settle(ana, ben, cleo, rounds=2)
    ben.say("bonjour")
    ben.add(cleo)
    settle(ana, ben, cleo, rounds=2)
    cleo.say("merci")
    cleo.rotate()
    settle(ana, ben, cleo, rounds=2)
    together(ana, ben, cleo)

    house.circle.remove(ben.person)
    ana.remove(ben)
    settle(ana, ben, cleo, rounds=2)
    cleo.say("sans Ben")
    settle(ana, ben, cleo, rounds=2)

    together(ana, cleo)
    assert ben.state.phase is Phase.REMOVED
    assert ben.read == ["avant tous", "bonjour", "merci"]


def test_a_device_goes_on_in_the_other_language_at_any_moment(typescript: InTypeScript) -> None:
    house = House(InPython())
    ana, ben = house.ana, house.member(typescript)
    for step in range(4):
        for client in (ana, ben):
            client.engine = typescript if client.engine is not typescript else InPython()
            client.crash()
        if step == 0:
            ana.add(ben)
        ana.say(f"ana {step}")
        ben.sync()
        ben.say(f"ben {step}")
        ben.rotate()
        settle(ana, ben, rounds=2)

    together(ana, ben)
    assert ana.epoch == 5


def test_an_entry_on_its_way_keeps_its_ciphertext_in_the_other_language(
    typescript: InTypeScript,
) -> None:
    house = House(InPython())
    step = house.ana.saying("un")
    house.ana.keep(step.session)
    (request,) = sends(step)
    house.relay.append(house.ana.id, request)

    house.ana.engine = typescript
    house.ana.crash()
    house.ana.resume()

    assert [item.body for item in house.relay.log if item.id == request.id] == [request.body]
    assert house.ana.heard == ["un"]


def test_a_stored_session_is_the_same_bytes_after_the_other_language_read_it(
    typescript: InTypeScript,
) -> None:
    house = House(InPython())
    ana, ben, cleo = house.ana, house.member(InPython()), house.member(InPython())
    ana.add(ben)
    settle(ana, ben, rounds=2)
    ben.say("un")
    ana.keep(ana.saying("deux").session)
    ana.keep(ana.adding(cleo).session)
    cleo.sync()

    for client in (ana, ben, cleo):
        stored = encode_session(client.session)
        assert typescript.stored_again(stored) == stored
        assert encode_session(decode_session(stored)) == stored


def damaged(item: Item) -> Item:
    return replace(item, body=item.body[:-1] + bytes([item.body[-1] ^ 1]))


def cut(item: Item) -> Item:
    return replace(item, body=item.body[:40])


def moved(item: Item) -> Item:
    return replace(item, epoch=item.epoch + 1)


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (damaged, EntryFault.UNREADABLE),
        (cut, EntryFault.MALFORMED),
        (moved, EntryFault.MISMATCHED),
    ],
)
def test_both_name_the_place_and_the_fault_of_a_tampered_entry(
    typescript: InTypeScript, tamper: Callable[[Item], Item], fault: EntryFault
) -> None:
    house = House(InPython())
    ana, ben = house.ana, house.member(InPython())
    ana.say("un")
    ana.say("deux")
    ana.add(ben)
    settle(ana, ben, rounds=2)
    put_entry(house.relay, ben, entry_by(ana, leaf=group_of(ana).leaf, signed_by=ben))
    *before, forged = house.relay.log
    at = next(place for place, item in enumerate(before) if item.kind is Kind.ENTRY)
    before[at] = tamper(before[at])

    shown = InBoth(typescript).show(ben.session, house.relay.channel, [*before, forged])

    refused = [one for one in shown if isinstance(one, EntryRefused)]
    assert [(one.seq, one.fault) for one in refused] == [
        (before[at].seq, fault),
        (forged.seq, EntryFault.FORGED),
    ]
    assert [type(one) for one in shown] == [EntryRefused, EntryOpened, EntryRefused]


def test_both_keep_the_place_of_what_they_have_no_key_for(typescript: InTypeScript) -> None:
    house = House(InPython())
    house.ana.say("avant")
    outside = house.member(InBoth(typescript))

    shown = outside.engine.show(outside.session, house.relay.channel, house.relay.log)

    assert [type(one) for one in shown] == [CannotRead]


def test_who_lost_the_thread_comes_back_in_either_language(typescript: InTypeScript) -> None:
    house = House(InPython())
    ana, ben, cleo = house.ana, house.member(typescript), house.member(typescript)
    ana.add(ben, cleo)
    ana.say("un")
    settle(ana, ben, cleo, rounds=2)
    house.relay.tampers[ben.id] = lambda items: tuple(
        replace(item, body=b"noise") if item.kind is Kind.COMMIT and item.epoch == 1 else item
        for item in items
    )
    ana.rotate()
    cleo.sync()
    cleo.say("manqué")
    ben.sync()
    assert Rejoin(channel=house.relay.channel) in ben.events

    ben.rejoin()
    settle(ana, ben, cleo, rounds=3)
    ben.say("de retour")
    settle(ana, ben, cleo, rounds=2)

    assert ana.code == ben.code == cleo.code
    assert ana.read == ben.read == cleo.read == ["un", "manqué", "de retour"]
    assert ana.warnings == cleo.warnings == []


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_of_both_languages_stays_together(typescript: InTypeScript, seed: int) -> None:
    walk = Walk(Random(seed), [InPython(), typescript, InBoth(typescript)])

    for _ in range(STEPS):
        walk.step()
        walk.check()


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(100, 100 + LONG_WALKS))
def test_a_long_walk_of_both_languages_stays_together(typescript: InTypeScript, seed: int) -> None:
    walk = Walk(Random(seed), [InPython(), typescript, InBoth(typescript)])

    for _ in range(LONG_STEPS):
        walk.step()
        walk.check()
