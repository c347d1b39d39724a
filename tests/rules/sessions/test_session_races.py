"""R5: two commits race, answers get lost, devices crash at every step; all converge."""

from collections.abc import Callable

import pytest

from crypto.session import session as sessions
from crypto.session.effects import EntryStored, Send
from crypto.session.log import Kind
from tests.support.devices import NOW, Circle, person
from tests.support.relay import Client, Crash, Relay, sends, settle


class House:
    """A circle with a channel: Ana coordinates, Ben and Cleo are in, Dana is on the roster."""

    def __init__(self) -> None:
        self.circle = Circle(person())
        self.relay = Relay(circle=self.circle)
        self.ana = Client(self.circle.coordinator, self.relay)
        self.ana.open()
        self.ben, self.cleo, self.dana, self.elio = (self._member() for _ in range(4))
        self.ana.add(self.ben, self.cleo)
        self.settle()

    def _member(self) -> Client:
        who = person()
        self.circle.add(who)
        client = Client(who, self.relay)
        client.watch()
        return client

    @property
    def everybody(self) -> tuple[Client, ...]:
        return self.ana, self.ben, self.cleo, self.dana, self.elio

    @property
    def inside(self) -> tuple[Client, ...]:
        return tuple(client for client in self.everybody if client.epoch >= 0)

    def settle(self) -> None:
        settle(*self.everybody)

    def check(self) -> None:
        """Same epoch, same authenticator, everyone reads everyone, nobody is alarmed."""
        for client in self.everybody:
            if client in self.inside:
                client.say(f"encore {client.id}")
            self.settle()
        assert len({client.epoch for client in self.inside}) == 1
        assert len({client.code for client in self.inside}) == 1
        said = [item for item in self.relay.log if item.kind is Kind.ENTRY]
        for client in self.inside:
            assert len(client.read) == len(said)
        assert [client.warnings for client in self.everybody] == [[]] * 5


@pytest.fixture
def house() -> House:
    return House()


def test_of_two_commits_made_in_one_epoch_exactly_one_wins_and_both_wishes_come_true(
    house: House,
) -> None:
    first, second = house.ana.adding(house.dana), house.ben.adding(house.elio)
    house.ana.keep(first.session)
    house.ben.keep(second.session)

    house.ben.send(sends(second)[0])
    house.ana.send(sends(first)[0])
    house.settle()

    commits = [item for item in house.relay.log if item.kind is Kind.COMMIT]
    assert [item.epoch for item in commits] == [0, 1, 2]
    assert len(house.inside) == 5
    house.check()


def test_two_who_add_the_same_device_add_it_once(house: House) -> None:
    first, second = house.ana.adding(house.dana), house.ben.adding(house.dana)
    house.ana.keep(first.session)
    house.ben.keep(second.session)

    house.ben.send(sends(second)[0])
    house.ana.send(sends(first)[0])
    house.settle()

    assert len([item for item in house.relay.log if item.kind is Kind.COMMIT]) == 2
    assert house.ana.state.wanted.adds == ()
    house.check()


def test_an_entry_that_loses_against_a_commit_is_sealed_again_in_the_new_epoch(
    house: House,
) -> None:
    step = house.ben.saying("un")
    house.ben.keep(step.session)
    (stale,) = sends(step)

    house.ana.add(house.dana)
    house.ben.send(stale)
    house.settle()

    entry = next(item for item in house.relay.log if item.id == stale.id)
    assert (stale.epoch, entry.epoch) == (1, 2)
    assert entry.body != stale.body
    assert house.ana.heard == house.cleo.heard == ["un"]
    house.check()


def test_an_entry_keeps_its_ciphertext_until_the_log_answers(house: House) -> None:
    step = house.ben.saying("un")
    house.ben.keep(step.session)
    (request,) = sends(step)
    house.relay.append(house.ben.id, request)

    house.ben.crash()
    house.ben.resume()

    assert [item.body for item in house.relay.log if item.id == request.id] == [request.body]
    assert [event for event in house.ben.events if isinstance(event, EntryStored)]
    house.check()


def test_an_entry_found_in_the_log_is_not_sent_again(house: House) -> None:
    step = house.ben.saying("un")
    house.ben.keep(step.session)
    house.relay.append(house.ben.id, sends(step)[0])

    house.ben.crash()
    house.ben.sync()

    assert house.ben.state.outbox == ()
    assert house.ben.heard == ["un"]
    house.check()


def test_a_late_no_to_a_ciphertext_that_was_replaced_changes_nothing(house: House) -> None:
    step = house.ben.saying("un")
    house.ben.keep(step.session)
    (stale,) = sends(step)
    house.ana.add(house.dana)
    house.ben.sync()
    before = house.ben.session

    late = sessions.refuse(house.ben.session, stale, "stale_epoch", now=NOW)

    assert late.session == before
    assert late.effects == ()


def test_a_lost_answer_to_a_commit_costs_nothing(house: House) -> None:
    step = house.ana.adding(house.dana)
    house.ana.keep(step.session)
    house.relay.append(house.ana.id, sends(step)[0])

    house.ana.crash()
    house.settle()

    assert len(house.inside) == 4
    house.check()


def test_a_commit_that_the_log_refused_and_stored_all_the_same_is_adopted(house: House) -> None:
    step = house.ana.adding(house.dana)
    house.ana.keep(step.session)
    (request,) = sends(step)
    house.relay.append(house.ana.id, request)

    house.ana.do(sessions.refuse(house.ana.session, request, "stale_epoch", now=NOW))
    house.settle()

    assert len(house.inside) == 4
    house.check()


def begin_by_adding(house: House) -> None:
    house.ana.add(house.dana)


def begin_by_removing(house: House) -> None:
    house.circle.remove(house.cleo.person)
    house.ana.remove(house.cleo)


def begin_by_saying(house: House) -> None:
    house.ana.say("un")


def begin_by_rotating(house: House) -> None:
    house.ana.do(sessions.rotate(house.ana.session, house.relay.channel, now=NOW))


def begin_by_catching_up(house: House) -> None:
    house.ben.add(house.dana)
    house.ben.say("un")
    house.ana.sync()


def begin_by_losing_a_race(house: House) -> None:
    step = house.ana.adding(house.elio)
    house.ben.add(house.dana)
    house.ana.do(step)


BEGINNINGS = [
    begin_by_adding,
    begin_by_removing,
    begin_by_saying,
    begin_by_rotating,
    begin_by_catching_up,
    begin_by_losing_a_race,
]


@pytest.mark.parametrize("begin", BEGINNINGS)
def test_a_crash_at_every_step_converges(begin: Callable[[House], None]) -> None:
    crashes = 0
    while True:
        house = House()
        house.ana.fuse = crashes
        try:
            begin(house)
        except Crash:
            house.ana.crash()
        else:
            break
        house.settle()
        begin_again = house.ana.state.wanted
        house.check()
        assert begin_again.removes == ()
        crashes += 1

    assert crashes >= 2


def test_a_newcomer_who_crashes_while_joining_joins(house: House) -> None:
    house.ana.say("avant")
    house.settle()
    house.ana.add(house.dana)
    steps = 0
    while True:
        house.dana.crash()
        house.dana.fuse = steps
        try:
            house.dana.resume()
        except Crash:
            steps += 1
        else:
            break

    house.dana.fuse = None
    house.settle()
    assert steps > 3
    assert house.dana.state.unread == ()
    assert len(house.inside) == 4


def test_each_lost_race_lets_the_next_try_wait_longer(house: House) -> None:
    step = sessions.rotate(house.ben.session, house.relay.channel, now=NOW)
    house.ana.rotate()
    (request,) = sends(step)
    lost = sessions.refuse(step.session, request, "stale_epoch", now=NOW)

    again = sessions.receive(lost.session, house.relay.channel, house.relay.log, now=NOW)

    assert [one.attempt for one in again.effects if isinstance(one, Send)] == [1]
